"""If a value exists, it is valid."""

from datetime import datetime

import numpy as np
import pytest

from ecg_core.errors import LeadMissing, RecordingRefused
from ecg_core.records import Recording
from ecg_core.vocabulary import Lead


def test_arrays_are_read_only():
    recording = Recording(np.zeros((1, 10)), (Lead.I,), 100.0, "generated")
    with pytest.raises(ValueError, match="read-only"):
        recording.signals[0, 0] = 1


@pytest.mark.parametrize(
    ("signals", "leads", "rate"),
    [
        (np.zeros(10), (Lead.I,), 100.0),
        (np.zeros((2, 10)), (Lead.I,), 100.0),
        (np.zeros((2, 10)), (Lead.I, Lead.I), 100.0),
        (np.zeros((1, 10)), (Lead.I,), 0.0),
        (np.zeros((1, 10)), (Lead.I,), float("nan")),
        (np.full((1, 10), np.nan), (Lead.I,), 100.0),
    ],
)
def test_what_cannot_be_true_is_refused(signals, leads, rate):
    with pytest.raises(RecordingRefused, match="Found"):
        Recording(signals, leads, rate, "generated")


def test_a_missing_lead_says_what_there_is():
    recording = Recording(np.zeros((1, 10)), (Lead.V1,), 100.0, "generated")
    with pytest.raises(LeadMissing, match=r"holds V1.*Lead I is needed"):
        recording[Lead.I]


def test_a_part_begins_when_it_began():
    whole = Recording(np.arange(1000.0)[None], (Lead.I,), 100.0, "generated", datetime(2020, 1, 1, 12, 0, 0))
    part = whole.between(2, 5)
    assert part[Lead.I].tolist() == list(range(200, 500))
    assert part.started_at == datetime(2020, 1, 1, 12, 0, 2)
