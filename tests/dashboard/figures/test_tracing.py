"""The tracing as a figure: what is drawn, where, and what is printed on it."""

import json
from dataclasses import replace

import numpy as np
import pytest

from dashboard.figures.paper import View, lay_out
from dashboard.figures.tracing import tracing
from dashboard.theme import DARK, GAINS, LIGHT, SPEEDS, Layout, LeadOrder, Spread
from ecg_core import LEADS, Lead
from ecg_core.export.notice import EARLIER_WARNING, RESEARCH_ONLY
from ecg_core.vocabulary import ESTIMATED

STACK = View(layout=Layout.STACK)
CABRERA = View(layout=Layout.STACK, order=LeadOrder.CABRERA)


def named(figure, ending):
    return {trace.name: trace for trace in figure.data if trace.name.endswith(ending) and trace.y[0] is not None}


def panels_of(trace, page):
    """What one trace draws of each estimated lead, as (lead, times, heights above its baseline)."""
    gaps = np.flatnonzero(np.isnan(trace.y))
    assert np.isnan(trace.x[gaps]).all()
    shown = [panel for panel in page.panels if panel.lead is not Lead.I]
    pieces = np.split(np.stack([trace.x, trace.y], axis=1), gaps)[:-1]
    for index, (panel, piece) in enumerate(zip(shown, pieces, strict=True)):
        times, heights = piece[1 if index else 0 :].T
        yield panel, times, heights - panel.baseline


def edges(outline):
    """Times, lower and upper edge of a band that is drawn as an outline, there and back."""
    panel, times, heights = outline
    half = len(times) // 2
    assert np.array_equal(times[:half], times[half:][::-1])
    return panel, times[:half], heights[:half], heights[half:][::-1]


def only(figure, name):
    (found,) = (trace for trace in figure.data if trace.name == name)
    return found


def heat_map(figure, spread):
    (found,) = (trace for trace in figure.data if trace.type == "heatmap" and trace.name == f"{spread} sd")
    return found


def printed(figure):
    return " ".join(note.text for note in figure.layout.annotations)


@pytest.mark.parametrize("layout", Layout)
def test_every_lead_is_drawn_and_labelled_with_its_provenance(analysis, layout):
    figure = tracing(analysis, View(layout=layout))
    assert set(named(figure, " measured")) == {"I measured"}
    assert set(named(figure, " estimated")) == {f"{lead} estimated" for lead in ESTIMATED}
    labels = [note.text for note in figure.layout.annotations if note.name.startswith("label ")]
    assert sum("measured" in label for label in labels) == (2 if layout is Layout.GRID else 1)
    assert sum("estimated" in label for label in labels) == 11


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_measured_and_estimated_differ_in_colour_and_line(analysis, palette):
    figure = tracing(analysis, STACK, palette)
    measured = named(figure, " measured")["I measured"].line
    estimated = {(trace.line.color, trace.line.dash) for trace in named(figure, " estimated").values()}
    assert (measured.color, measured.dash) == (palette.measured, "solid")
    assert estimated == {(palette.estimated, "7px,1.5px")}
    assert palette.measured != palette.estimated


def test_curves_are_the_reconstruction_at_their_offsets(analysis):
    figure, page = tracing(analysis, STACK), lay_out(analysis, STACK)
    step = 2  # 500 Hz drawn at 250 Hz
    for lead, baseline in zip(LEADS, page.baselines, strict=True):
        trace = next(
            trace for trace in figure.data if trace.name.startswith(f"{lead} ") and trace.customdata is not None
        )
        assert trace.y.dtype == np.float32
        assert trace.dx == pytest.approx(0.004)
        assert np.allclose(trace.y - baseline, analysis.reconstruction.mean[LEADS.index(lead)][::step], atol=1e-5)


@pytest.mark.parametrize("layout", Layout)
def test_the_band_is_drawn_as_wide_as_it_is_and_the_measured_lead_has_none(analysis, layout):
    view, reconstruction = View(layout=layout), analysis.reconstruction
    band = only(tracing(analysis, view), "band")
    assert (band.fill, band.legendgroup) == ("toself", "band")
    drawn = [edges(outline) for outline in panels_of(band, lay_out(analysis, view))]
    assert {panel.lead for panel, *_ in drawn} == set(ESTIMATED)
    for panel, times, low, high in drawn:
        row, rate = reconstruction.row(panel.lead), reconstruction.sampling_rate
        samples = np.arange(round(times[0] * rate), round(times[-1] * rate) + 1, 2)  # every curve is drawn at 250 Hz
        below = reconstruction.low[row, samples] - np.interp(samples / rate, times, low)
        above = np.interp(samples / rate, times, high) - reconstruction.high[row, samples]
        assert min(below.min(), above.min()) > -1e-5
        assert max(np.median(below), np.median(above)) < 0.005


