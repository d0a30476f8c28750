"""What an evaluation found, as figures, values and words."""

import numpy as np
import pytest

from dashboard.figures import evidence_values as values
from dashboard.figures import evidence_words as words
from dashboard.figures.evidence import COLOURS, DASHES, SYMBOLS, Dot, coverage_map, curves, dots, panels, reliability
from dashboard.figures.evidence_names import KINDS, kind_name
from dashboard.theme import DARK, LIGHT
from ecg_core.vocabulary import ESTIMATED
from tests.dashboard.evaluations import evaluation

SERIES = {"none": {"II": Dot(0.7, 0.65, 0.8), "V1": Dot(0.8)}, "paper": {"V1": Dot(0.9, 0.88, 0.91)}}


@pytest.fixture(scope="module")
def own() -> dict:
    return evaluation("dual-branch", "0" * 64, {"none": 0.8123, "paper": 0.8567})


def test_a_dot_stands_at_its_value_with_its_interval():
    none, paper = dots(SERIES, "r").data
    assert list(none.y) == [0.7, 0.8]
    assert list(none.error_y.array) == pytest.approx([0.1, 0])
    assert list(none.error_y.arrayminus) == pytest.approx([0.05, 0])
    assert paper.text[0] == "<b>V1</b>, paper<br>r 0.900 (0.880 to 0.910)"


def test_categories_missing_in_a_series_leave_a_gap_and_series_stand_side_by_side():
    none, paper = dots(SERIES, "r").data
    assert np.round(paper.x).tolist() == [1]
    assert none.x[1] < paper.x[0]


def test_flat_dots_run_from_top_to_bottom():
    figure = dots(SERIES, "r", flat=True, mark=1.0)
    assert list(figure.data[0].x) == [0.7, 0.8]
    assert list(figure.layout.yaxis.ticktext) == ["II", "V1"]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    assert figure.layout.shapes[0].x0 == 1.0


def test_one_name_looks_the_same_in_every_figure_and_no_two_look_alike():
    styles = ("none", "wearable", "paper")
    both = dots(SERIES, "r", styles=styles).data[1].marker
    alone = dots({"paper": SERIES["paper"]}, "r", styles=styles).data[0].marker
    assert (both.symbol, both.color) == (alone.symbol, alone.color)
    assert both.symbol == SYMBOLS[2]
    assert len(set(SYMBOLS)) == len(COLOURS) >= len(KINDS)
    assert len(set(DASHES[:6])) == 6


def test_panels_share_their_rows():
    figure = panels({"r": {"SR": Dot(0.8), "AFIB": Dot(0.9)}, "RMSE": {"SR": Dot(0.1), "AFIB": Dot(0.2)}})
    assert [list(trace.x) for trace in figure.data] == [[0.8, 0.9], [0.1, 0.2]]
    assert figure.layout.xaxis.domain[1] < figure.layout.xaxis2.domain[0]


def test_curves_are_those_given():
    (line,) = curves({"dropout": ([0, 0.1], [0.2, 0.1])}, "share", "RMSE").data
    assert (list(line.x), list(line.y)) == ([0, 0.1], [0.2, 0.1])


def test_the_reliability_curve_lies_on_equal_axes_with_the_diagonal():
    figure = reliability({"shown": ([0.01, 0.2], [0.02, 0.1])})
    assert figure.layout.xaxis.range == figure.layout.yaxis.range
    line = figure.data[-1]
    assert line.name == "claimed = found"
    assert line.x == line.y
    assert line.x[0] < 0.01


@pytest.mark.parametrize(
    ("share", "text"), [(0.9, "90.0"), (0.8499, "85.0▼"), (0.85, "85.0"), (0.95, "95.0"), (0.9501, "95.0▲")]
)
def test_coverage_outside_of_five_in_a_hundred_carries_a_sign(share, text):
    (heat,) = coverage_map({"QRS": {"II": share}}, 0.9).data
    assert heat.text[0][0] == text


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_coverage_as_promised_has_the_colour_of_the_page(palette):
    (heat,) = coverage_map({"QRS": {"II": 0.9}}, 0.9, palette).data
    assert heat.z[0][0] == 0
    assert heat.colorscale[1][1] == palette.page
    assert heat.zmin == -heat.zmax


