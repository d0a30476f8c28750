"""Folders that are not PTB-XL, on small records made of the samples and on the published ones."""

import shutil

import numpy as np
import pandas as pd
import pytest
import wfdb

from ecg_core.errors import DataMissing
from ecg_core.records import Preparation
from ecg_core.signals.filters import resample
from ecg_core.training.data import STORED, Records, _prepare_record
from ecg_core.training.folders import kind_of, load_folder, load_folder_pairs, raw_targets
from ecg_core.vocabulary import LEADS, Lead

PREPARATION = Preparation()
TWELVE = [lead.value for lead in LEADS]


def write(folder, name, signals, rate=500, *, names=TWELVE, comments=(), gains=None):
    """A WFDB record of ``signals (lead, sample)`` in mV at 1 µV a step; ``gains`` are what the header claims."""
    folder.mkdir(parents=True, exist_ok=True)
    wfdb.wrsamp(
        name, rate, ["mV"] * len(names), list(names), d_signal=np.rint(1000 * signals.T).astype(np.int64),
        fmt=["16"] * len(names), adc_gain=gains or [1000.0] * len(names), baseline=[0] * len(names),
        comments=list(comments), write_dir=str(folder),
    )  # fmt: skip


@pytest.fixture(scope="module")
def cinc(tmp_path_factory, sample_recordings):
    """A tree as of the CinC Challenges: 25 s, 10 s, and three records that give no row."""
    folder = tmp_path_factory.mktemp("cinc")
    samples = {name: one.only(*LEADS).signals for name, one in sample_recordings.items()}
    comments = ["Age: 53", "Sex: Female", "Dx: 59118001,164889003"]
    write(folder / "cpsc_2018" / "g1", "A1", samples["A0005"], comments=comments)
    write(folder / "Miller_Anna", "anna", samples["A0002"][:, :5000])
    write(folder / "short", "eight_seconds", samples["A0002"][:, :4000])
    write(folder / "short", "two_leads", samples["A0002"][:2], names=("I", "II"))
    write(folder / "short", "gains", samples["A0002"], gains=[1000.0, 400.0] + [1000.0] * 10)
    (folder / "short" / "torn.hea").write_text("torn 12 500 5000\nnonsense\n")
    return folder


@pytest.fixture(scope="module")
def loaded(cinc):
    return load_folder(cinc, PREPARATION)


def test_each_whole_ten_seconds_of_a_recording_is_a_row(loaded):
    assert loaded.kind == "wfdb"
    assert loaded.signals.shape == (3, 8, 1000)
    assert loaded.waves.shape == (3, 1000)
    assert sorted(loaded.table["start"]) == [0, 0, 10]
    assert loaded.table["patient_id"].nunique() == 2
    assert loaded.table["ecg_id"].tolist() == [1, 2, 3]


def test_what_gives_no_row_is_counted_by_its_reason(loaded):
    assert loaded.left_out == {
        "shorter than one window": 1,
        "without all of Leads I, II and V1-V6": 1,
        "with limb leads that contradict each other": 1,
        "that could not be read": 1,
    }


def test_the_header_tells_age_sex_rhythm_and_superclasses(loaded):
    told = loaded.table[loaded.table["dataset"] == "CPSC-2018"]
    assert len(told) == 2
    row = told.iloc[0]
    assert (row["age_years"], row["sex"], row["rhythm"], row["superclasses"]) == (53, 1, "AFIB", "CD")
    silent = loaded.table[loaded.table["dataset"] == "WFDB"].iloc[0]
    assert np.isnan(silent["age_years"])
    assert (silent["rhythm"], silent["superclasses"]) == ("not stated", "")


def test_no_name_of_a_folder_or_file_is_kept(loaded):
    kept = loaded.table.to_csv().casefold()
    assert "anna" not in kept
    assert "miller" not in kept


def test_a_record_of_ten_seconds_is_prepared_as_ptbxl_is(cinc, loaded):
    row = loaded.table.index[loaded.table["dataset"] == "WFDB"][0]
    signals, waves, peaks, values = _prepare_record((str(cinc / "Miller_Anna" / "anna"), PREPARATION))
    assert np.abs(loaded.signals[row].astype(int) - signals).max() <= 1
    assert np.array_equal(loaded.waves[row], waves)
    assert np.array_equal(loaded.peaks[row], peaks)
    for name, value in values.items():
        assert loaded.table[name][row] == pytest.approx(value)


def test_pieces_at_their_own_rate_belong_to_their_rows(cinc, loaded):
    pairs = list(load_folder_pairs(cinc, PREPARATION, filtered=True))
    assert [row for _, row in pairs] == [0, 1, 2]
    for recording, row in pairs:
        assert recording.signals.shape == (8, 5000)
        again = resample(recording.signals, 500, 100, 1000)[:, 20:-20]
        assert np.abs(again - loaded.leads(np.array([row]))[0, :, 20:-20]).max() < 0.02


def test_pieces_can_be_as_recorded(cinc, sample_recordings):
    recording, _ = next(load_folder_pairs(cinc / "Miller_Anna", PREPARATION))
    truth = sample_recordings["A0002"].only(*STORED).signals[:, :5000]
    assert recording.leads == STORED
    assert np.abs(recording.signals - truth).max() < 0.002


def test_ptbxl_among_the_challenge_databases_is_left_out(tmp_path, twelve_lead_sample):
    signals = twelve_lead_sample.only(*LEADS).signals[:, :5000]
    write(tmp_path / "ptb-xl" / "g1", "HR00001", signals)
    write(tmp_path / "georgia" / "g1", "E00001", signals)
    loaded = load_folder(tmp_path, PREPARATION)
    assert loaded.table["dataset"].tolist() == ["Georgia"]
    assert loaded.left_out == {"of PTB-XL, which models are trained on": 1}
    assert [row for _, row in load_folder_pairs(tmp_path, PREPARATION)] == [0]


