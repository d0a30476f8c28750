"""The evidence functions on a miniature database made of a sample, and their numbers on the published ones."""

import csv

import numpy as np
import pytest
import wfdb

from ecg_core.errors import DataMissing
from ecg_core.records import Preparation
from ecg_core.signals.filters import band_pass
from ecg_core.signals.waves import find_waves
from ecg_core.training.evidence import NOTES, delineation_on_ludb, quality_on_ptbxl500


@pytest.fixture(scope="module")
def miniature_ludb(tmp_path_factory, lead_i_500):
    """One record, marked where `find_waves` finds waves, QRS onsets 10 ms earlier; the outermost beats are unmarked."""
    folder = tmp_path_factory.mktemp("ludb") / "data"
    folder.mkdir()
    microvolts = np.rint(1000 * lead_i_500).astype(np.int64)[:, np.newaxis]
    wfdb.wrsamp(
        "3", 500, ["uV"], ["i"], d_signal=microvolts, fmt=["16"], adc_gain=[7.0], baseline=[0], write_dir=str(folder)
    )
    found = find_waves(band_pass(lead_i_500[np.newaxis], 500.0, Preparation())[0][0], 500.0)
    waves = [("N", onset - 5, offset) for onset, offset in found.qrs[1:-1]] + [("t", *wave) for wave in found.t[1:-1]]
    marks: list[tuple[int, str]] = []
    for symbol, onset, offset in sorted(waves, key=lambda wave: wave[1]):
        marks += [(onset, "("), ((onset + offset) // 2, symbol), (offset, ")")]
    samples, symbols = zip(*marks, strict=True)
    wfdb.wrann("3", "i", np.array(samples), list(symbols), write_dir=str(folder))
    return folder.parent


def test_delineation_scores_the_distance_to_the_marks(miniature_ludb):
    scores = delineation_on_ludb(miniature_ludb)
    assert set(scores) == {"checked", "all"}
    row = scores["all"]
    assert row["records"] == 1
    assert row["qrs_onset"] == {"annotated": 11, "found": 1.0, "mean_abs_ms": 10.0, "bias_ms": 10.0}
    assert row["qrs_offset"]["mean_abs_ms"] == 0
    assert row["t_end"]["mean_abs_ms"] == 0
    assert row["qrs_precision"] == 1.0


@pytest.fixture(scope="module")
def miniature_ptbxl(tmp_path_factory, sample_recordings):
    """Two clean records, odd and even, and one of which a note says that it drifts."""
    folder = tmp_path_factory.mktemp("ptbxl")
    records = folder / "records500" / "00000"
    records.mkdir(parents=True)
    rows = []
    for number, (name, drift) in enumerate([("A0002", ""), ("A0008", ""), ("A0001", " , I-AVR")], start=1):
        lead_i = sample_recordings[name].signals[:1, :5000].T
        wfdb.wrsamp(
            f"{number:05d}_hr", 500, ["mV"], ["I"], p_signal=lead_i, fmt=["16"], adc_gain=[1000.0], baseline=[0],
            write_dir=str(records),
        )  # fmt: skip
        rows.append({"ecg_id": number, "baseline_drift": drift})
    with (folder / "ptbxl_database.csv").open("w", newline="") as table:
        writer = csv.DictWriter(table, ["ecg_id", *NOTES], restval="")
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_quality_counts_clean_noted_and_damaged_records(miniature_ptbxl):
    rates = quality_on_ptbxl500(miniature_ptbxl)
    assert (rates["fitted"]["clean_records"], rates["fitted"]["noted_records"]) == (1, 1)
    assert (rates["checked"]["clean_records"], rates["checked"]["noted_records"]) == (1, 0)
    for half in rates.values():
        assert half["clean_passed"] == 1.0
        assert half["false_alarms"] == {}
        assert set(half["damaged_not_passed"].values()) == {1.0}


def test_a_folder_without_records_is_named(tmp_path):
    with pytest.raises(DataMissing, match="no LUDB records"):
        delineation_on_ludb(tmp_path)
    with pytest.raises(DataMissing, match="no PTB-XL records at 500 Hz"):
        quality_on_ptbxl500(tmp_path)


def test_delineation_holds_its_promise_on_ludb(shared_data):
    for half in delineation_on_ludb(shared_data("data/ludb")).values():
        assert half["qrs_onset"]["found"] >= 0.99
        assert half["qrs_onset"]["mean_abs_ms"] <= 10
        assert half["qrs_offset"]["found"] >= 0.99
        assert half["qrs_offset"]["mean_abs_ms"] <= 12
        assert half["t_end"]["found"] >= 0.95
        assert half["t_end"]["mean_abs_ms"] <= 20
        assert half["qrs_precision"] >= 0.99


def test_quality_holds_its_promise_on_ptbxl(shared_data):
    checked = quality_on_ptbxl500(shared_data("data/ptbxl500"), every=3)["checked"]
    assert checked["clean_passed"] >= 0.95
    assert min(checked["damaged_not_passed"].values()) >= 0.95
