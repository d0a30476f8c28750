"""The sample recordings are what their index and README say, and hold no personal data."""

import json
import re

import numpy as np
import pytest

from ecg_core.readers import patient_from, read
from ecg_core.vocabulary import Lead

SAMPLES = ("A0001", "A0002", "A0003", "A0005", "A0008", "A0006-csv", "A0009-apple", "A0010-edf")


@pytest.fixture(scope="module")
def index(sample_data):
    return {entry["id"]: entry for entry in json.loads((sample_data / "index.json").read_text("utf-8"))}


def test_there_are_at_least_eight(index):
    assert set(SAMPLES) <= set(index)


@pytest.mark.parametrize("sample", SAMPLES)
def test_each_reads_without_a_question_as_the_index_says(index, sample_files, sample):
    entry = index[sample]
    recording = read(sample_files(*entry["files"]))
    assert len(recording.leads) == entry["leads"]
    assert recording.duration == pytest.approx(entry["seconds"])
    assert recording.sampling_rate == 500.0
    assert 0.1 < np.abs(recording[Lead.I]).max() < 2


@pytest.mark.parametrize("sample", SAMPLES)
def test_age_and_sex_are_the_ones_of_the_header_where_it_has_them(index, sample_files, sample):
    entry = index[sample]
    patient = patient_from(sample_files(*entry["files"]))
    if entry["leads"] == 12:
        assert (patient.age_years, patient.sex) == (entry["age_years"], entry["sex"])
    else:
        assert patient.known() == ()


def test_every_file_is_listed_and_described(index, sample_data):
    listed = {name for entry in index.values() for name in entry["files"]}
    held = {path.name for path in sample_data.iterdir() if path.suffix in (".hea", ".mat", ".csv", ".edf")}
    assert listed == held
    readme = (sample_data / "README.md").read_text("utf-8")
    assert all(name.rsplit(".", 1)[0] in readme for name in held)
    assert "CC BY 4.0" in readme


def test_headers_hold_nothing_but_age_sex_and_codes(sample_data):
    for path in sample_data.glob("*.hea"):
        lines = path.read_text("ascii").splitlines()
        comments = [line for line in lines if line.startswith("#")]
        allowed = r"# (Age: \d+|Sex: (Fem|M)ale|Dx: [\d,]+|[RHS]x: Unknown)"
        assert all(re.fullmatch(allowed, line) for line in comments)
        assert re.fullmatch(r"A\d{4} 12 500 \d+", lines[0])


def test_edf_and_apple_headings_are_empty(sample_data):
    for path in sample_data.glob("*.edf"):
        assert path.read_bytes()[8:168].split() == [b"X", b"X", b"X", b"X", b"Startdate", b"X", b"X", b"X", b"X"]
    heading = (sample_data / "A0009_apple_watch.csv").read_text("utf-8").splitlines()[:7]
    assert all(line.endswith(",") for line in heading)


def test_the_ectopic_beat_is_seen_in_lead_ii_and_hardly_in_lead_i(sample_files):
    """What the index says of A0005."""
    recording = read(sample_files("A0005.hea", "A0005.mat"))
    around = slice(1400, 1650)
    assert np.ptp(recording[Lead.II][around]) > 1.5
    assert np.ptp(recording[Lead.I][around]) < 0.3
