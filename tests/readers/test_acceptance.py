"""What is refused, left out or noted whatever the format."""

import numpy as np
import pytest

from ecg_core.errors import AnswerNeeded, Question, RecordingRefused
from ecg_core.readers import read
from ecg_core.readers.acceptance import accept
from ecg_core.readers.channels import Channel, RawFile
from ecg_core.vocabulary import Lead


@pytest.fixture(scope="module")
def strip(sample_files):
    return read(sample_files("A0006_lead_I.csv"))[Lead.I]


def raw(*channels):
    return RawFile(channels, "made of a sample")


def channel(values, name="I", unit="mV", rate=500.0, number=1):
    return Channel(np.asarray(values, dtype=float), number, name, unit, rate)


def accepted(*channels, rate=None, unit=None, lead=None):
    return accept(raw(*channels), rate, unit, lead)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x[:0], "empty"),
        (lambda x: x[:2499], "lasts 4.99 s"),
        (lambda x: np.full_like(x, 0.3), "flat"),
        (lambda x: np.where(np.arange(x.size) % 10 == 0, np.nan, x), "10% of Lead I is missing"),
        (lambda x: np.full_like(x, np.nan), "100% of Lead I is missing"),
        (lambda x: np.where(np.arange(x.size) % 10 == 0, np.inf, x), "10% of Lead I is missing"),
        (lambda x: x * 1000, "the unit is probably wrong"),
        (lambda x: x / 1000, "the unit is probably wrong"),
    ],
)
def test_an_unusable_lead_i_is_refused(strip, change, message):
    with pytest.raises(RecordingRefused, match=message):
        accepted(channel(change(strip)))


@pytest.mark.parametrize("rate", [0.0, 99.0, 2001.0, float("nan"), float("inf")])
def test_a_rate_outside_the_range_is_refused(strip, rate):
    with pytest.raises(RecordingRefused, match="expected 100 to 2000 Hz"):
        accepted(channel(strip, rate=None), rate=rate)


def test_the_limits_themselves_are_accepted(strip):
    assert accepted(channel(strip[:2500])).duration == 5.0
    assert accepted(channel(strip, rate=100.0)).sampling_rate == 100.0
    assert accepted(channel(np.tile(strip, 2), rate=2000.0)).duration == 7.0


def test_longer_than_a_day_is_refused(strip):
    day = channel(np.broadcast_to(strip[:1], 24 * 3600 * 100 + 1), rate=100.0)
    with pytest.raises(RecordingRefused, match="at most 24"):
        accepted(day)


@pytest.mark.parametrize(
    "other",
    [
        lambda x: {"values": np.zeros_like(x)},
        lambda x: {"values": np.full_like(x, np.nan)},
        lambda x: {"values": x, "rate": 250.0},
        lambda x: {"values": x[:-1]},
        lambda x: {"values": x, "unit": "mmHg"},
        lambda x: {"values": x * 1e4},
    ],
)
def test_an_unusable_other_lead_is_left_out_with_a_note(strip, other):
    recording = accepted(channel(strip), channel(name="V2", number=2, **other(strip)), channel(strip, "V3", number=3))
    assert recording.leads == (Lead.I, Lead.V3)
    assert any(note.startswith("Left out as unusable") and "V2" in note for note in recording.notes)


def test_channels_that_are_no_leads_are_counted_and_not_named(strip):
    recording = accepted(channel(strip), channel(strip, "Ada Lovelace", number=2))
    assert recording.leads == (Lead.I,)
    assert any("1 channel(s)" in note for note in recording.notes)
    assert "Lovelace" not in repr(recording)


def test_gaps_are_bridged_by_straight_lines(strip):
    gapped = strip.copy()
    gapped[1000:1050] = np.nan
    recording = accepted(channel(gapped))
    np.testing.assert_allclose(np.diff(recording[Lead.I][999:1051], n=2), 0, atol=1e-12)
    assert any("0.71% of Lead I was missing" in note for note in recording.notes)


def test_units_are_converted_to_millivolts(strip):
    for unit, factor in (("uV", 1e3), ("µV", 1e3), ("nV", 1e6), ("V", 1e-3), ("mv", 1.0)):
        np.testing.assert_allclose(accepted(channel(strip * factor, unit=unit))[Lead.I], strip, atol=1e-9)


def test_a_unit_that_is_no_voltage_is_refused_for_lead_i(strip):
    with pytest.raises(RecordingRefused, match="no voltage"):
        accepted(channel(strip, unit="mmHg"))


def test_two_channels_called_lead_i_are_asked_about(strip):
    pair = (channel(strip), channel(np.roll(strip, 1), "ECG I", number=2))
    with pytest.raises(AnswerNeeded) as asked:
        accepted(*pair)
    assert asked.value.question is Question.LEAD
    for choice, expected in zip(asked.value.choices, (strip, np.roll(strip, 1)), strict=True):
        np.testing.assert_array_equal(accepted(*pair, lead=choice)[Lead.I], expected)


def test_limb_leads_that_contradict_each_other_are_noted(sample_files):
    leads = (Lead.I, Lead.II, Lead.III)
    recording = read(sample_files("A0002.hea", "A0002.mat")).only(*leads)
    for gain, expected in ((1.0, 0), (2.0, 1)):
        channels = [
            channel(recording[lead] * (gain if lead is Lead.III else 1), lead.value, number=place)
            for place, lead in enumerate(leads, 1)
        ]
        assert sum("gains" in note for note in accepted(*channels).notes) == expected
