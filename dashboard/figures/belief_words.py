"""What can be believed, as tables: answers to clinical questions, sources of doubt, this patient or the average one."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard.engine_words import in_language
from dashboard.numbers import decimal
from dashboard.texts import say
from ecg_core.belief import Doubt
from ecg_core.results import Answer
from ecg_core.signals.twelve_lead_values import UNITS
from ecg_core.uncertainty.calibration import SHOWN, WITH_AXES, WITH_EARLIER, WITHOUT_AXES
from ecg_core.vocabulary import ESTIMATED, Basis, Lead, Wave

__all__ = ["QTC", "RR", "average_table", "doubt_table", "evaluated", "lead_i_answers", "other_answers"]

RR = ("rr_sd_ms", "rr_shortest_ms", "rr_longest_ms")
QTC = ("qtc_fridericia_ms", "qtc_bazett_ms", "qtc_framingham_ms", "qtc_hodges_ms")
DIGITS: Mapping[str, int] = {"mV": 2, "": 1}
"""Decimals by unit; none where the unit is not here."""


def lead_i_answers(answers: Sequence[Answer]) -> pd.DataFrame:
    """What Lead I itself answers, one question a line; the R-R intervals and the QTc formulas share one each."""
    said = {answer.question: answer for answer in answers}
    rows = []
    for question, answer in said.items():
        if question in UNITS or question in (*RR[1:], *QTC[1:]):
            continue
        group = RR if question in RR else QTC if question in QTC else (question,)
        withheld = answer.basis is Basis.WITHHELD
        name = {RR: "rr", QTC: "qtc"}.get(group, question)
        values = {one: said[one].value for one in group}
        shown = say("answers.withheld_why", why=why(answer)) if withheld else say(
            f"answers.{name}_value" if len(group) > 1 else "answers.value",
            **{one: decimal(value or 0.0) for one, value in values.items()},
            value=decimal(answer.value or 0.0), unit=in_language(answer.unit),
        )  # fmt: skip
        rows.append((say(f"answers.{name}"), shown))
    return pd.DataFrame(rows, columns=[say("answers.question"), say("answers.answer")])


def other_answers(answers: Sequence[Answer]) -> pd.DataFrame:
    """What needs leads that were not recorded: told, estimated with its interval, or withheld and why."""
    rows = [
        (say(f"answers.{answer.question}"), _estimated(answer), say(f"answers.{answer.basis}"))
        for answer in answers
        if answer.question in UNITS
    ]
    return pd.DataFrame(rows, columns=[say("answers.question"), say("answers.answer"), say("answers.basis")])


def _estimated(answer: Answer) -> str:
    digits = DIGITS.get(answer.unit, 0)
    if answer.basis is Basis.WITHHELD:
        return why(answer)
    assert answer.value is not None
    if answer.basis is Basis.TOLD or answer.low is None or answer.high is None:
        return (
            say("answers.value", value=decimal(answer.value, digits), unit=in_language(answer.unit))
            .replace(" °", "°")
            .strip()
        )
    return say(
        "answers.interval", value=decimal(answer.value, digits), unit=in_language(answer.unit),
        low=decimal(answer.low, digits), high=decimal(answer.high, digits),
    ).replace(" °", "°")  # fmt: skip


def why(answer: Answer) -> str:
    """Why an answer is withheld, in the language of the page."""
    return say(f"answers.why_{answer.cause}", **{name: decimal(value) for name, value in answer.figures.items()})


TIERS: Mapping[str, str] = {WITHOUT_AXES: "none", WITH_AXES: "paper", WITH_EARLIER: "prior"}
"""Where in an evaluation each state of knowledge was scored."""


def evaluated(evaluation: Mapping[str, Any] | None, state: str) -> Mapping[str, Any] | None:
    """The scores of a model in a state of knowledge; None where there are none."""
    if evaluation is None:
        return None
    tiers = evaluation.get("earlier", {}).get("tiers", {}) if state == WITH_EARLIER else evaluation["tiers"]
    found: Mapping[str, Any] | None = tiers.get(TIERS[state])
    return found


def doubt_table(
    doubts: Mapping[Lead, Mapping[Wave, Doubt]], wave: Wave, coverage: str, scores: Mapping[str, Any] | None
) -> pd.DataFrame:
    """For one wave, each lead's sources of doubt and band in mV; last, of 1,000 samples of test ECGs those in the band.

    ``coverage`` is the level of the band, such as ``"0.90"``; ``scores`` are those of `evaluated`.
    """
    leads = [lead for lead in ESTIMATED if wave in doubts[lead]]
    levels = {} if scores is None else scores["doubt"]["kinds"][SHOWN]["coverage"]
    held = levels.get(coverage, {}).get("by_lead_and_wave", {})
    return pd.DataFrame(
        {
            say("belief.lead"): [lead.value for lead in leads],
            say("belief.noise"): [doubts[lead][wave].noise_mv for lead in leads],
            say("belief.passes"): [doubts[lead][wave].passes_mv for lead in leads],
            say("belief.unseen"): [doubts[lead][wave].unseen_mv for lead in leads],
            say("belief.band"): [doubts[lead][wave].half_width_mv for lead in leads],
        }
        | ({say("belief.held"): [round(1000 * held[lead.value][wave.value]) for lead in leads]} if held else {})
    )


def average_table(
    shares: Mapping[Lead, float], scores: Mapping[str, Any] | None, average: Mapping[str, Any] | None
) -> pd.DataFrame:
    """For each lead the average patient's share of the estimate, in percent, and what the model is worth beyond it.

    The last column says how much smaller the model's error was on test ECGs than that of the average patient's beat, in
    percent; ``scores`` and ``average`` are those of `evaluated`.
    """
    columns: dict[str, list[Any]] = {
        say("belief.lead"): [lead.value for lead in shares],
        say("belief.average"): [100 * share for share in shares.values()],
        say("belief.individual_share"): [100 * (1 - share) for share in shares.values()],
    }
    if scores is not None and average is not None:
        one, other = (found["point"]["by_lead"] for found in (scores, average))
        columns[say("belief.better")] = [
            100 * (1 - one[lead.value]["rmse_mv"] / other[lead.value]["rmse_mv"]) for lead in shares
        ]
    return pd.DataFrame(columns)
