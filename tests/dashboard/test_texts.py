"""Every text is there in every language, takes the same values, and is used."""

import re
from pathlib import Path
from string import Formatter
from threading import Thread

import pytest

from dashboard.figures.words import origin_name
from dashboard.texts import LANGUAGES, language, say, speak, strings
from ecg_core import Origin
from ecg_core.export.notice import EARLIER_WARNING, RESEARCH_ONLY
from tests.dashboard.pages import texts, visit

SOURCES = sorted((Path(__file__).parents[2] / "dashboard").rglob("*.py"))
KEYS = strings("en")


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
    named = [key for key in KEYS if not key.startswith("engine.")]  # found by what the engine says
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


def test_a_german_review_says_nothing_in_english() -> None:
    page = visit()
    page.query_params["lang"] = "de"
    page.run()
    assert not page.exception
    labelled = (
        *page.selectbox,
        *page.number_input,
        *page.button,
        *page.button_group,
        *page.metric,
        *page.expander,
        *page.select_slider,
    )
    said = "\n".join([texts(page), *(str(widget.label) for widget in labelled)]).splitlines()
    german = strings("de")
    english = {text for key, text in KEYS.items() if not fields(text) and text != german[key]} - set(german.values())
    assert not english.intersection(said)
    assert {german["panels.told"], german["forms.passes"], german["review.reconstruct"]} <= set(said)
