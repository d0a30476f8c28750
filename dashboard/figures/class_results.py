"""The answers of a class, read back from the files that the quiz wrote: what they come to by question and by player."""

import csv
import io
from collections.abc import Iterable

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.quiz import LEADS_SHOWN, Task, confidence_plot
from dashboard.texts import say
from dashboard.theme import LIGHT, Palette
from ecg_core.errors import UnreadableFile

__all__ = ["COLUMNS", "by_player", "by_question", "calibration_of_class", "map_of_players", "read_class", "wilson"]

COLUMNS = (
    "quiz", "player", "question", "task", "record", "leads", "chosen", "right_answer", "is_right", "confidence",
)  # fmt: skip
MOST_BYTES, MOST_LETTERS, MOST_QUESTIONS = 1_000_000, 40, 100
CHOICES = {Task.REAL: 2, Task.LEAD: LEADS_SHOWN, Task.ARTEFACT: 3}
"""How many answers are on offer."""
CERTAIN = 1.96


def read_class(files: Iterable[bytes]) -> pd.DataFrame:
    """All answers in the files that the quiz wrote, one row an answer, a file given twice counted once.

    A file may hold several players one below the other, their headings among them, and may have been saved by a
    spreadsheet with semicolons and decimal commas. Whether an answer is right is found anew. Raises `UnreadableFile`,
    which says which file it is and what was expected.

    >>> rows = "1,ab12cd,1,real,A0002,V2,recorded,estimated,0,0.8"
    >>> read_class([(",".join(COLUMNS) + chr(10) + rows).encode()])[["player", "is_right"]].values.tolist()
    [['ab12cd', False]]
    """
    tables = [_read(content, number) for number, content in enumerate(files, 1)]
    whole = pd.concat(tables).drop_duplicates(ignore_index=True)
    asked = whole.groupby(["quiz", "question"])[["task", "record", "leads", "right_answer"]].nunique().max(axis=1)
    told_twice = whole.duplicated(["quiz", "player", "question"])
    if (asked > 1).any():
        quiz, question = asked[asked > 1].index[0]
        raise UnreadableFile(
            f"Found two different questions {question} of quiz {quiz}; expected one: leave out the files of another "
            "version of the quiz."
        )
    if told_twice.any():
        player = whole[told_twice]["player"].iloc[0]
        raise UnreadableFile(
            f"Found two answers of {player} to one question; expected one: leave out one of the files."
        )
    return whole


def _read(content: bytes, number: int) -> pd.DataFrame:
    """The answers in one file, the ``number``-th."""
    try:
        text = content[: MOST_BYTES + 1].decode("utf-8-sig")
        separator = ";" if ";" in text.partition("\n")[0] else ","
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if row]
    except (UnicodeDecodeError, csv.Error):
        rows = []
    if not rows or tuple(rows[0]) != COLUMNS or len(content) > MOST_BYTES:
        raise UnreadableFile(f"File {number} holds no answers; expected a CSV that the quiz wrote: choose another.")
    rows = [row for row in rows if tuple(row) != COLUMNS]
    ragged = [row for row in rows if len(row) != len(COLUMNS) or max(map(len, row)) > MOST_LETTERS]
    table = pd.DataFrame([row for row in rows if row not in ragged], columns=list(COLUMNS))
    numbers = table["quiz"], table["question"], table["confidence"].str.replace(",", ".")
    quiz, question, confidence = (pd.to_numeric(one, errors="coerce") for one in numbers)
    fits = (quiz % 1 == 0) & quiz.between(1, 9999) & (question % 1 == 0) & question.between(1, MOST_QUESTIONS)
    fits &= confidence.between(0, 1) & table["task"].isin(list(Task)) & (table["player"] != "")
    if ragged or not fits.all() or table.empty:
        raise UnreadableFile(
            f"File {number} has {len(ragged) + int((~fits).sum())} rows that are no answers, of {len(rows)}; expected "
            "a CSV as the quiz wrote it: choose it anew."
        )
    return table.assign(
        quiz=quiz.astype(int), question=question.astype(int), confidence=confidence.astype(float),
        is_right=table["chosen"] == table["right_answer"],
    )  # fmt: skip


