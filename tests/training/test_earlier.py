"""The earlier ECG in training: which record stands for it, and how a beat of the same record is disturbed."""

import numpy as np
import pandas as pd
import pytest

import ecg_core.training.earlier as earlier_module
from ecg_core.metadata import FEATURES
from ecg_core.models.layers import EARLIER_CHANNELS
from ecg_core.records import Preparation
from ecg_core.signals.beats import BEFORE, lay
from ecg_core.training.data import load_folds
from ecg_core.training.earlier import (
    beat_of,
    disturb,
    draw_earlier_beat,
    earlier_axes,
    earlier_rows,
    other_records,
    with_earlier,
)

TABLE = pd.DataFrame(
    {
        "patient_id": [7, 8, 7, 9, 7, 9, 10, 10],
        "recording_date": [
            "2001-05-01 10:00:00", "2001-01-01 10:00:00", "1999-05-01 10:00:00", "2005-01-01 10:00:00",
            "2003-05-01 10:00:00", "2005-01-01 10:00:00", "2004-01-01 10:00:01", "2004-01-01 10:00:00",
        ],
    }
)  # fmt: skip
"""Patient 7 has three records, 8 one, 9 two of the same second, 10 two a second apart."""


@pytest.fixture(scope="module")
def records(small_ptbxl):
    return load_folds(small_ptbxl, [8], Preparation())


def test_other_records_are_those_of_the_same_patient():
    assert [others.tolist() for others in other_records(TABLE)] == [[2, 4], [], [0, 4], [5], [0, 2], [3], [7], [6]]


def test_the_earlier_record_is_the_latest_one_before():
    assert earlier_rows(TABLE) == {0: 2, 4: 0, 6: 7}


def test_no_later_record_of_a_patient_is_ever_taken(records):
    dates = pd.to_datetime(records.table["recording_date"])
    found = earlier_rows(records.table)
    assert found == {1: 0, 3: 2, 5: 4}
    assert all(dates[before] < dates[row] for row, before in found.items())


def test_what_a_network_is_given_is_the_earlier_beat_at_the_peaks_of_the_new_record(records):
    some, given = with_earlier(records)
    assert some.table["ecg_id"].tolist() == records.table["ecg_id"].iloc[[1, 3, 5]].tolist()
    assert given.shape == (3, EARLIER_CHANNELS, 1000)
    for index, row in enumerate((1, 3, 5)):
        laid = lay(beat_of(records, row - 1), records.r_peaks(row), 1000, 100.0)
        assert np.allclose(given[index, :-1], laid, atol=1e-6)
    assert (given[:, -1] == 1).all()


def test_the_beat_of_a_record_has_its_r_peak_in_place(records):
    beat = beat_of(records, 0)
    assert beat.shape == (8, 80)
    around = np.abs(beat[0, 20:40])
    assert abs(20 + int(around.argmax()) - round(BEFORE * 100)) <= 3
    assert beat_of(records, 0, np.array([3])) is None  # no whole beat


def test_another_record_stands_for_the_earlier_one_as_often_as_it_should(records):
    others = other_records(records.table)[0]
    drawn = [draw_earlier_beat(records, 0, others, np.random.default_rng(seed)) for seed in range(200)]
    some = [beat for beat in drawn if beat is not None]
    assert len(some) / 200 == pytest.approx(0.7, abs=0.1)
    assert all(np.array_equal(beat, beat_of(records, 1)) for beat in some)


def test_a_single_record_gives_a_disturbed_beat_of_its_own_and_repeats_by_the_seed(records):
    none = other_records(records.table)[6]
    assert not len(none)
    drawn, again = (
        [draw_earlier_beat(records, 6, none, np.random.default_rng(seed)) for seed in range(200)] for _ in range(2)
    )
    assert sum(beat is not None for beat in drawn) / 200 == pytest.approx(0.35, abs=0.1)
    for one, two in zip(drawn, again, strict=True):
        assert (one is None) == (two is None)
        assert one is None or np.array_equal(one, two)
    own = beat_of(records, 6)
    some = [beat for beat in drawn if beat is not None]
    assert len({beat.tobytes() for beat in some}) == len(some)
    r = [np.corrcoef(beat[0], own[0])[0, 1] for beat in some]
    assert np.median(r) > 0.8
    assert max(r) < 1


