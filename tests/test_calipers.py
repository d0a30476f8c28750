"""Calipers: what lies between two points of a lead."""

import pytest

from ecg_core import Analysis, EcgError, Lead, analyse, load_model
from ecg_core.calipers import place_caliper


@pytest.fixture(scope="module")
def analysis(twelve_lead_sample) -> Analysis:
    return analyse(twelve_lead_sample, model=load_model(), passes=4)


def test_on_the_measured_lead_the_difference_is_that_of_the_signal_and_has_no_interval(analysis):
    peak, next_peak = analysis.examination.segments.r_peaks[2:4]
    caliper = place_caliper(analysis, Lead.I, peak / 500, next_peak / 500, "R-R")
    assert caliper.end - caliper.start == pytest.approx((next_peak - peak) / 500)
    assert caliper.from_mv == pytest.approx(float(analysis.examination.lead_i[peak]), abs=1e-5)
    assert caliper.to_mv == pytest.approx(float(analysis.examination.lead_i[next_peak]), abs=1e-5)
    assert (caliper.interval_mv, caliper.name) == (None, "R-R")


def test_on_an_estimated_lead_the_interval_holds_every_difference_inside_the_band(analysis):
    peak = int(analysis.examination.segments.r_peaks[2])
    caliper = place_caliper(analysis, Lead.V3, (peak - 30) / 500, peak / 500)
    row = analysis.reconstruction.row(Lead.V3)
    low, high = analysis.reconstruction.low[row], analysis.reconstruction.high[row]
    (low_start, high_start), (low_end, high_end) = ((low[at], high[at]) for at in (peak - 30, peak))
    differences = [end - start for end in (low_end, high_end) for start in (low_start, high_start)]
    assert caliper.interval_mv == pytest.approx((min(differences), max(differences)))
    own_bands = (high_start - low_start) + (high_end - low_end)
    assert caliper.interval_mv[1] - caliper.interval_mv[0] == pytest.approx(own_bands, rel=1e-4)


@pytest.mark.parametrize("ends", [(2.0, 1.0), (1.0, 1.0), (-0.5, 1.0), (9.0, 10.5), (1.0, 1.0004)])
def test_ends_outside_the_recording_or_in_the_wrong_order_are_refused_in_a_sentence(analysis, ends):
    with pytest.raises(EcgError, match=r"expected its start before its end, both from 0 to 9\.998 s"):
        place_caliper(analysis, Lead.I, *ends)