def by_question(answers: pd.DataFrame) -> pd.DataFrame:
    """One row a question, the hardest first: how many answered, share right beside mere guessing, mean confidence.

    ``mistake`` is the wrong answer that was given most often, empty where there was none.
    """
    rows = []
    for (quiz, question), one in answers.groupby(["quiz", "question"]):
        first, wrong = one.iloc[0], one.loc[~one["is_right"], "chosen"]
        rows.append(
            {
                "quiz": quiz, "question": question, "task": first["task"], "record": first["record"],
                "leads": first["leads"], "right_answer": first["right_answer"], "answers": len(one),
                "right": 100 * one["is_right"].mean(), "guessing": 100 / CHOICES[Task(first["task"])],
                "confidence": 100 * one["confidence"].mean(),
                "mistake": "" if wrong.empty else str(wrong.value_counts().index[0]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows).sort_values(["right", "quiz", "question"], ignore_index=True)


def by_player(answers: pd.DataFrame) -> pd.DataFrame:
    """One row a player: how many answers, share right, mean confidence, Brier score (Brier 1950, of one event)."""
    scored = answers.assign(brier=(answers["confidence"] - answers["is_right"]) ** 2)
    found = scored.groupby("player").agg(
        answers=("is_right", "size"), right=("is_right", "mean"), confidence=("confidence", "mean"),
        brier=("brier", "mean"),
    )  # fmt: skip
    return found.reset_index()


def wilson(right: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927).

    >>> [round(end, 2) for end in wilson(5, 10)]
    [0.24, 0.76]
    """
    share, z = right / count, CERTAIN**2 / count
    half = (z * share * (1 - share) + z**2 / 4) ** 0.5
    return (share + z / 2 - half) / (1 + z), (share + z / 2 + half) / (1 + z)


def calibration_of_class(answers: pd.DataFrame, palette: Palette = LIGHT) -> go.Figure:
    """The share of right answers over the confidence that was given, of the whole class, with its 95 % interval."""
    found = answers.groupby("confidence")["is_right"].agg(["sum", "size"])
    shares = (found["sum"] / found["size"]).tolist()
    ends = [wilson(int(right), int(count)) for right, count in found.itertuples(index=False)]
    figure = confidence_plot(palette)
    figure.add_scatter(
        x=found.index.tolist(), y=shares, mode="markers+text", name=say("class.answers"),
        marker={"color": palette.estimated, "size": 11}, text=[str(count) for count in found["size"]],
        textposition="middle right", textfont={"color": palette.ink},
        error_y={
            "array": [high - share for (_, high), share in zip(ends, shares, strict=True)],
            "arrayminus": [share - low for (low, _), share in zip(ends, shares, strict=True)],
            "color": palette.estimated, "thickness": 1.2,
        },
        hovertemplate="%{x:.0%}: %{y:.0%}<extra></extra>",
    )  # fmt: skip
    return figure


def map_of_players(players: pd.DataFrame, palette: Palette = LIGHT) -> go.Figure:
    """Each player as a dot: share right over mean confidence; below the dashed line are those who trust themselves too
    much.
    """
    figure = confidence_plot(palette)
    figure.add_scatter(
        x=players["confidence"].tolist(), y=players["right"].tolist(), mode="markers", name=say("class.players"),
        marker={"color": palette.estimated, "size": 12, "symbol": "diamond"},
        customdata=players[["player", "answers"]].to_numpy(),
        hovertemplate="%{customdata[0]} · %{customdata[1]}: %{x:.0%} → %{y:.0%}<extra></extra>",
    )  # fmt: skip
    figure.update_layout(
        xaxis_title=say("class.mean_confidence"),
        annotations=[
            {"x": x, "y": y, "text": say(f"class.{name}"), "showarrow": False, "font": {"color": palette.faint_ink}}
            for name, x, y in (("too_sure", 0.85, 0.06), ("too_shy", 0.4, 1.04))
        ],
    )
    return figure