def test_the_band_is_said_in_words_at_its_own_level(analysis):
    names = [trace.name for trace in tracing(analysis, View()).data]
    assert "band: 90% of true values lie inside" in names
    other = replace(analysis, reconstruction=replace(analysis.reconstruction, coverage=0.8))
    assert "band: 80% of true values lie inside" in [trace.name for trace in tracing(other, View()).data]


@pytest.mark.parametrize(("spread", "top"), [(Spread.TOTAL, 0.5), (Spread.PASSES, 0.05)])
@pytest.mark.parametrize("layout", Layout)
def test_one_heat_map_holds_all_strips_on_a_fixed_scale(analysis, layout, spread, top):
    strips = heat_map(tracing(analysis, View(layout=layout)), spread)
    assert (strips.zmin, strips.zmax) == (0, top)
    assert strips.colorscale[0][1] == "#00224e"  # cividis
    assert f"{spread} sd" in strips.colorbar.title.text
    assert strips.colorbar.ticktext[-1] == f"≥ {top:g} mV"
    rows = strips.z[::2]
    assert len(rows) == len(layout.rows())
    assert np.isfinite(rows).all()
    assert np.isnan(strips.z[1::2]).all()


@pytest.mark.parametrize("spread", Spread)
def test_strips_show_the_largest_spread_of_each_20_ms_below_their_lead(analysis, spread):
    strips, page = heat_map(tracing(analysis, STACK), spread), lay_out(analysis, STACK)
    reconstruction = analysis.reconstruction
    values = reconstruction.total_sd if spread is Spread.TOTAL else reconstruction.epistemic_sd
    assert np.allclose(strips.z[::2][::-1], values.reshape(12, 500, 10).max(axis=2))
    assert np.allclose(strips.x, np.arange(501) * 0.02)
    assert np.allclose(strips.y[::-1].reshape(12, 2)[:, ::-1], page.strips)


def test_each_wave_of_lead_i_is_one_shaded_region(analysis):
    figure, segments = tracing(analysis, View()), analysis.examination.segments
    regions = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert sum(region.name == "QRS" for region in regions) == len(segments.qrs)
    assert sum(region.name == "T" for region in regions) == len(segments.t)
    onsets = sorted(region.x0 for region in regions if region.name == "QRS")
    assert np.allclose(onsets, segments.qrs[:, 0] / segments.sampling_rate)
    assert {region.label.text for region in regions} == {"QRS", "T"}


def test_recorded_leads_are_grey_and_only_there_when_the_file_held_them(analysis, analysis_of_lead_i):
    recorded = only(tracing(analysis, STACK), "reference")
    drawn = {panel.lead: heights for panel, _, heights in panels_of(recorded, lay_out(analysis, STACK))}
    assert analysis.reference is not None
    for lead in ESTIMATED:
        assert np.allclose(drawn[lead], analysis.reference[lead][::2], atol=1e-5)
    assert recorded.line.color == LIGHT.reference
    without = [trace.name for trace in tracing(analysis_of_lead_i, STACK).data]
    assert not any("reference" in name for name in without)


def test_each_layer_has_one_entry_in_the_legend_which_says_that_it_switches(analysis, analysis_of_lead_i):
    figure = tracing(analysis, View())
    entries = [trace.legendgroup for trace in figure.data if trace.showlegend]
    entries += [shape.legendgroup for shape in figure.layout.shapes if shape.showlegend]
    assert entries == ["band", "reference", "QRS", "T"]
    assert "Click a name to switch it" in figure.layout.legend.title.text
    assert {trace.legendgroup for trace in figure.data if not trace.showlegend} == {"band", "reference", None}
    assert {shape.legendgroup for shape in figure.layout.shapes if shape.type == "rect"} == {"QRS", "T"}
    alone = [trace.legendgroup for trace in tracing(analysis_of_lead_i, View()).data if trace.showlegend]
    assert alone == ["band"]


def test_buttons_choose_the_spread_of_the_heat_strips_or_none(analysis):
    figure = tracing(analysis, View())
    (menu,) = figure.layout.updatemenus
    shown = {}
    for button in menu.buttons:
        state, traces = button.args
        assert button.method == "restyle"
        assert {figure.data[trace].type for trace in traces} == {"heatmap"}
        seen = zip(traces, state["visible"], strict=True)
        shown[button.label] = [figure.data[trace].name for trace, visible in seen if visible]
    assert shown == {"total": ["total sd"], "passes": ["passes sd"], "off": []}


