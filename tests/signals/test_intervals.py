"""Rate and durations against a count by hand on real strips."""

import numpy as np
import pytest

from ecg_core.records import Preparation
from ecg_core.results import Measurements, Segments
from ecg_core.signals.filters import band_pass
from ecg_core.signals.intervals import measure
from ecg_core.signals.waves import find_waves
from ecg_core.vocabulary import Lead


def measured(recording):
    lead_i = band_pass(recording[Lead.I][np.newaxis], 500.0, Preparation())[0][0]
    return measure(find_waves(lead_i, 500.0), len(lead_i))


@pytest.mark.parametrize(
    ("name", "rate", "count_10s"),
    # read off the plots: rate from the first to the last R peak, complexes in ten seconds
    [("A0001", 100, 16.7), ("A0002", 78, 13), ("A0003", 145, 24), ("A0005", 119, 19.6), ("A0008", 67, 11.2)],
)
def test_rate_and_count_as_read_off_the_strip(sample_recordings, name, rate, count_10s):
    found = measured(sample_recordings[name])
    assert found.ventricular_rate == pytest.approx(rate, abs=2)
    assert found.qrs_count_10s == pytest.approx(count_10s, abs=0.7)


def test_qrs_duration_tells_bundle_branch_block_from_sinus_rhythm(sample_recordings):
    assert measured(sample_recordings["A0001"]).qrs_ms > 120 > measured(sample_recordings["A0002"]).qrs_ms > 80


def test_nothing_is_measured_where_nothing_was_delineated():
    assert measure(Segments.none(500.0, "flat"), 5000) == Measurements(None, 0, None, None, 0)


def test_one_beat_has_a_duration_but_no_rate():
    found = measure(Segments(np.array([500]), np.array([[480, 530]]), np.empty((0, 2)), 500.0), 2500)
    assert found == Measurements(None, 1, 2.0, 100.0, 0)
