"""If a value exists, it is valid."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from ecg_core.errors import LeadMissing, MetadataOutOfRange, RecordingRefused
from ecg_core.records import EarlierEcg, PatientMetadata, Recording, days_between
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


def made_at(moment: datetime | None) -> Recording:
    return Recording(np.zeros((1, 10)), (Lead.I,), 100.0, "generated", moment)


EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("then", "now", "days"),
    [
        (datetime(2020, 1, 1), datetime(2020, 1, 31, 12), 30.5),
        (datetime(2020, 1, 1, 8, tzinfo=EAST), datetime(2020, 1, 3, 8, tzinfo=EAST), 2),
        (datetime(2020, 1, 1, 8), datetime(2020, 1, 3, 8, tzinfo=EAST), 2),  # a file without a zone means the place's
        (datetime(2020, 1, 1, 8, tzinfo=UTC), datetime(2020, 1, 3, 8), 2),
        (datetime(2020, 1, 3), datetime(2020, 1, 1), -2),
        (datetime(2020, 1, 1, 8, tzinfo=EAST), datetime(2020, 1, 1, 8, tzinfo=EAST).astimezone(UTC), 0),
        (None, datetime(2020, 1, 1), None),
        (datetime(2020, 1, 1), None, None),
    ],
)
def test_days_between_are_counted_where_both_files_say_when(then, now, days):
    assert days_between(made_at(then), made_at(now)) == days


def earlier(days: float | None) -> EarlierEcg:
    return EarlierEcg(np.zeros((8, 80)), 100.0, PatientMetadata(), days)


@pytest.mark.parametrize("days", [-1, -0.01, 120 * 366 + 1, float("nan"), float("inf")])
def test_an_earlier_ecg_was_made_before_in_a_lifetime(days):
    with pytest.raises(MetadataOutOfRange, match=r"Found an earlier ECG .* days before this one; expected .* unknown"):
        earlier(days)


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (None, "unknown age"),
        (0, "0 days"),
        (1, "1 day"),
        (59, "59 days"),
        (61, "2 months"),
        (365, "12 months"),
        (690, "23 months"),
        (731, "2.0 years"),
        (10 * 365.25, "10.0 years"),
    ],
)
def test_its_age_is_said_as_people_say_it(days, age):
    assert earlier(days).age == age


@pytest.mark.parametrize("beat", [np.zeros(80), np.zeros((7, 80)), np.full((8, 80), np.nan)])
def test_a_beat_that_is_none_is_refused(beat):
    with pytest.raises(RecordingRefused, match="expected eight leads"):
        EarlierEcg(beat, 100.0, PatientMetadata())


def test_its_beat_is_read_only():
    with pytest.raises(ValueError, match="read-only"):
        earlier(None).beat[0, 0] = 1