def test_at_first_every_layer_is_seen_and_the_strips_show_what_the_pressed_button_says(analysis):
    figure = tracing(analysis, View())
    assert [trace.name for trace in figure.data if trace.visible is False] == ["passes sd"]
    assert figure.layout.updatemenus[0].active == 0


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return np.dot(linear, (0.2126, 0.7152, 0.0722))


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_buttons_can_be_read_pressed_or_not(palette):
    always_pressed_colour = "#f4faff"  # Plotly's own
    for ground in (palette.button, always_pressed_colour):
        assert (luminance(ground) + 0.05) / (luminance(palette.button_ink) + 0.05) > 4.5


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("gain", GAINS)
def test_boxes_are_square_and_paper_is_printed_on_the_tracing(analysis, layout, speed, gain):
    figure = tracing(analysis, View(layout=layout, speed=speed, gain=gain))
    x, y = figure.layout.xaxis, figure.layout.yaxis
    assert (y.scaleanchor, y.scaleratio) == ("x", gain / speed)
    assert x.dtick * speed == pytest.approx(5)
    assert y.dtick * gain == pytest.approx(5)
    assert (x.minor.dtick * speed, y.minor.dtick * gain) == (pytest.approx(1), pytest.approx(1))
    text = printed(figure)
    for fact in (f"{speed} mm/s", f"{gain} mm/mV", "0.5–40 Hz, no notch", "not to scale", analysis.card.name):
        assert fact in text


def test_the_notice_is_on_the_figure_and_in_what_is_exported(analysis):
    figure = tracing(analysis, View())
    assert RESEARCH_ONLY in printed(figure).replace("<br>", " ")
    assert figure.layout.meta["notice"] == RESEARCH_ONLY


@pytest.mark.parametrize("layout", Layout)
def test_the_calibration_pulse_is_1_mv_for_200_ms_before_every_row(analysis, layout):
    view = View(layout=layout)
    (pulse,) = (trace for trace in tracing(analysis, view).data if trace.name.startswith("calibration"))
    rows = np.split(np.column_stack([pulse.x, pulse.y]), len(layout.rows()))
    for row, baseline in zip(rows, lay_out(analysis, view).baselines, strict=True):
        up = row[row[:, 1] > baseline + 0.5]
        assert np.allclose(up[:, 1], baseline + 1)
        assert np.ptp(up[:, 0]) == pytest.approx(0.2)
        assert np.nanmax(row[:, 0]) < 0


def test_only_the_window_is_put_in_the_figure(long_analysis):
    figure = tracing(long_analysis, View(layout=Layout.STACK, start=30.0))
    whole = tracing(long_analysis, View(layout=Layout.STACK, start=0.0))
    for trace in figure.data:
        if trace.customdata is not None:
            assert trace.x0 == 30.0
            assert len(trace.y) * trace.dx <= 10.01
    assert len(figure.to_json()) < 1.1 * len(whole.to_json())
    regions = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert regions
    assert all(region.x1 > 30 and region.x0 < 40 for region in regions)
    assert figure.layout.uirevision != whole.layout.uirevision


def test_a_window_past_the_end_is_drawn_as_far_as_it_goes(long_analysis):
    figure = tracing(long_analysis, View(start=55.0))
    strips = heat_map(figure, Spread.TOTAL)
    assert np.isfinite(strips.z[0, :250]).all()
    assert np.isnan(strips.z[0, 250:]).all()


def test_the_figure_says_nothing_of_the_patient(analysis):
    text = json.dumps(tracing(analysis, View()).to_plotly_json(), default=str)
    assert "A0002" not in text


def test_lead_names_stand_at_their_rows(analysis):
    figure, page = tracing(analysis, STACK), lay_out(analysis, STACK)
    heights = [note.y for note in figure.layout.annotations if note.name.startswith("label ")]
    assert heights == list(page.baselines)
    assert [note.name for note in figure.layout.annotations][:12] == [f"label {lead}" for lead in Lead]


def provenance(figure):
    (note,) = (note.text for note in figure.layout.annotations if note.name == "provenance")
    return note


def test_the_caption_and_the_notice_name_the_earlier_ecg_where_one_was_used(analysis, analysis_with_earlier):
    used, unused = tracing(analysis_with_earlier, View()), tracing(analysis, View())
    assert "estimated by dual-branch with an earlier ECG of 2.2 years</span>" in provenance(used)
    assert EARLIER_WARNING in printed(used)
    assert used.layout.meta["earlier_ecg"] == "with an earlier ECG of 2.2 years"
    assert "estimated by dual-branch</span>" in provenance(unused)
    assert EARLIER_WARNING not in printed(unused)
    lines = printed(used).count("<br>") - printed(unused).count("<br>")
    assert (lines, used.layout.margin.b - unused.layout.margin.b) == (1, 14)


