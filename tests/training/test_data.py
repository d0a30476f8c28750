"""PTB-XL as training sees it."""

import numpy as np
import pytest

from ecg_core.errors import DataMissing
from ecg_core.records import Preparation
from ecg_core.training.data import MOST_BEATS, load_folds, metadata_of


@pytest.fixture(scope="module")
def records(small_ptbxl):
    return load_folds(small_ptbxl, [1, 2], Preparation())


def test_records_are_prepared_and_measured(records):
    assert records.signals.shape == (16, 8, 1000)
    assert records.waves.shape == (16, 1000)
    assert records.table["r_axis_deg"].notna().mean() > 0.9
    assert records.twelve(0).shape == (12, 1000)
    assert np.abs(records.twelve(3).mean(axis=1)).max() < 0.05  # high-passed


def test_r_peaks_are_kept_and_lie_in_qrs(records):
    assert records.peaks.shape == (16, MOST_BEATS)
    for row in range(len(records)):
        peaks = records.r_peaks(row)
        assert 5 < len(peaks) < MOST_BEATS
        assert (np.diff(peaks) > 20).all()
        assert (records.waves[row, peaks] == 0).mean() > 0.8


def test_some_records_are_the_whole_records_in_that_order(records):
    some = records.some([5, 0, 9])
    for new, old in enumerate([5, 0, 9]):
        assert np.array_equal(some.twelve(new), records.twelve(old))
        assert np.array_equal(some.waves[new], records.waves[old])
        assert np.array_equal(some.r_peaks(new), records.r_peaks(old))
    assert some.table["ecg_id"].tolist() == records.table["ecg_id"].iloc[[5, 0, 9]].tolist()
    assert some.table.index.tolist() == [0, 1, 2]
    assert len(records.some([])) == 0


def test_diagnoses_and_rhythm_stand_in_the_table(records):
    assert set(records.table["superclasses"]) == {"NORM"}
    assert records.table["rhythm"].notna().all()


def test_everybody_over_89_is_90(records):
    assert records.table["age_years"].iloc[0] == 90


def test_the_cache_gives_the_same_and_belongs_to_its_preparation(small_ptbxl, records):
    again = load_folds(small_ptbxl, [1, 2], Preparation())
    assert np.array_equal(again.signals, records.signals)
    assert np.array_equal(again.peaks, records.peaks)
    other = load_folds(small_ptbxl, [1], Preparation(high_hz=15.0))
    assert not np.array_equal(other.signals, records.signals[:8])


def test_tiers_tell_what_they_promise(records):
    row = records.table.iloc[1]
    assert metadata_of(row, "none").known() == ()
    assert set(metadata_of(row, "wearable").known()) == {"age_years", "sex", "ventricular_rate", "qrs_ms", "qrs_count"}
    paper = {"ventricular_rate", "qrs_ms", "qrs_count", "r_axis_deg", "t_axis_deg"}
    assert set(metadata_of(row, "paper").known()) == paper
    assert set(metadata_of(row, "all").known()) == paper | {"age_years", "sex"}


def test_fold_ten_is_never_used(small_ptbxl):
    with pytest.raises(DataMissing, match="fold 10"):
        load_folds(small_ptbxl, [9, 10], Preparation())


def test_a_folder_without_ptbxl_is_refused(tmp_path):
    with pytest.raises(DataMissing, match=r"no ptbxl_database.csv"):
        load_folds(tmp_path, [1], Preparation())
