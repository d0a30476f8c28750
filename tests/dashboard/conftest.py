"""Real analyses for the figures: one with its reference, one without, one long."""

import numpy as np
import pytest

from ecg_core import Analysis, Lead, Recording, analyse, load_model


@pytest.fixture(scope="session")
def analysis(twelve_lead_sample) -> Analysis:
    """Sinus rhythm, with the recorded leads beside the estimated ones."""
    return analyse(twelve_lead_sample, model=load_model(), passes=4)


@pytest.fixture(scope="session")
def analysis_of_lead_i(twelve_lead_sample) -> Analysis:
    """The same from a file that held Lead I alone."""
    return analyse(twelve_lead_sample.only(Lead.I), model=load_model(), passes=4)


@pytest.fixture(scope="session")
def long_analysis(twelve_lead_sample) -> Analysis:
    """Lead I of the same, six times over: a minute."""
    lead_i = np.tile(twelve_lead_sample[Lead.I], 6)[None]
    recording = Recording(lead_i, (Lead.I,), twelve_lead_sample.sampling_rate, "repeated")
    return analyse(recording, model=load_model(), passes=2)
