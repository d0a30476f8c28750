"""Every refusal of the engine, note of a reader and name of a format is said in the language of the page."""

import ast
import inspect
import json
import re
import shutil
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dashboard
from dashboard.engine_words import ENGINE, FIELD, in_language
from dashboard.figures.words import member_name, reading_in_words
from dashboard.texts import strings
from ecg_core import Lead, PatientMetadata, Recording, analyse, examine, list_models, load_model, read, read_earlier
from ecg_core.calipers import place_caliper
from ecg_core.corrections import marks, revise, with_correction
from ecg_core.errors import AnswerNeeded, EcgError
from ecg_core.models.checkpoint import CHECKPOINTS
from ecg_core.readers import FORMATS
from ecg_core.records import METADATA_RANGES, EarlierEcg
from ecg_core.results import Mark
from ecg_core.training import targets
from ecg_core.vocabulary import Wave
from tests.benchmarks.fuzz import ANSWERS, Files, made, seeds
from tests.dashboard.refusals import COMMAND_LINE, VALUE, WORD, english_in, modules, notes, refusals

READERS = {module.__name__: module for module in modules() if notes(module)}
REFUSING = {module.__name__: module for module in modules() if refusals(module)}
SAID = [text for key, text in strings("en").items() if key.startswith(tuple(f"{table}." for table in ENGINE))]


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("module", REFUSING.values(), ids=REFUSING)
def test_every_refusal_has_its_german(module: ModuleType) -> None:
    for sentence in refusals(module):
        said = in_language(sentence)
        assert not english_in(said), said
        assert said.count("7,5") == sentence.count(VALUE), said


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("module", READERS.values(), ids=READERS)
def test_every_note_of_a_reader_has_its_german(module: ModuleType) -> None:
    for sentence in notes(module):
        assert not english_in(in_language(sentence)), sentence


def test_what_is_collected_is_all_that_is_raised() -> None:
    """A text that cannot be followed in the source would be known by nothing but its value."""
    for module in modules():
        raised = [node.exc for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Raise)]
        errors = [
            one.func.id
            for one in raised
            if isinstance(one, ast.Call)
            and isinstance(one.func, ast.Name)
            and issubclass(getattr(module, one.func.id, Exception), EcgError)
        ]
        assert len(refusals(module)) >= len(errors)
        assert not any(isinstance(one, ast.Call) and not isinstance(one.func, ast.Name) for one in raised)
    sentences = [sentence for module in modules() for sentence in refusals(module)]
    assert len(sentences) > 130
    assert [sentence for sentence in sentences if len(WORD.findall(sentence)) < 4] == []


def test_no_page_calls_what_only_the_command_line_does() -> None:
    pages = sorted(Path(dashboard.__path__[0]).rglob("*.py"))
    called = {name for page in pages for name in re.findall(r"from (ecg_core\.[\w.]+) import", page.read_text("utf-8"))}
    assert {name for name in called if name.startswith(COMMAND_LINE)} == {targets.__name__}
    assert refusals(targets) == []


def test_every_text_for_a_refusal_is_one_that_can_be_said() -> None:
    said = [one for module in modules() for sentence in refusals(module) for one in (sentence, *sentence.split(". "))]
    said += [f"{one}." for one in said]
    for key, text in strings("en").items():
        if key.startswith("refusal."):
            pattern = re.compile("(.+)".join(map(re.escape, re.split(r"\{\w+\}", text))))
            assert any(pattern.fullmatch(one) for one in said), key


def test_no_german_of_a_sentence_is_its_english() -> None:
    for key, text in strings("de").items():
        if key.startswith(("refusal.", "note.")):
            assert not re.search(r"\b(the|of|and|is|are|with|not|read|file|expected)\b", FIELD.sub("", text)), key


def test_no_field_meets_another() -> None:
    """Where one ends and the next begins could not be told."""
    assert [text for text in SAID if "}{" in text] == []