@pytest.fixture
def small_ludb(tmp_path, twelve_lead_sample):
    """LUDB's layout: gains that are no calibration, an even record, ages of which one is cut off."""
    signals = twelve_lead_sample.only(*LEADS).signals[:, :5000]
    for number in (1, 2, 11):
        write(
            tmp_path / "data", str(number), signals, names=[name.lower() for name in TWELVE],
            gains=[500.0 + 90 * lead for lead in range(12)],
        )  # fmt: skip
        for lead in ("avf", "v6"):
            (tmp_path / "data" / f"{number}.{lead}").write_bytes(b"")
    (tmp_path / "ludb.csv").write_text(
        "ID,Sex,Age,Rhythms,Conduction abnormalities,Hypertrophies,Cardiac pacing,Ischemia,"
        "Non-specific repolarization abnormalities\n"
        '1,"F\n",">89\n",Sinus bradycardia,,Left atrial hypertrophy,,,\n'
        '2,"M\n","64\n",Sinus rhythm,,,,,\n'
        '11,"M\n","30\n",Atrial fibrillation,,,,,\n'
    )
    return tmp_path


def test_ludb_is_read_at_one_microvolt_a_step_and_by_odd_ids(small_ludb, twelve_lead_sample):
    loaded = load_folder(small_ludb, PREPARATION)
    assert loaded.kind == "ludb"
    assert loaded.table["patient_id"].tolist() == [1, 11]
    assert loaded.table["age_years"].tolist() == [90, 30]
    assert loaded.table["sex"].tolist() == [1, 0]
    assert loaded.table["rhythm"].tolist() == ["SBRAD", "AFIB"]
    assert loaded.table["superclasses"].tolist() == ["HYP", ""]
    true_height = np.ptp(twelve_lead_sample[Lead.V5][:5000])
    assert np.ptp(loaded.twelve(0)[LEADS.index(Lead.V5)]) == pytest.approx(true_height, rel=0.15)


def test_ludb_without_its_table_is_not_taken_at_face_value(small_ludb):
    with pytest.raises(DataMissing, match="part of PTB-XL or LUDB"):
        kind_of(small_ludb / "data")
    (small_ludb / "ludb.csv").unlink()
    with pytest.raises(DataMissing, match=r"without ludb.csv"):
        kind_of(small_ludb)


def test_ludb_records_that_the_table_lacks_are_refused(small_ludb):
    for path in (small_ludb / "data").glob("11.*"):
        shutil.copy(path, path.with_name(path.name.replace("11", "13")))
    with pytest.raises(DataMissing, match=r"1 LUDB records .* that ludb.csv does not list"):
        load_folder(small_ludb, PREPARATION)


def test_bad_folders_are_named(tmp_path, small_ptbxl, cinc):
    with pytest.raises(DataMissing, match="no folder"):
        kind_of(tmp_path / "nowhere")
    with pytest.raises(DataMissing, match="WFDB header"):
        kind_of(tmp_path)
    with pytest.raises(DataMissing, match="part of PTB-XL or LUDB"):
        kind_of(small_ptbxl / "records100")
    with pytest.raises(DataMissing, match="above PTB-XL or LUDB"):
        kind_of(small_ptbxl.parent)
    with pytest.raises(DataMissing, match="by folds"):
        load_folder(small_ptbxl, PREPARATION)
    with pytest.raises(DataMissing, match=r"Found 4 WFDB records .* and none to use \(1 .*\)"):
        load_folder(cinc / "short", PREPARATION)


def records_of(numbers):
    """Prepared records of PTB-XL with these numbers; what is in them does not matter here."""
    empty = np.zeros((len(numbers), 8, 1000), np.int16)
    return Records(empty, empty[:, 0], empty[:, 0, :60], pd.DataFrame({"ecg_id": numbers}))


def test_raw_targets_are_the_published_leads(small_ptbxl):
    records = records_of([13, 8])
    targets = list(raw_targets(small_ptbxl, records))
    for target, number in zip(targets, records.table["ecg_id"], strict=True):
        published = wfdb.rdrecord(str(small_ptbxl / "records100" / f"{number:05d}_lr"))
        assert target.shape == (8, 1000)
        assert np.array_equal(target[0], published.p_signal[:, 0].astype(np.float32))
        assert np.array_equal(target[7], published.p_signal[:, 11].astype(np.float32))


def test_raw_targets_want_the_folder_of_the_records(small_ptbxl, cinc):
    with pytest.raises(DataMissing, match="no ptbxl_database"):
        next(raw_targets(cinc, records_of([8])))
    with pytest.raises(DataMissing, match="no record 99999"):
        next(raw_targets(small_ptbxl, records_of([99999])))


def test_ludb_as_published(shared_data):
    loaded = load_folder(shared_data("data/ludb"), PREPARATION)
    assert len(loaded) == 100
    assert not loaded.left_out
    assert loaded.table["rhythm"].value_counts()["SR"] == 71
    assert loaded.table["age_years"].notna().all()


def test_cinc_as_published(shared_data):
    loaded = load_folder(shared_data("data/cinc"), PREPARATION)
    assert loaded.table.groupby("dataset")["patient_id"].agg(["size", "nunique"]).to_numpy().tolist() == [
        [11, 10],
        [25, 3],
    ]
