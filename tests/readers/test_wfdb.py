"""WFDB: pairs, claims against size, gains, checksums, and every sample format."""

import numpy as np
import pytest
import wfdb

from ecg_core.errors import AnswerNeeded, LeadMissing, Question, UnreadableFile
from ecg_core.readers import read
from ecg_core.vocabulary import LEADS, Lead


@pytest.fixture
def pair(sample_files):
    return sample_files("A0002.hea", "A0002.mat")


def edited(pair, old, new, count=-1):
    header = pair["A0002.hea"].decode()
    assert old in header
    return {**pair, "A0002.hea": header.replace(old, new, count).encode()}


def test_reads_what_the_wfdb_package_reads(pair, sample_data):
    recording = read(pair)
    signals = wfdb.rdrecord(str(sample_data / "A0002")).p_signal.T
    assert recording.source == "WFDB"
    assert recording.sampling_rate == 500.0
    np.testing.assert_allclose(recording.signals, signals, atol=1e-12)


@pytest.mark.parametrize(("kept", "missing"), [("A0002.hea", "add the .mat file"), ("A0002.mat", "add the .hea file")])
def test_says_which_of_the_pair_is_missing(pair, kept, missing):
    with pytest.raises(UnreadableFile, match=missing):
        read({kept: pair[kept]})


def test_a_dat_alone_wants_its_header(pair):
    with pytest.raises(UnreadableFile, match=r"add the \.hea file"):
        read({"A0002.dat": pair["A0002.mat"]})


def test_a_renamed_pair_is_still_a_pair(pair):
    renamed = {"left.hea": pair["A0002.hea"], "right.mat": pair["A0002.mat"]}
    np.testing.assert_array_equal(read(renamed).signals, read(pair).signals)


def test_the_signal_file_of_another_record_is_refused(pair, sample_files):
    with pytest.raises(UnreadableFile, match="does not fit its header"):
        read({"A0002.hea": pair["A0002.hea"], "A0002.mat": sample_files("A0003.mat")["A0003.mat"]})


def test_which_of_two_records_is_asked(sample_files):
    with pytest.raises(AnswerNeeded, match="4 files that hold 2 recordings"):
        read(sample_files("A0002.hea", "A0002.mat", "A0003.hea", "A0003.mat"))


@pytest.mark.parametrize("claim", ["12 500 5001", "12 500 999999999999", "12 500 180000000000"])
def test_a_header_that_claims_more_than_the_file_holds_is_refused_before_reading(pair, claim):
    with pytest.raises(UnreadableFile, match=r"claims \d+ samples a signal and the signal file holds 5000"):
        read(edited(pair, "12 500 5000", claim))


def test_more_signals_than_lines_are_refused(pair):
    with pytest.raises(UnreadableFile, match="claims 400 signals and describes 12"):
        read(edited(pair, "A0002 12 500", "A0002 400 500"))


def test_a_shortened_signal_file_is_refused(pair):
    with pytest.raises(UnreadableFile, match="cut short"):
        read({**pair, "A0002.mat": pair["A0002.mat"][:-1000]})


def test_a_flipped_sample_is_refused_by_its_checksum(pair):
    data = bytearray(pair["A0002.mat"])
    data[1024] ^= 4
    with pytest.raises(UnreadableFile, match="checksum"):
        read({**pair, "A0002.mat": bytes(data)})


@pytest.mark.parametrize("gain", ["0(0)/mV", "0"])
def test_a_missing_gain_is_asked_for_and_never_taken_as_200(pair, gain):
    files = edited(pair, "1000.0(0)/mV", gain)
    with pytest.raises(AnswerNeeded) as asked:
        read(files)
    assert asked.value.question is Question.UNIT
    np.testing.assert_allclose(read(files, unit="uV").signals, read(pair).signals, atol=1e-12)


@pytest.mark.parametrize(("gain", "factor"), [("1.0(0)/uV", 1.0), ("2000.0(0)/mv", 0.5), ("1000.0/mV", 1.0)])
def test_gain_and_unit_are_taken_from_the_header(pair, gain, factor):
    scaled = read(edited(pair, "1000.0(0)/mV", gain))
    np.testing.assert_allclose(scaled.signals, factor * read(pair).signals, atol=1e-12)


def test_the_baseline_is_subtracted(pair):
    moved = read(edited(pair, "1000.0(0)/mV", "1000.0(40)/mV"))
    np.testing.assert_allclose(moved.signals, read(pair).signals - 0.04, atol=1e-12)