@settings(deadline=None)
@given(text=st.sampled_from(SAID), values=st.lists(st.text(min_size=1), min_size=6, max_size=6))
def test_in_english_the_page_says_what_the_engine_says(text: str, values: list[str]) -> None:
    """Whatever stands in a field: decimals, other sentences, line breaks."""
    given = iter([*values, *values])
    sentence = FIELD.sub(lambda _: next(given), text)
    assert in_language(sentence) == sentence


def test_every_refusal_is_in_english_what_the_engine_says() -> None:
    for module in modules():
        for sentence in (*refusals(module), *notes(module)):
            assert in_language(sentence) == sentence


def outcome(files: Files, **answers: object) -> list[str]:
    """What the engine says of files: why it refuses them, or what it has assumed in reading them."""
    try:
        recording = read(files, **answers)
    except AnswerNeeded as question:
        return [str(question), *(question.choices if question.question.value == "recording" else ())]
    except EcgError as error:
        return [str(error)]
    return [*recording.notes, recording.source]


@pytest.fixture(scope="module")
def whole() -> dict[str, Files]:
    return {name: files for name, files in seeds().items() if sum(map(len, files.values())) < 200_000}


@pytest.mark.usefixtures("german")
@pytest.mark.filterwarnings("ignore")
def test_damaged_files_of_every_format_are_refused_in_german(whole: dict[str, Files]) -> None:
    refused = set()
    for number in range(500):
        seed, _, files = made(number, whole, [])
        for answers in ({}, ANSWERS):
            for sentence in outcome(files, **answers):
                said = member_name(sentence)
                assert not english_in(said), (number, sentence)
                assert not re.search(r"\d\.\d", said), (number, sentence)
                refused.add((seed, re.sub(r"[\d.]+", "", said)))
    assert {seed for seed, _ in refused} == set(whole)
    assert len({said for _, said in refused}) > 60


