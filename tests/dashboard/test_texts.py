"""Every text is there in every language, takes the same values, and is used."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from threading import Thread

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cached
from dashboard.engine_words import ENGINE
from dashboard.figures.evidence_words import card_table, provenance, target_table
from dashboard.figures.words import origin_name
from dashboard.texts import LANGUAGES, language, say, speak, strings
from ecg_core import Origin
from ecg_core.export.notice import EARLIER_WARNING, RESEARCH_ONLY
from ecg_core.models.checkpoint import CHECKPOINTS, DEFAULT_MODEL, load_evaluations
from ecg_core.training.targets import targets
from tests.dashboard.pages import press, texts, visit

SOURCES = sorted((Path(__file__).parents[2] / "dashboard").rglob("*.py"))
KEYS = strings("en")
WRITTEN = ("text", "title", "label", "hovertemplate", "hovertext", "ticktext")
ENGLISH = re.compile(
    r"\b(the|and|with|which|from|that|this|not|are|is|measured|estimated|recorded|unknown|leads|of|by|years?|rhythm|bpm|fold)\b"
)
COMMAND = re.compile(r"`[^`]*`|Deep Learning-Based Multi-Lead ECG Reconstruction[^.]*")
"""What stays English: commands, and the title of the paper."""


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_has_every_text_with_the_same_values(code: str) -> None:
    texts = strings(code)
    assert texts.keys() == KEYS.keys()
    assert {key: fields(text) for key, text in texts.items()} == {key: fields(text) for key, text in KEYS.items()}


def test_every_key_that_is_said_exists() -> None:
    said = {key for path in SOURCES for key in re.findall(r'\bsay\(\s*"([\w.]+)"', path.read_text(encoding="utf-8"))}
    assert said
    assert said <= KEYS.keys()


def test_every_text_is_named_somewhere() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    named = [
        key for key in KEYS if not key.startswith((*(f"{table}." for table in ENGINE), "evaluated.", "samples."))
    ]  # found by what the engine, its evaluations and the index say
    unused = [key for key in named if f'"{key}"' not in sources and f'"{key.rpartition(".")[0]}.{{' not in sources]
    assert not unused


def test_each_thread_speaks_its_own_language() -> None:
    heard = []

    def german() -> None:
        speak("de")
        heard.append(say("pages.model"))

    thread = Thread(target=german)
    thread.start()
    thread.join()
    assert heard == ["Modell"]
    assert language() == "en"
    assert say("pages.model") == "Model"


def test_an_unknown_language_is_a_bug() -> None:
    with pytest.raises(KeyError):
        speak("xx")


def test_origins_are_called_in_english_what_the_engine_calls_them() -> None:
    for origin in Origin:
        assert origin_name(origin) == str(origin)


def test_the_notices_in_english_are_those_of_exports() -> None:
    assert say("forms.research_only") == RESEARCH_ONLY
    assert say("forms.earlier_warning") == EARLIER_WARNING


def test_the_samples_are_called_in_english_what_their_index_calls_them() -> None:
    for entry in json.loads((cached.SAMPLES / "index.json").read_text(encoding="utf-8")):
        assert [KEYS[f"samples.{entry['id']} {what}"] for what in ("title", "shows")] == [
            entry["title"],
            entry["shows"],
        ]


def written_in(content: object) -> Iterator[str]:
    """What a figure writes, but for the names of its traces, which stand in a legend alone."""
    if isinstance(content, dict):
        for name, value in content.items():
            if name in WRITTEN or not isinstance(value, str):
                yield from written_in(value)
    elif isinstance(content, list):
        for one in content:
            yield from written_in(one)
    elif isinstance(content, str):
        yield content


def said_on(page: AppTest) -> list[str]:
    """Every text of a page: of widgets with their choices and help, of figures, tables and text alternatives."""
    widgets = (*page.selectbox, *page.number_input, *page.button, *page.button_group, *page.metric, *page.expander,
               *page.select_slider, *page.slider, *page.toggle, *page.radio, *page.file_uploader)  # fmt: skip
    labels = [f"{one.label}\n{getattr(one, 'help', '')}" for one in widgets]
    choices = [str(choice) for one in widgets for choice in getattr(one, "options", ())]
    charts = page.get("plotly_chart")
    drawn = [json.loads(chart.proto.spec) for chart in charts]
    figures = [text for one in drawn for text in written_in(one)]
    legends = [trace["name"] for one in drawn if one["layout"].get("showlegend") for trace in one["data"]]
    titles = [one.value for one in page.title]
    tables = [table.value.to_csv(index=False) for table in page.table]
    frames = [frame.value.to_csv(index=False, header=False) for frame in page.dataframe]
    alts = [chart.proto.alt for chart in charts]
    shown = [texts(page), *titles, *labels, *choices, *figures, *legends, *tables, *frames, *alts]
    return "\n".join(shown).splitlines()


@pytest.mark.parametrize("name", ["review", "cases", "reveal", "what_if", "teach", "quiz", "about", "model"])
def test_a_german_page_says_nothing_in_english(name: str) -> None:
    page = visit()
    page.query_params["lang"] = "de"
    if name != "review":
        page.switch_page(f"views/{name}.py")
    page.session_state["batch passes"] = 10
    page.run()
    if name in ("cases", "reveal"):
        press(page, "Sinusrhythmus")
    if name == "reveal":
        press(page, strings("de")["reveal.reveal"])
    assert not page.exception
    assert [line for line in said_on(page) if ENGLISH.search(COMMAND.sub("", line))] == []
    assert strings("de")["forms.research_only"] in texts(page)


@pytest.mark.usefixtures("german")
def test_what_was_found_of_the_models_is_said_in_german() -> None:
    """Targets, cards and headings of the tables, word by word; only what has no language is the same in both."""
    found = load_evaluations(CHECKPOINTS)
    targets_found = targets(found, DEFAULT_MODEL)
    said = target_table(targets_found)
    english = [one.measure for one in targets_found]
    assert [one for one, other in zip(said["Messgröße"], english, strict=True) if one == other] == []
    numbers = "\n".join(said[["Ziel", "Gefunden"]].to_numpy().ravel())
    assert re.findall(r"[a-z]{2,}", re.sub(r"\b(über|mV|nicht gemessen|gegen|von|bis|der|Intervall|alle|höher als wo|"
        r"nicht|Aufzeichnungen|innerhalb|höchstens)\b", "", numbers)) == []  # fmt: skip
    assert not re.search(r"\d\.\d", said.to_csv())
    card = card_table(cached.model(DEFAULT_MODEL).card).to_csv()
    assert "15216 Aufzeichnungen zum Trainieren" in card
    stages = (
        "was ein früheres EKG liest, weitere 34 Epochen; als Zweitmeinung ein TransUNet, 50, 46, 56 und 72 Epochen; "
        "eines, das allein Ableitung I kennt, 68 und 56 Epochen nach den ersten 50 davon"
    )
    assert f'Weiteres Training,"{stages}"' in card
    assert "aus 2.175 Aufzeichnungen: PTB-XL, Fold 8, Stufen der Angaben: ohne Angaben und Uhr" in card
    assert (
        provenance(found[DEFAULT_MODEL], found[DEFAULT_MODEL]["tiers"]["none"])
        == "PTB-XL, Fold 9, 2.185 Aufzeichnungen, zurückgehalten, 30 Durchläufe"
    )
