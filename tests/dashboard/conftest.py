"""Real analyses for the figures: with the recorded leads and without, long, with an earlier ECG, by another model."""

import json
import shutil
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from dashboard.texts import speak
from ecg_core import Analysis, EarlierEcg, Lead, Model, Recording, analyse, load_model, read_earlier
from ecg_core.models.checkpoint import CHECKPOINTS, DEFAULT_MODEL


@pytest.fixture
def german() -> Iterator[None]:
    """The page speaks German."""
    speak("de")
    yield
    speak("en")


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


@pytest.fixture(scope="session")
def earlier_ecg(sample_recordings) -> EarlierEcg:
    """A bundle branch block: of another patient in truth, here as if it were of the same one, 2.2 years before."""
    return read_earlier(sample_recordings["A0001"], days_before=800)


@pytest.fixture(scope="session")
def analysis_with_earlier(twelve_lead_sample, earlier_ecg) -> Analysis:
    """Sinus rhythm, with that earlier ECG."""
    return analyse(twelve_lead_sample, model=load_model(), earlier=earlier_ecg, passes=4)


@pytest.fixture(scope="session")
def other_model(tmp_path_factory) -> Model:
    """A second checkpoint: the released one under another name, each of its weights a little smaller."""
    folder = tmp_path_factory.mktemp("checkpoints") / "other"
    shutil.copytree(CHECKPOINTS / DEFAULT_MODEL, folder)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    (folder / "card.json").write_text(json.dumps(card | {"name": "other"}), encoding="utf-8")
    model = load_model(folder)
    with torch.no_grad():
        for weight in model.network.parameters():
            weight.mul_(0.98)
    return model


@pytest.fixture(scope="session")
def analysis_by_other_model(twelve_lead_sample, other_model) -> Analysis:
    """Sinus rhythm, by that other model."""
    return analyse(twelve_lead_sample, model=other_model, passes=4)
