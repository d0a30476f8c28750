"""Augmented records stay one: leads, metadata and an earlier ECG change alike, by as much as is asked for."""

from dataclasses import replace

import numpy as np
import pytest

from ecg_core.limb_leads import derive
from ecg_core.metadata import FEATURES, encode, measure_twelve_leads
from ecg_core.records import PatientMetadata, Preparation, Recording
from ecg_core.signals.filters import band_pass
from ecg_core.signals.waves import find_waves
from ecg_core.training.augment import DIPOLE, slowed, slowed_metadata, turned_metadata, turning
from ecg_core.training.data import STORED
from ecg_core.vocabulary import Lead
from tests.conftest import TWELVE_LEAD_SAMPLES


@pytest.fixture(scope="module", params=TWELVE_LEAD_SAMPLES)
def recording(request, sample_recordings):
    raw = sample_recordings[request.param].only(*STORED)
    filtered, _ = band_pass(raw.signals, raw.sampling_rate, Preparation())
    return replace(raw, signals=filtered)


def measured(recording: Recording, signals: np.ndarray) -> PatientMetadata:
    """Of other ``signals`` in place of the recording's."""
    segments = find_waves(recording[Lead.I], recording.sampling_rate)
    return measure_twelve_leads(replace(recording, signals=signals), segments)


def apart(one: float, other: float) -> float:
    """Of two directions, in degrees."""
    return (one - other + 180) % 360 - 180


@pytest.mark.parametrize("degrees", [-20.0, 12.0])
def test_the_measured_axes_turn_by_as_much(recording, degrees):
    before = measured(recording, recording.signals)
    after = measured(recording, turning(np.array([degrees]))[0] @ recording.signals)
    assert apart(after.r_axis_deg, before.r_axis_deg) == pytest.approx(degrees, abs=5)
    assert apart(after.t_axis_deg, before.t_axis_deg) == pytest.approx(degrees, abs=5)


def test_metadata_turn_with_the_leads(recording):
    before = measured(recording, recording.signals)
    told = turned_metadata(encode(before)[None], np.array([25.0]))[0]
    turned = replace(before, r_axis_deg=apart(before.r_axis_deg, -25.0), t_axis_deg=apart(before.t_axis_deg, -25.0))
    assert told == pytest.approx(encode(turned), abs=1e-6)
    nothing = encode(PatientMetadata())[None]
    assert not turned_metadata(nothing, np.array([25.0])).any()


def test_of_a_dipole_every_lead_turns_and_what_is_none_stays():
    degrees, random = 15.0, np.random.default_rng(3)
    vector, other = random.normal(0, 1, (3, 50)), random.normal(0, 1, (8, 50))
    other -= DIPOLE @ np.linalg.lstsq(DIPOLE, other, rcond=None)[0]  # what no dipole gives
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    moved = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]) @ vector
    turn = turning(np.array([degrees]))[0]
    assert (turn @ (DIPOLE @ vector))[2:] == pytest.approx((DIPOLE @ moved)[2:], abs=1e-5)
    assert (turn @ other)[2:] == pytest.approx(other[2:], abs=1e-5)


def test_a_turn_keeps_the_size_of_the_frontal_vector_and_goes_back(recording):
    turn, back = turning(np.array([40.0, -40.0]))
    turned = turn @ recording.signals

    def size(leads):
        return np.hypot(leads[0], derive(Lead.AVF, leads[0], leads[1]) * 2 / np.sqrt(3))

    assert size(turned) == pytest.approx(size(recording.signals), abs=1e-4)
    assert (back @ turned)[:2] == pytest.approx(recording.signals[:2], abs=1e-4)


@pytest.mark.parametrize("slower", [0.9, 1.2])
def test_a_slowed_heart_beats_as_slowly_as_its_metadata_say(recording, slower):
    before = measured(recording, recording.signals)
    samples = round(recording.signals.shape[1] * slower)
    drawn_out = Recording(slowed(recording.signals, samples), STORED, recording.sampling_rate, "slowed")
    assert np.abs(drawn_out.signals).max(axis=1) == pytest.approx(np.abs(recording.signals).max(axis=1), rel=0.03)
    after = measured(drawn_out, drawn_out.signals)
    told = slowed_metadata(encode(before)[None], slower)[0]
    value = {
        name: dict(zip(FEATURES, vector, strict=True)) for name, vector in (("told", told), ("found", encode(after)))
    }
    for name in ("ventricular_rate", "qrs_count", "qrs_ms"):
        assert value["told"][name] == pytest.approx(value["found"][name], abs=0.4), name
    assert after.ventricular_rate == pytest.approx(before.ventricular_rate / slower, rel=0.05)
    unchanged = [name for name in FEATURES if not name.startswith(("ventricular_rate", "qrs_"))]
    assert all(value["told"][name] == pytest.approx(encode(before)[FEATURES.index(name)]) for name in unchanged)
    assert not slowed_metadata(encode(PatientMetadata())[None], slower).any()
