"""Errors of the estimated leads: on recordings whose estimate errs by a known amount."""

from dataclasses import replace

import numpy as np
import pytest

from ecg_core import Analysis, Lead, Recording, analyse
from ecg_core.lead_errors import agreement_of_r, lead_errors
from ecg_core.vocabulary import ESTIMATED, LEADS


@pytest.fixture(scope="module")
def analysis(twelve_lead_sample) -> Analysis:
    return analyse(twelve_lead_sample, passes=2)


def with_recorded(analysis: Analysis, signals: np.ndarray) -> Analysis:
    """As if ``signals (12, sample)`` had been recorded."""
    rows = np.stack([signals[LEADS.index(lead)] for lead in ESTIMATED])
    return replace(analysis, reference=Recording(rows, ESTIMATED, analysis.reconstruction.sampling_rate, "made"))


def test_a_perfect_estimate_has_no_error(analysis):
    errors = lead_errors(with_recorded(analysis, analysis.reconstruction.mean))
    assert set(errors) == set(ESTIMATED)
    for error in errors.values():
        assert error.score.r == pytest.approx(1, abs=1e-6)
        assert error.r_mv == pytest.approx(0, abs=1e-6)
        assert error.st_mv == pytest.approx(0, abs=1e-6)
        assert error.qrs_ms == 0
        assert error.qt_ms in (0, None)


def test_an_estimate_half_as_tall_errs_by_half_the_recorded_amplitude(analysis):
    errors = lead_errors(with_recorded(analysis, 2 * analysis.reconstruction.mean))
    for lead in (Lead.II, Lead.V5):
        assert errors[lead].r_mv == pytest.approx(-errors[lead].recorded_r_mv / 2, rel=0.01)
    assert errors[Lead.V2].s_mv > 0.1
    assert errors[Lead.V2].qrs_ms == 0


def test_s_is_compared_only_where_there_is_one(analysis):
    flat = np.maximum(analysis.reconstruction.mean, 0)
    upright = replace(analysis, reconstruction=replace(analysis.reconstruction, mean=flat))
    assert lead_errors(with_recorded(upright, flat))[Lead.V2].s_mv is None


def test_without_recorded_leads_there_are_no_errors(analysis):
    assert lead_errors(replace(analysis, reference=None)) == {}


def test_agreement_is_the_bias_over_cases(analysis):
    doubled, tripled = (lead_errors(with_recorded(analysis, k * analysis.reconstruction.mean)) for k in (2, 3))
    found = agreement_of_r([doubled, tripled, {}])
    assert found[Lead.V5].n == 2
    assert found[Lead.V5].bias == pytest.approx((doubled[Lead.V5].r_mv + tripled[Lead.V5].r_mv) / 2)
