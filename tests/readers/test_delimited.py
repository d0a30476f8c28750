"""Columns of numbers as text: layouts, units, times, and round trips of a real Lead I through all of them."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecg_core.errors import AnswerNeeded, LeadMissing, Question, RecordingRefused, UnreadableFile
from ecg_core.readers import delimited, read
from ecg_core.vocabulary import LEADS, Lead

RATE = 500
SAMPLES = 3000


@pytest.fixture(scope="module")
def strip(sample_files):
    """Lead I in mV with three decimals."""
    return read(sample_files("A0006_lead_I.csv"))[Lead.I][:SAMPLES]


@pytest.fixture(scope="module")
def twelve(sample_files):
    return read(sample_files("A0002.hea", "A0002.mat")).signals[:, :SAMPLES]


def table(rows, heading=()):
    return {"file": ("\n".join([*heading, *rows]) + "\n").encode()}


def seconds(place):
    return f"{place / RATE:.3f}"


def timed(values):
    return [f"{seconds(place)},{value:.3f}" for place, value in enumerate(values)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    separator=st.sampled_from([",", ";", "\t", " "]),
    comma=st.booleans(),
    quoted=st.booleans(),
    unit=st.sampled_from(["mV", "uV", "µV"]),
    named=st.sampled_from(["I ({})", "Lead I [{}]", "EKG_I_{}", "MDC_ECG_LEAD_I ({})"]),
    time=st.sampled_from([None, "time (s)", "t [ms]", "Time"]),
    second=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_a_round_trip_through_every_layout_gives_the_same_millivolts(
    strip, separator, comma, quoted, unit, named, time, second, encoding, line_end
):
    if separator == "," and comma:
        quoted = True
    if separator == " ":
        named, quoted = "I({})", False
    scale = 1.0 if unit == "mV" else 1000.0
    columns = [[f"{value * scale:.3f}" for value in strip]]
    names = [named.format(unit)]
    if second:
        columns.append([f"{value * scale:.3f}" for value in np.roll(strip, 9)])
        names.append(f"V2({unit})")
    if time is not None:
        step = 1000 / RATE if "ms" in time else 1 / RATE
        columns.insert(0, [f"{place * step:.3f}" for place in range(len(strip))])
        names.insert(0, time.replace(" ", "") if separator == " " else time)
    if comma:
        columns = [[text.replace(".", ",") for text in column] for column in columns]
    rows = [[f'"{text}"' for text in row] if quoted else row for row in zip(*columns, strict=True)]
    text = line_end.join(separator.join(row) for row in [names, *rows]) + line_end
    recording = read({"file": text.encode(encoding)}, sampling_rate=RATE)
    assert recording.leads == ((Lead.I, Lead.V2) if second else (Lead.I,))
    assert recording.sampling_rate == RATE
    np.testing.assert_allclose(recording[Lead.I], strip, atol=1e-9)


def test_twelve_columns_are_twelve_leads(twelve):
    rows = [",".join(f"{value:.3f}" for value in row) for row in twelve.T]
    recording = read(table(rows, [",".join(lead.upper() for lead in LEADS)]), sampling_rate=RATE, unit="mV")
    assert recording.leads == LEADS
    np.testing.assert_allclose(recording.signals, twelve, atol=1e-9)


def test_lead_rate_and_unit_are_asked_for_in_turn_and_never_guessed(strip):
    files = table(f"{value:.3f}" for value in strip)
    answers: dict[str, object] = {}
    for question, name, answer in (
        (Question.LEAD, "lead", "I"),
        (Question.RATE, "sampling_rate", 500.0),
        (Question.UNIT, "unit", "mV"),
    ):
        with pytest.raises(AnswerNeeded) as asked:
            read(files, **answers)
        assert asked.value.question is question
        answers[name] = answer
    np.testing.assert_allclose(read(files, **answers)[Lead.I], strip, atol=1e-9)


def test_the_lead_is_answered_by_name_or_number(strip):
    rows = [f"{one:.3f},{two:.3f}" for one, two in zip(np.roll(strip, 5), strip, strict=True)]
    with pytest.raises(AnswerNeeded) as asked:
        read(table(rows), sampling_rate=RATE, unit="mV")
    assert asked.value.choices == ("1", "2")
    np.testing.assert_allclose(read(table(rows), sampling_rate=RATE, unit="mV", lead="2")[Lead.I], strip, atol=1e-9)
    named = table(rows, ["left,right"])
    with pytest.raises(AnswerNeeded) as asked:
        read(named, sampling_rate=RATE, unit="mV")
    assert asked.value.choices == ("left", "right")
    np.testing.assert_allclose(read(named, sampling_rate=RATE, unit="mV", lead="right")[Lead.I], strip, atol=1e-9)
    with pytest.raises(AnswerNeeded):
        read(named, sampling_rate=RATE, unit="mV", lead="middle")


def test_known_leads_without_lead_i_are_refused(strip):
    with pytest.raises(LeadMissing):
        read(table([f"{value:.3f},{value:.3f}" for value in strip], ["II (mV),V1 (mV)"]), sampling_rate=RATE)


def test_a_decimal_comma_in_a_single_column(strip):
    rows = [f"{value:.3f}".replace(".", ",") for value in strip]
    for heading in ([], ["Ableitung I (mV)"]):
        recording = read(table(rows, heading), sampling_rate=RATE, unit="mV", lead="I")
        np.testing.assert_allclose(recording[Lead.I], strip, atol=1e-9)


def test_commas_that_may_be_either_are_refused(strip):
    whole = [f"{abs(value) * 1000 + 1:.0f}" for value in strip]
    for rows in ([f"{a},{a}" for a in whole], [f"0,00{a[0]},0,{a}" for a in whole]):
        with pytest.raises(UnreadableFile, match="commas"):
            read(table(rows), sampling_rate=RATE, unit="uV", lead="1")


@pytest.mark.parametrize(
    "clock",
    ["2020-02-05T09:14:{:06.3f}Z", "2020-02-05 09:14:{:06.3f}", "09:14:{:06.3f}", "14:{:06.3f}", "'0:{:06.3f}'"],
)
def test_clock_times_give_the_rate(strip, clock):
    rows = [f"{clock.format(place / RATE)},{value:.3f}" for place, value in enumerate(strip)]
    recording = read(table(rows, ["timestamp,I (mV)"]))
    assert recording.sampling_rate == RATE


def test_a_table_of_rdsamp_with_a_row_of_units(strip):
    rows = [f"'0:{place / RATE:06.3f}',0.1,{value:.3f}" for place, value in enumerate(strip)]
    recording = read(table(rows, ["'Elapsed time','MLII','I'", "'hh:mm:ss.mmm','mV','mV'"]))
    assert recording.sampling_rate == RATE
    np.testing.assert_allclose(recording[Lead.I], strip, atol=1e-9)


def test_lines_above_the_table_may_state_rate_and_unit(strip):
    rows = [f"{value:.3f};{value / 2:.3f}" for value in strip]
    recording = read(
        table(rows, ["Patient;Ada Lovelace", "Gain;1", "Offset;0", "Sampling rate: 500 Hz", "Units: mV", "I;II"])
    )
    assert recording.sampling_rate == RATE
    assert recording.leads == (Lead.I, Lead.II)
    assert "Lovelace" not in repr(recording)


@pytest.mark.parametrize("heading", [["sample,I (mV)"], [",I (mV)"]])
def test_a_counter_is_no_time(strip, heading):
    rows = [f"{place},{value:.3f}" for place, value in enumerate(strip)]
    with pytest.raises(AnswerNeeded) as asked:
        read(table(rows, heading))
    assert asked.value.question is Question.RATE
    np.testing.assert_allclose(read(table(rows, heading), sampling_rate=RATE)[Lead.I], strip, atol=1e-9)


def test_a_lost_row_is_refused(strip):
    rows = timed(strip)
    del rows[1000]
    with pytest.raises(UnreadableFile, match="uneven"):
        read(table(rows, ["time (s),I (mV)"]))


@pytest.mark.parametrize("gap", ["", "NaN", "null", "-"])
def test_a_few_missing_values_are_bridged_and_many_refused(strip, gap):
    few = [row if place % 50 != 7 else row.split(",")[0] + "," + gap for place, row in enumerate(timed(strip))]
    recording = read(table(few, ["time (s),I (mV)"]))
    assert any("2.00% of Lead I was missing" in note for note in recording.notes)
    assert np.abs(recording[Lead.I] - strip).max() < 0.1
    many = [row if place % 10 != 7 else row.split(",")[0] + "," + gap for place, row in enumerate(timed(strip))]
    with pytest.raises(RecordingRefused, match="10% of Lead I is missing"):
        read(table(many, ["time (s),I (mV)"]))


@pytest.mark.parametrize("answer", [{"sampling_rate": 250.0}, {"unit": "uV"}, {"lead": "3"}])
def test_an_answer_that_contradicts_the_file_is_refused(strip, answer):
    rows = [f"{row},{value:.3f}" for row, value in zip(timed(strip), strip, strict=True)]
    with pytest.raises(RecordingRefused, match=r"file"):
        read(table(rows, ["time (s),I (mV),II (mV)"]), **answer)


def test_an_answer_that_agrees_with_the_file_is_accepted(strip):
    files = table(timed(strip), ["time (s),I (mV)"])
    for lead in ("I", "Lead I", "2"):
        assert read(files, sampling_rate=500, unit="mV", lead=lead).leads == (Lead.I,)


def test_rows_of_differing_width_are_refused(strip):
    rows = timed(strip)
    rows[1500] += ",1,2"
    with pytest.raises(UnreadableFile, match="differ in their number of columns"):
        read(table(rows, ["time (s),I (mV)"]))


def test_a_table_split_into_parts_is_the_same_table(strip, monkeypatch):
    rows = timed(strip)
    rows[2500] = f"{seconds(2500)},lost"  # a word makes text of the numbers of its own part alone
    whole = read(table(rows, ["time (s),I (mV)"]))
    monkeypatch.setattr(delimited, "_ROWS_AT_ONCE", 700)
    np.testing.assert_array_equal(read(table(rows, ["time (s),I (mV)"])).signals, whole.signals)
    rows[2900] += ",1,2"
    with pytest.raises(UnreadableFile, match="differ in their number of columns"):
        read(table(rows, ["time (s),I (mV)"]))


def test_a_long_table_is_not_held_as_lines_of_text(strip):
    """A day of it has 21 million lines, each of which would take more as text than all its numbers do."""
    files = table([f"{value:.3f}" for value in np.tile(strip, 60)], ["I (mV)"])
    read(files, sampling_rate=RATE)  # imports
    tracemalloc.start()
    read(files, sampling_rate=RATE)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 7 * len(files["file"])


def test_a_transposed_table_is_refused(twelve):
    rows = [",".join(f"{value:.3f}" for value in row) for row in twelve]
    with pytest.raises(UnreadableFile, match="transpose"):
        read(table(rows))


def test_a_device_table_without_names_is_asked_about(shared_data):
    """Integers in twelve columns, six of them empty: lead, rate and unit are all unsaid."""
    files = {"file": shared_data("formats/csv/contec_0000050.csv").read_bytes()}
    with pytest.raises(AnswerNeeded) as asked:
        read(files)
    assert asked.value.choices == ("1", "2", "3", "4", "5", "6")
    assert read(files, lead="1", sampling_rate=800, unit="uV").duration == pytest.approx(47.3, abs=0.1)
