"""Lessons are data: one TOML file a lesson and language, in which ``{name}`` stands for a number of the evaluation."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecg_core.pipeline import LeadScore
from ecg_core.vocabulary import ESTIMATED, Lead

__all__ = ["LESSONS", "Lesson", "Question", "Step", "lessons", "numbers", "own_numbers"]

LESSONS = Path(__file__).parents[1] / "lessons"
Scores = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One paragraph and the figure below it.

    ``figure``: *strips* (``leads`` from ``start`` for ``seconds`` of ``record``, ``recorded``, ``estimated`` or both),
    *triangle*, *told* (strips with a choice of what the network is told), *by lead* (r of each lead on the test set),
    *tracing* (twelve leads with their heat strips), or empty for none. With ``arms`` the arm electrodes are exchanged.
    """

    text: str
    figure: str = ""
    record: str = ""
    leads: tuple[Lead, ...] = ()
    start: float = 0.0
    seconds: float = 5.0
    recorded: bool = True
    estimated: bool = True
    arms: bool = False


@dataclass(frozen=True)
class Question:
    """What is asked at the end of a lesson: ``right`` is the index among ``choices``, ``why`` explains it."""

    ask: str
    choices: tuple[str, ...]
    right: int
    why: str


@dataclass(frozen=True)
class Lesson:
    """A lesson: its ``name`` is that of its file, ``title`` what it is called."""

    name: str
    title: str
    steps: tuple[Step, ...]
    question: Question


def lessons(language: str) -> tuple[Lesson, ...]:
    """All lessons in ``language``, in order.

    >>> [len(lessons(code)) for code in ("en", "de")]
    [6, 6]
    """
    return tuple(_read(path) for path in sorted((LESSONS / language).glob("*.toml")))


def _read(path: Path) -> Lesson:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    steps = tuple(
        Step(**one | {"leads": tuple(Lead(lead) for lead in one.get("leads", ()))}) for one in content["steps"]
    )
    asked = content["question"]
    question = Question(asked["ask"], tuple(asked["choices"]), asked["right"], asked["why"])
    return Lesson(path.stem, content["title"], steps, question)


def numbers(evaluation: Scores) -> dict[str, str]:
    """What a lesson may say of the model, from its evaluation: named as ``r_V3``, ``rmse_V3`` and ``height_V3``.

    ``height`` is how much the R waves of a lead differ between estimates, as a share of how much they truly do.
    """
    told, honesty = evaluation["tiers"], evaluation["tiers"]["none"]["honesty"]
    point = told["none"]["point"]
    found = {f"r_{tier}": f"{scores['point']['r_mean']:.2f}" for tier, scores in told.items()}
    found |= {
        "records": f"{point['records']:,}",
        "data": evaluation["data"],
        "r_5th": f"{point['r_5th_percentile']:.2f}",
    }
    for lead in ESTIMATED:
        scores = point["by_lead"][lead.value]
        found |= {f"r_{lead}": f"{scores['r']:.2f}", f"rmse_{lead}": f"{scores['rmse_mv']:.2f}"}
        found[f"height_{lead}"] = f"{honesty['r_by_lead'][lead.value]['spread_ratio']:.0%}"
    raised = honesty["st_elevation"]["V2"]
    found |= {
        "st_true": f"{raised['true']:,}",
        "st_missed": f"{raised['missed']:,}",
        "st_made_up": f"{raised['made_up']:,}",
    }
    return found


def own_numbers(scores: Mapping[Lead, LeadScore], promised: float) -> dict[str, str]:
    """What a lesson may say of the recording that it shows: ``own_r_V3``, ``own_inside_V3``, ``promised``."""
    found = {f"own_r_{lead}": f"{score.r:.2f}".replace("-", "−") for lead, score in scores.items()}
    found["promised"] = f"{promised:.0%}"
    return found | {f"own_inside_{lead}": f"{score.coverage:.0%}" for lead, score in scores.items()}
