"""Cases: many recordings at once in one table, sorted, filtered and brushed; two of them side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import cached
from dashboard.figures.axes import CONFIG
from dashboard.figures.brush import Point, brush
from dashboard.figures.side_by_side import SECONDS, Side, side_by_side, thinned
from dashboard.session import fragment
from dashboard.texts import say
from dashboard.views import batch, panels
from dashboard.views.appearance import palette
from dashboard.views.batch import Item, Setting
from dashboard.views.sheet import sheet
from dashboard.views.tables import number_table
from ecg_core import LeadScore, compare, list_models
from ecg_core.export.overview import to_csv
from ecg_core.results import Analysis
from ecg_core.vocabulary import ESTIMATED, LEADS, Lead, Verdict

SPARK_SECONDS, SPARK_POINTS = 5, 160
MOST_PROBLEMS = 3
"""So many are said above the table; all are in it."""
PROBLEM, WAITING = "problem", "waiting"
KINDS = (*(str(verdict) for verdict in Verdict), PROBLEM)
LEAST_BESIDE = 860
"""Width in pixels of two papers side by side, below which they scroll sideways: their headings need it."""
FIRST_LEADS = (Lead.I, Lead.II, Lead.V2, Lead.V5)
FORMATS = {"rate": "%.0f", "qrs": "%.0f", "doubt": "%.3f", "farther": "%.0f%%", "r": "%.2f", "inside": "%.0f%%"}


def _kind(item: Item, by: Setting) -> str:
    """Quality of Lead I, or that there is a problem or nothing yet."""
    if item.refusal is not None:
        return PROBLEM
    return str(item.lines[by].verdict) if by in item.lines else WAITING


def _rows(shown: Sequence[Item], by: Setting, *, names: bool) -> pd.DataFrame:
    """One row a recording; what is not known is empty."""
    rows = []
    for item in shown:
        line = item.lines.get(by)
        row: dict[str, Any] = {"case": item.title}
        if names:
            row["name"] = item.name
        row |= {
            "spark": _spark(item),
            "quality": say(f"cases_quality.{_kind(item, by)}"),
            "rate": None if line is None else line.ventricular_rate,
            "qrs": None if line is None else line.qrs_ms,
            "doubt": None if line is None else line.half_width_mv,
            "farther": None if line is None or line.farther_share is None else 100 * line.farther_share,
            "r": None if line is None else line.r,
            "inside": None if line is None or line.inside_band is None else 100 * line.inside_band,
            "problem": item.problem,
        }
        rows.append(row)
    return pd.DataFrame(rows).astype(dict.fromkeys(FORMATS, float))


def _spark(item: Item) -> list[float] | None:
    if item.examination is None:
        return None
    examination = item.examination
    return thinned(examination.lead_i[: round(SPARK_SECONDS * examination.sampling_rate)], SPARK_POINTS)


def _table(shown: Sequence[Item], by: Setting, *, names: bool) -> list[Item]:
    """The table; returns the recordings that are ticked in it."""
    rows = _rows(shown, by, names=names)
    columns: dict[str, Any] = {
        name: st.column_config.TextColumn(say(f"cases_columns.{name}"), pinned=name == "case")
        for name in ("case", "name", "quality")
    }
    columns["problem"] = st.column_config.TextColumn(say("cases_columns.problem"), width="large")
    columns["spark"] = st.column_config.LineChartColumn(
        say("cases_columns.spark", seconds=SPARK_SECONDS), width="medium", help=say("cases_help.spark")
    )
    columns |= {
        name: st.column_config.NumberColumn(say(f"cases_columns.{name}"), help=say(f"cases_help.{name}"))
        for name in FORMATS
    }
    rows = rows.dropna(axis="columns", how="all")
    ticked = number_table(
        rows, FORMATS, alt=say("cases.table_alt"), columns=columns, height="auto", row_height=44,
        on_select="rerun", selection_mode="multi-row", key=f"cases {[item.number for item in shown]}",
    )  # fmt: skip
    return [shown[row] for row in ticked["selection"]["rows"] if row < len(shown)]


def _brushed(done: Sequence[Item], by: Setting) -> list[int] | None:
    """Doubt against r (or, where no recorded leads are known, rate): the numbers that a box was drawn around."""
    known = [item for item in done if item.lines[by].r is not None]
    against = "r" if known else "rate"
    points = []
    for item in known or done:
        line = item.lines[by]
        value = line.r if known else line.ventricular_rate
        if value is not None:
            points.append(Point(item.number, item.title, line.half_width_mv, value))
    with st.expander(say("cases.brush"), icon=":material/select_all:"):
        st.caption(say("cases.brush_help"))
        chosen = st.plotly_chart(
            brush(points, say("cases_columns.doubt"), say(f"cases_columns.{against}"), palette()),
            theme=None, config=CONFIG, on_select="rerun", selection_mode=("box", "lasso", "points"), key="cases brush",
            alt=say("cases.brush_alt"),
        )  # fmt: skip
    found = [int(point["customdata"][0]) for point in chosen["selection"]["points"]]
    return found or None


@fragment
def _beside(one: Item, other: Item, by: Setting, done: Sequence[Item]) -> None:
    """Two recordings, two models or two states of knowledge on one time axis."""
    st.header(say("cases.beside"), divider="gray")
    left, right = st.columns(2, gap="medium")
    with left:
        first = _choice("left", one, by, done, by.tier)
    with right:
        second = _choice("right", other, by, done, by.tier if one is not other else batch.TIERS[1])
    sides = []
    for item, setting in (first, second):
        analysis = batch.estimate(item, setting)
        if analysis is None:
            st.error(item.problem or "", title=item.title, icon=":material/block:")
            return
        sides.append(Side(_called(item, setting), analysis))
    leads = st.pills(say("cases.leads"), LEADS, selection_mode="multi", default=FIRST_LEADS, key="beside leads")
    chosen = [lead for lead in LEADS if lead in (leads or FIRST_LEADS)]
    rest = min(side.analysis.recording.duration for side in sides) - SECONDS
    start = 0.0
    if rest > 0.05:
        start = float(
            st.slider(say("cases.from", seconds=f"{SECONDS:g}"), 0.0, round(rest, 1), 0.0, 0.5, key="beside from")
        )
    sheet(
        side_by_side((sides[0], sides[1]), chosen, start, palette()),
        key="side by side", alt=say("cases.beside_alt"), least=LEAST_BESIDE,
    )  # fmt: skip
    st.caption(say("cases.beside_note"))
    for side in sides:
        panels.outside_training(side.analysis)
    _by_lead(sides)


def _choice(slot: str, item: Item, by: Setting, done: Sequence[Item], tier: str) -> tuple[Item, Setting]:
    titles = {one.number: one.title for one in done}
    key = f"{slot} {item.number} {tier} {by.model}"
    number = st.selectbox(
        say(f"cases_sides.{slot}"), list(titles), index=list(titles).index(item.number),
        format_func=titles.__getitem__, key=f"case {key}",
    )  # fmt: skip
    models = list_models()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        model = st.selectbox(say("batch.model"), models, index=models.index(by.model), key=f"model {key}")
        told = st.segmented_control(
            say("batch.told"), batch.TIERS, default=tier, required=True, key=f"tier {key}",
            format_func=lambda name: say(f"batch_tiers.{name}"),
        )  # fmt: skip
    chosen = next(one for one in done if one.number == number)
    return chosen, Setting(model, told or tier, by.passes, by.seed)


def _called(item: Item, setting: Setting) -> str:
    return f"{item.title} · {setting.model} · {say(f'batch_tiers.{setting.tier}')}"


def _by_lead(sides: Sequence[Side]) -> None:
    """Doubt of each lead on both sides, and r where the recorded lead is known."""
    table = pd.DataFrame({say("cases_columns.lead"): [str(lead) for lead in ESTIMATED]})
    for slot, (_, analysis) in zip(("left", "right"), sides, strict=True):
        scores: Mapping[Lead, LeadScore] = compare(analysis)
        name = say(f"cases_sides.{slot}")
        table[f"{name}: {say('cases_columns.doubt')}"] = _half_widths(analysis)
        table[f"{name}: r"] = [scores[lead].r if lead in scores else np.nan for lead in ESTIMATED]
    number_table(table, dict.fromkeys(table.columns[1:], "%.2f"), alt=say("cases.by_lead_alt"))


def _half_widths(analysis: Analysis) -> list[float]:
    result = analysis.reconstruction
    return [float((result.high - result.low)[result.row(lead)].mean() / 2) for lead in ESTIMATED]


with st.sidebar:
    batch.take(say("batch.recordings"))
    names = st.toggle(say("cases.names"), key="cases names", help=say("cases.names_help"))
    st.subheader(say("batch.how"))
    by = batch.setting()

known = batch.items()
if not known:
    st.header(say("cases.title"))
    st.markdown(say("cases.invitation"))
batch.offer(cached.samples())
if not known:
    st.caption(say("forms.research_only"))
    st.stop()
more = batch.progress(known, by)
done = [item for item in known if item.refusal is None and by in item.lines]
with st.container(horizontal=True, vertical_alignment="bottom"):
    kinds = [kind for kind in KINDS if any(_kind(item, by) == kind for item in known)]
    wanted = st.pills(
        say("cases.filter"), kinds, selection_mode="multi", key="cases filter",
        format_func=lambda kind: say(f"cases_quality.{kind}"),
    )  # fmt: skip
    truth = st.toggle(say("cases.with_truth"), key="cases with truth")
brushed = _brushed(done, by) if len(done) > 1 else None
shown = [
    item
    for item in known
    if (not wanted or _kind(item, by) in wanted)
    and (item.has_truth or not truth)
    and (brushed is None or item.number in brushed)
]
st.caption(say("cases.shown", shown=len(shown), count=len(known)))
for item in [item for item in shown if item.refusal is not None][:MOST_PROBLEMS]:
    st.error(say("cases.one_problem", title=item.title, problem=item.problem), icon=":material/block:")
ticked = [item for item in (_table(shown, by, names=names) if shown else []) if item in done]
st.caption(say("cases.from_where", model=by.model, passes=by.passes))
if done:
    lines = [(item.title, item.made[by], item.lines[by]) for item in done]
    st.download_button(
        say("cases.csv", count=len(done)), lambda: to_csv(lines), "cases.csv", "text/csv",
        on_click="ignore", icon=":material/download:", help=say("reveal.csv_help"),
    )  # fmt: skip
if ticked:
    _beside(ticked[0], ticked[min(1, len(ticked) - 1)], by, done)
elif done:
    st.info(say("cases.tick"), icon=":material/compare_arrows:")
st.caption(say("forms.research_only"))
if more:
    st.rerun()