STRANGE: dict[str, Files] = {
    "empty": {"a.csv": b""},
    "a PDF": {"a.pdf": b"%PDF-1.7"},
    "a picture": {"a.png": b"\x89PNG\r\n\x1a\n" + bytes(99)},
    "a page": {"a.html": b"<html></html>"},
    "HDF5": {"a.mat": b"\x89HDF\r\n" + bytes(99)},
    "a spreadsheet": {"a.xlsx": b"PK\x03\x04" + bytes(99)},
    "anything": {"a": b"\x00\x01\x02" * 99},
    "two strangers": {"a": b"\x00\x01", "b": b"\x02\x03"},
    "short": {"a.csv": b"time (s),I (mV)\n" + b"".join(b"%.3f,%.2f\n" % (k / 500, k % 7) for k in range(600))},
    "flat": {"a.csv": b"time (s),I (mV)\n" + b"".join(b"%.3f,0.1\n" % (k / 500) for k in range(4000))},
    "huge": {"a.csv": b"time (s),I (mV)\n" + b"".join(b"%.3f,%d\n" % (k / 500, 99 * (k % 7)) for k in range(4000))},
    "missing": {"a.csv": b"time (s),I (mV)\n" + b"".join(b"%.3f,nan\n" % (k / 500) for k in range(4000))},
    "no unit": {"a.csv": b"time (s),I\n" + b"".join(b"%.3f,%.2f\n" % (k / 500, k % 7) for k in range(4000))},
    "no rate": {"a.csv": b"I (mV)\n" + b"".join(b"%.2f\n" % (k % 7) for k in range(4000))},
    "no lead": {"a.csv": b"time (s),x (mV)\n" + b"".join(b"%.3f,%.2f\n" % (k / 500, k % 7) for k in range(4000))},
    "V1": {"a.csv": b"time (s),V1 (mV)\n" + b"".join(b"%.3f,%.2f\n" % (k / 500, k % 7) for k in range(4000))},
    "pressure": {"a.csv": b"time (s),I (mmHg)\n" + b"".join(b"%.3f,%.2f\n" % (k / 500, k % 7) for k in range(4000))},
    "several": {f"{k}.csv": b"I (mV)\n" + b"0.1\n0.2\n" * 999 for k in range(3)},
    "entities": {"a.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><RestingECG>&b;</RestingECG>'},
    "WFDB without its header": {"a.dat": bytes(range(256)) * 9},
}


@pytest.mark.usefixtures("german")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("files", STRANGE.values(), ids=STRANGE)
def test_what_is_no_recording_is_refused_in_german(files: Files) -> None:
    for answers in ({}, {"unit": "mmHg"}, {"sampling_rate": 1.5}, {"sampling_rate": 300.0}, {"member": "9"}):
        for sentence in outcome(files, **answers):
            said = member_name(sentence)
            assert not english_in(said), sentence
            assert not re.search(r"\d\.\d", said), sentence


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("name", METADATA_RANGES)
def test_a_value_that_no_patient_has_is_refused_in_german(name: str) -> None:
    with pytest.raises(EcgError) as refused:
        PatientMetadata(**{name: 1234.5})
    said = in_language(str(refused.value))
    assert not english_in(said)
    assert "1234,5" in said or "1,23e+03" in said
    assert name not in said


@pytest.mark.usefixtures("german")
def test_what_is_refused_of_a_recording_is_refused_in_german(twelve_lead_sample: Recording) -> None:
    found = examine(twelve_lead_sample)
    first, second = marks(found)[:2]
    flat = Recording(np.zeros((1, 5000)), (Lead.I,), 500.0, "generated")
    lead_i = twelve_lead_sample.only(Lead.I)
    model = load_model()
    analysis = analyse(lead_i, model=model, passes=2)
    beat = np.zeros((8, 80))
    refused = (
        lambda: analyse(flat, model=model),
        lambda: analyse(lead_i.between(0, 0.5), model=model),
        lambda: analyse(lead_i, model=model, passes=2, coverage=0.123),
        lambda: load_model("nirgends"),
        lambda: read_earlier(lead_i),
        lambda: EarlierEcg(beat, 100.0, PatientMetadata(), days_before=-1.5),
        lambda: place_caliper(analysis, Lead.II, 1.5, 0.5),
        lambda: revise(found, with_correction((), Mark(Wave.QRS, 1, 2, 3), None)),
        lambda: revise(found, with_correction((), first, Mark(first.wave, 30, 20, 10))),
        lambda: revise(found, with_correction((), first, Mark(first.wave, -30, 20, 40))),
        lambda: revise(found, with_correction((), first, Mark(first.wave, second.onset, second.peak, second.offset))),
        lambda: lead_i[Lead.V1],
    )
    for refusal in refused:
        with pytest.raises(EcgError) as error:
            refusal()
        said = in_language(str(error.value))
        assert not english_in(said.replace(", ".join(list_models()), "")), error.value
        assert not re.search(r"\d\.\d", said), said


@pytest.mark.usefixtures("german")
def test_weights_of_another_version_are_refused_in_german(tmp_path: Path) -> None:
    shutil.copytree(CHECKPOINTS / "unet", tmp_path / "unet")
    card = json.loads((tmp_path / "unet" / "card.json").read_text(encoding="utf-8"))
    card["settings"]["metadata"] = True
    (tmp_path / "unet" / "card.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(EcgError) as error:
        load_model(tmp_path / "unet")
    said = in_language(str(error.value))
    assert said.startswith("Die Gewichte in unet passen zu keinem UNet dieser Version;")


@pytest.mark.usefixtures("german")
def test_formats_are_named_in_german(twelve_lead_sample: Recording) -> None:
    for name in (*(one.name for one in FORMATS), "MATLAB arrays", "NumPy arrays"):
        assert not english_in(in_language(name)), name
    strip = Recording(np.ones((1, 5000)), (Lead.I,), 500.0, "delimited text")
    assert reading_in_words(strip) == "Text mit Spalten · 500 Hz · 10 s · Ableitung I"
    assert member_name("2 · NumPy arrays · 1 channel · damaged") == "2 · NumPy-Arrays · 1 Kanal · beschädigt"