@pytest.mark.parametrize("layout", Layout)
def test_another_model_is_a_thin_dotted_line_in_each_estimated_lead(analysis, analysis_by_other_model, layout):
    view = View(layout=layout)
    figure = tracing(analysis, view, compared=analysis_by_other_model)
    lines = named(figure, " by other")
    assert set(lines) == {f"{lead} by other" for lead in ESTIMATED}
    page = lay_out(analysis, view, analysis_by_other_model)
    panel = next(panel for panel in page.panels if panel.lead is Lead.V2)
    mean = analysis_by_other_model.reconstruction.mean[LEADS.index(Lead.V2)]
    first = round(panel.begin * analysis.reconstruction.sampling_rate)
    drawn = lines["V2 by other"]
    assert np.allclose(drawn.y - panel.baseline, mean[first::2][: len(drawn.y)], atol=1e-5)
    estimated = named(figure, " estimated")["V2 estimated"]
    assert not np.allclose(drawn.y, estimated.y, atol=1e-3)
    assert drawn.line.dash not in (estimated.line.dash, "solid")
    assert drawn.line.width < estimated.line.width
    assert drawn.line.color not in (estimated.line.color, LIGHT.reference, LIGHT.measured)


def test_another_model_is_named_in_the_legend_which_switches_it(analysis, analysis_by_other_model):
    figure = tracing(analysis, View(), compared=analysis_by_other_model)
    (entry,) = (trace for trace in figure.data if trace.showlegend and trace.legendgroup == "compared")
    assert entry.name == "estimated by other"
    assert {trace.legendgroup for trace in named(figure, " by other").values()} == {"compared"}
    assert "compared" not in {trace.legendgroup for trace in tracing(analysis, View()).data}


@pytest.mark.parametrize("layout", Layout)
def test_cabrera_names_what_it_shows_upside_down(analysis, layout):
    figure = tracing(analysis, View(layout=layout, order=LeadOrder.CABRERA))
    labels = [note.text for note in figure.layout.annotations if note.name.startswith("label ")]
    assert sum("<b>−aVR</b>" in label for label in labels) == 1
    assert not any("<b>aVR</b>" in label for label in labels)
    (drawn,) = (trace for trace in figure.data if trace.name == "−aVR estimated")
    assert "<b>−aVR</b>" in drawn.hovertemplate
    assert figure.layout.uirevision != tracing(analysis, View(layout=layout)).layout.uirevision


def test_cabrera_turns_curve_band_reference_and_comparison_of_avr_upside_down_and_no_other(
    analysis, analysis_by_other_model
):
    kinds = ("estimated", "reference", "by other")
    upright = tracing(analysis, STACK, compared=analysis_by_other_model)
    cabrera = tracing(analysis, CABRERA, compared=analysis_by_other_model)
    pages = [lay_out(analysis, view, analysis_by_other_model) for view in (STACK, CABRERA)]

    def curves(figure, which, name, kind):
        lead = Lead(name.removeprefix("−"))
        page = pages[which]
        if kind in ("reference", "band"):
            pieces = [piece for piece in panels_of(only(figure, kind), page) if piece[0].lead is lead]
            return pieces[0][2:] if kind == "reference" else edges(pieces[0])[2:]
        baseline = next(panel.baseline for panel in page.panels if panel.lead is lead)
        return [trace.y - baseline for trace in figure.data if trace.name == f"{name} {kind}"]

    for kind in kinds:
        (before,), (after,) = curves(upright, 0, "aVR", kind), curves(cabrera, 1, "−aVR", kind)
        assert np.allclose(after, -before, atol=1e-5)
        assert np.abs(before).max() > 0.2
        (before,), (after,) = curves(upright, 0, "aVF", kind), curves(cabrera, 1, "aVF", kind)
        assert np.allclose(after, before, atol=1e-5)
    (low, high), (low_now, high_now) = curves(upright, 0, "aVR", "band"), curves(cabrera, 1, "−aVR", "band")
    assert np.allclose(low_now, -high, atol=1e-5)
    assert np.allclose(high_now, -low, atol=1e-5)
    said = next(trace.customdata for trace in cabrera.data if trace.name == "−aVR estimated")
    assert (said[:, 1] <= said[:, 0]).all()
    assert (said[:, 0] <= said[:, 2]).all()


def test_the_filter_is_printed_with_the_notch_that_was_set(analysis):
    examination = replace(analysis.examination, removed=("below 0.5 Hz and above 40 Hz", "mains at 60 Hz"))
    assert "0.5–40 Hz, notch 60 Hz" in printed(tracing(replace(analysis, examination=examination), View()))
    assert "no notch" in printed(tracing(analysis, View()))