def test_disturbing_repeats_by_the_seed_and_leaves_the_beat_given_alone(records):
    beat = beat_of(records, 0)
    before = beat.copy()
    first, again, other = (disturb(beat, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)
    assert np.array_equal(beat, before)
    assert first.shape == beat.shape


def test_disturbing_changes_t_by_itself_and_each_lead_by_its_own_gain(monkeypatch):
    flat = np.ones((8, 80))
    monkeypatch.setattr(earlier_module, "MIX_SPREAD", 0.0)
    changed = disturb(flat, np.random.default_rng(0))
    qrs, after = changed[:, :39], changed[:, 39:]  # 80 ms after R
    assert np.ptp(qrs, axis=1).max() == np.ptp(after, axis=1).max() == 0
    assert len(np.unique(qrs[:, 0])) == 8
    share = after[:, 0] / qrs[:, 0]
    assert np.allclose(share, share[0])
    assert abs(share[0] - 1) > 1e-3
    monkeypatch.setattr(earlier_module, "GAIN_SPREAD", 0.0)
    monkeypatch.setattr(earlier_module, "T_SPREAD", 0.0)
    assert np.allclose(disturb(flat, np.random.default_rng(0)), flat)
    monkeypatch.setattr(earlier_module, "MIX_SPREAD", 0.1)
    lone = np.zeros((8, 80))
    lone[3] = 1
    assert (np.abs(disturb(lone, np.random.default_rng(0))[:, 0]) > 1e-4).all()  # it leaks into every lead


def column(name: str) -> int:
    return FEATURES.index(name)


def axes(r_deg: float, t_deg: float, count: int) -> np.ndarray:
    """Features of records of which both axes and the rate are known."""
    features = np.zeros((count, len(FEATURES)), np.float32)
    for wave, angle in (("r", r_deg), ("t", t_deg)):
        features[:, column(f"{wave}_axis_cos")] = np.cos(np.radians(angle))
        features[:, column(f"{wave}_axis_sin")] = np.sin(np.radians(angle))
        features[:, column(f"{wave}_axis_deg_known")] = 1
    features[:, [column("ventricular_rate"), column("ventricular_rate_known")]] = 1
    return features


def degrees(features: np.ndarray, wave: str) -> np.ndarray:
    return np.degrees(np.arctan2(features[:, column(f"{wave}_axis_sin")], features[:, column(f"{wave}_axis_cos")]))


COUNT = 900
ALONE = [np.array([], int)] * COUNT


def test_a_third_of_the_axes_are_those_of_an_earlier_record_and_flagged():
    known = axes(30, 40, COUNT)
    features = np.concatenate([known, axes(-50, 100, 1)])
    given = known.copy()
    told = earlier_axes(given, features, [np.array([COUNT])] * COUNT, np.random.default_rng(0))
    flagged = told[:, column("axes_earlier")] == 1
    assert flagged.mean() == pytest.approx(1 / 3, abs=0.05)
    assert np.allclose(degrees(told, "r")[flagged], -50, atol=1e-3)
    assert np.allclose(degrees(told, "t")[flagged], 100, atol=1e-3)
    assert np.array_equal(told[~flagged], known[~flagged])
    assert (told[:, column("ventricular_rate")] == 1).all()
    assert np.array_equal(given, known)  # a copy is told


def test_without_another_record_the_own_axes_are_moved_and_flagged():
    known = axes(30, 40, COUNT)
    told = earlier_axes(known, known, ALONE, np.random.default_rng(0))
    flagged = told[:, column("axes_earlier")] == 1
    for wave, angle in (("r", 30), ("t", 40)):
        moved = degrees(told, wave)[flagged] - angle
        assert (moved != 0).mean() > 0.99
        assert np.median(np.abs(moved)) == pytest.approx(12 * np.log(2), rel=0.25)  # of a Laplace distribution
        assert np.median(moved) == pytest.approx(0, abs=3)
    radius = np.hypot(told[:, column("r_axis_cos")], told[:, column("r_axis_sin")])
    assert np.allclose(radius, 1, atol=1e-5)
    assert np.array_equal(told, earlier_axes(known, known, ALONE, np.random.default_rng(0)))


def test_what_is_not_told_is_not_told_by_an_earlier_ecg_either():
    nothing = np.zeros((COUNT, len(FEATURES)), np.float32)
    other = [np.array([0])] * COUNT
    assert not earlier_axes(nothing, axes(30, 40, COUNT), other, np.random.default_rng(0)).any()
    r_alone = axes(30, 40, COUNT)
    r_alone[:, [column(f"t_axis_{part}") for part in ("cos", "sin", "deg_known")]] = 0
    for others in (other, ALONE):
        told = earlier_axes(r_alone, axes(-50, 100, COUNT), others, np.random.default_rng(0))
        assert not told[:, [column(f"t_axis_{part}") for part in ("cos", "sin", "deg_known")]].any()


def test_an_earlier_record_without_an_axis_leaves_it_unknown_and_unflagged():
    known = axes(30, 40, COUNT)
    features = np.concatenate([known, np.zeros((1, len(FEATURES)), np.float32)])
    told = earlier_axes(known, features, [np.array([COUNT])] * COUNT, np.random.default_rng(0))
    unknown = told[:, column("r_axis_deg_known")] == 0
    assert unknown.mean() == pytest.approx(1 / 3, abs=0.05)
    assert not told[unknown][:, [column("r_axis_cos"), column("axes_earlier")]].any()
