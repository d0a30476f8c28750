"""What the engine says of a signal is said in the language of the page, number for number."""

import ast
import re
from pathlib import Path

import pytest

import ecg_core.signals.changes
import ecg_core.signals.quality
import ecg_core.signals.waves
from dashboard.engine_words import in_language, listed
from dashboard.texts import strings
from ecg_core.records import Preparation
from ecg_core.results import Segments
from ecg_core.signals.changes import compare_beats
from ecg_core.signals.quality import assess
from ecg_core.signals.waves import find_waves

SPEAKING = (ecg_core.signals.quality, ecg_core.signals.waves, ecg_core.signals.changes)
SENTENCE = re.compile(r"[A-Za-z]+ [a-z]+ .*[a-z]")
ENGLISH = re.compile(r"\b(the|is|are|of|and|at|again|with|than|between|waves|signal lasts|than)\b")


def said_in(module) -> list[str]:
    """Every sentence that a module puts together, a number in place of each value; what is no sentence left out."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found.append("".join(part.value if isinstance(part, ast.Constant) else "1.5" for part in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside | docs:
            found.append(node.value)
    return [one for one in found if SENTENCE.fullmatch(one.rstrip(".")) and len(one.split()) > 3]


@pytest.mark.parametrize("module", SPEAKING, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_sentence_about_a_signal_has_its_german(german, module):
    sentences = [one for one in said_in(module) if "prominence of 0" not in one]
    assert sentences
    for sentence in sentences:
        translated = in_language(sentence)
        assert translated != sentence, sentence
        assert not ENGLISH.search(translated), translated
        assert re.findall(r"\d+,\d+", translated) == [
            one.replace(".", ",") for one in re.findall(r"\d+\.\d+", sentence)
        ]


def test_findings_of_real_signals_are_said_in_german(german, lead_i_500):
    for signal in (lead_i_500[:1000], 0 * lead_i_500, 20 * lead_i_500, -lead_i_500):
        for finding in assess(signal, 500.0, find_waves(signal, 500.0)).findings:
            assert not ENGLISH.search(f"{in_language(finding.reason)} {in_language(finding.advice)}")
    nothing = assess(lead_i_500, 500.0, Segments.none(500.0, "the signal is flat"))
    assert in_language(nothing.findings[-1].reason) == "Die Wellen ließen sich nicht abgrenzen: das Signal ist flach."


def test_what_was_filtered_and_what_has_changed_are_said_in_german(german, lead_i_500):
    preparation = Preparation()
    band = f"below {preparation.low_hz:g} Hz and above {preparation.high_hz:g} Hz"
    assert listed((band, "mains at 50 Hz")) == "unter 0,5 Hz und über 40 Hz, Netzbrummen bei 50 Hz"
    beat = lead_i_500[:400]
    (unusual,) = compare_beats(beat, 2 * beat, 500.0).unusual
    assert in_language(unusual) == "QRS in Ableitung I ist 0,50-mal so groß wie damals"


def test_english_says_what_the_engine_says_and_an_unknown_sentence_stays_as_it_is():
    for key, text in strings("en").items():
        if key.startswith("engine."):
            sentence = re.sub(r"\{\w+\}", "7.5", text)
            assert in_language(sentence) == sentence
    assert in_language("Nobody has foreseen 1.5 of this.") == "Nobody has foreseen 1.5 of this."