def test_series_hold_what_the_evaluation_holds(own):
    none = own["tiers"]["none"]
    series = values.lead_series(own["tiers"])
    assert list(series) == ["none", "paper"]
    assert {lead: dot.value for lead, dot in series["none"].items()} == {
        lead.value: none["point"]["by_lead"][lead.value]["r"] for lead in ESTIMATED
    }
    assert (
        values.spread_ratios(none["honesty"])["T amplitude"]["V3"].value
        == (none["honesty"]["t_by_lead"]["V3"]["spread_ratio"])
    )
    assert values.model_series({"dual-branch": own})["paper"]["dual-branch"] == pytest.approx((0.8567, 0.8467, 0.8667))


def test_refusing_nobody_leaves_the_mean_error(own):
    doubt = own["tiers"]["none"]["doubt"]
    shown = values.refusal_curves(doubt)
    assert shown["the doubt shown"] == ([0.0, 0.1, 0.2, 0.3], [0.1034, 0.095, 0.089, 0.084])
    assert set(shown) == set(map(kind_name, KINDS))
    assert "in QRS or not" not in values.sparsification_curves(doubt)


def test_a_rhythm_unknown_in_ptb_xl_stands_alone(own):
    series = values.rhythm_series("LUDB", own["transfer"]["LUDB"])
    assert list(series["LUDB"]) == ["atrial fibrillation AFIB (40)", "sinus rhythm SR (300)"]
    assert list(series["the same rhythm in PTB-XL"]) == ["sinus rhythm SR (300)"]


def test_a_transfer_of_too_few_recordings_was_not_recalibrated(own):
    found = {key: value for key, value in own["transfer"]["LUDB"].items() if key != "recalibrated"}
    table = values.transfer_table({"few": found})
    assert table["In the 90 % band"][0] == pytest.approx(86.1)
    assert np.isnan(table["The same, recalibrated"][0])


def test_a_spoilt_lead_i_says_what_was_done_to_it(own):
    table = values.spoilt_table(own["spoilt"])
    assert table["Lead I"].tolist() == ["As recorded", "Without what is above 12 Hz", "Muscle noise, 10 dB below it"]
    assert table["r"].tolist() == [0.79, 0.61, 0.75]
    assert table["In the 90 % band"].tolist() == pytest.approx([90.0] * 3)


def test_st_is_told_in_natural_frequencies(own):
    row = values.st_table(own["tiers"]["none"]["honesty"]).iloc[0].tolist()
    assert row == [
        "V1",
        "62 of 1,000 (2 of 32)",
        "1 of 2",
        "750 of 1,000 (6 of 8)",
        "5 of 6",
        "500 of 1,000 (20 of 40)",
    ]


def test_of_ptb_xl_fold_9_alone_is_said_to_be_held_out(own):
    scores = own["tiers"]["none"]
    assert words.provenance(own, scores) == "PTB-XL, fold 9, 40 records, held out, 30 passes"
    for other in ("LUDB", "PTB-XL, fold 8"):
        assert "held out" not in words.provenance(own | {"data": other}, scores)


def test_limits_need_no_more_than_the_scores_of_one_tier(own):
    bare = {name: own["tiers"]["none"][name] for name in ("tier", "point", "doubt")}
    found = words.limits({"tiers": {"none": bare}}, "none")
    assert len(found) == 3
    assert not any("1,000" in sentence for sentence in found)


def test_the_worst_and_the_best_are_spoken():
    assert words.spoken(SERIES) == "none: II 0.70 to V1 0.80; paper: V1 0.90 to V1 0.90."
    assert words.marked({"T": {"II": 0.9}}, 0.9) == "0 of 1 cells outside 85 to 95 %."