def test_comments_never_enter_a_recording(pair):
    header = pair["A0002.hea"] + b"# Name: Ada Lovelace\n#Date of birth: 1815-12-10\n"
    recording = read({**pair, "A0002.hea": header})
    assert "Lovelace" not in repr(recording)
    assert "1815" not in repr(recording)


def test_without_lead_i_says_so(pair):
    with pytest.raises(LeadMissing, match="none of them is Lead I"):
        read(edited(pair, " 0 I\n", " 0 V7\n"))


def test_a_master_header_alone_asks_for_its_segments():
    with pytest.raises(UnreadableFile, match="every segment"):
        read({"a.hea": b"a/2 1 500 10000\na_1 5000\na_2 5000\n", "a_1.dat": b"\x01\x02" * 5000})


@pytest.mark.parametrize("form", ["16", "24", "32", "80", "212"])
def test_formats_that_the_package_writes_round_trip(tmp_path, sample_files, form):
    millivolts = read(sample_files("A0002.hea", "A0002.mat")).only(Lead.I, Lead.II).signals[:, :3000]
    gain = 100.0 if form == "80" else 400.0
    digital = np.round(millivolts.T * gain).astype(int)
    wfdb.wrsamp(
        "r", 500, ["mV"] * 2, ["I", "II"], d_signal=digital, fmt=[form] * 2, adc_gain=[gain] * 2, baseline=[0] * 2,
        write_dir=str(tmp_path),
    )  # fmt: skip
    recording = read({path.name: path.read_bytes() for path in tmp_path.iterdir()})
    np.testing.assert_allclose(recording.signals, digital.T / gain, atol=1e-9)


def packed(form, flat):
    """Integers as the specification of each format packs them."""
    if form == "8":
        return np.diff(flat, prepend=0).astype("i1").tobytes()
    if form == "61":
        return flat.astype(">i2").tobytes()
    if form == "160":
        return (flat + 32768).astype("<u2").tobytes()
    first, second, third = (flat[part::3] & 1023 for part in range(3))
    if form == "311":
        return (first | second << 10 | third << 20).astype("<u4").tobytes()
    words = (first << 1 | (third & 31) << 11, second << 1 | (third >> 5) << 11)
    return np.stack(words, axis=1).astype("<u2").tobytes()


@pytest.mark.parametrize("form", ["8", "61", "160", "310", "311"])
def test_formats_that_it_only_reads_unpack_as_specified(sample_files, form):
    flat = np.round(read(sample_files("A0002.hea", "A0002.mat"))[Lead.I][:3000] * 400).astype(int)
    header = f"r 1 500 3000\nr.dat {form} 400/mV 16 0 0 {flat.sum() % 65536} 0 I\n".encode()
    np.testing.assert_allclose(read({"r.hea": header, "r.dat": packed(form, flat)})[Lead.I], flat / 400, atol=1e-9)


def test_signals_in_several_files_and_at_several_rates(tmp_path, sample_files):
    one, two = read(sample_files("A0002.hea", "A0002.mat")).only(Lead.I, Lead.II).signals
    (tmp_path / "a.dat").write_bytes(np.round(one * 1000).astype("<i2").tobytes())
    (tmp_path / "b.dat").write_bytes(np.round(two[::2] * 1000).astype("<i2").tobytes())
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    header = b"r 2 250 2500\na.dat 16x2 1000/mV 16 0 0 0 0 I\nb.dat 16 1000/mV 16 0 0 0 0 II\n"
    recording = read({"r.hea": header, **files})
    assert recording.leads == (Lead.I,)
    assert recording.sampling_rate == 500.0
    np.testing.assert_allclose(recording[Lead.I], one, atol=1e-9)
    assert any("Left out" in note and "II" in note for note in recording.notes)


def test_missing_samples_are_not_numbers_but_gaps(pair):
    digital = np.frombuffer(pair["A0002.mat"], "<i2", offset=24).reshape(-1, 12).copy()
    digital[100:150, 0] = -32768
    header = "\n".join(["a 12 500 5000", *(f"a.mat 16+24 1000/mV 16 0 0 0 0 {lead}" for lead in LEADS)])
    recording = read({"a.hea": header.encode(), "a.mat": pair["A0002.mat"][:24] + digital.tobytes()})
    assert any("1.00% of Lead I was missing" in note for note in recording.notes)
    assert np.abs(recording[Lead.I]).max() < 1


def test_ludb_is_read_with_a_word_on_its_gains(shared_data):
    folder = shared_data("data/ludb/data")
    recording = read({f"1{suffix}": (folder / f"1{suffix}").read_bytes() for suffix in (".hea", ".dat")})
    assert recording.leads == LEADS
    assert any("gains" in note for note in recording.notes)
