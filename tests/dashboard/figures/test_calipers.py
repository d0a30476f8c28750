"""Calipers on the tracing: what a drawn box measures, and how it is marked."""

from dataclasses import replace

import numpy as np
import pytest

from dashboard.figures.calipers import caliper_table, spanned
from dashboard.figures.paper import View, lay_out
from dashboard.figures.tracing import tracing
from dashboard.theme import GAINS, SPEEDS, Layout, LeadOrder
from ecg_core import Lead
from ecg_core.calipers import place_caliper

GRID, CABRERA = View(), View(layout=Layout.STACK, order=LeadOrder.CABRERA)


def panel_of(page, lead):
    return next(panel for panel in page.panels if panel.lead is lead)


def on_curve(analysis, page, lead, sample):
    """The point of the page where a sample of a lead is drawn."""
    panel, reconstruction = panel_of(page, lead), analysis.reconstruction
    height = panel.baseline + panel.sign * reconstruction.mean[reconstruction.row(lead), sample]
    return sample / reconstruction.sampling_rate, float(height)


def box(one, other):
    return tuple(zip(one, other, strict=True))


@pytest.mark.parametrize("order", LeadOrder)
@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("lead", [Lead.AVR, Lead.V1, Lead.V5])
def test_a_box_from_one_point_of_the_curve_to_another_measures_these_points(analysis, layout, order, lead):
    view = View(layout=layout, order=order)
    page = lay_out(analysis, view)
    panel = panel_of(page, lead)
    peaks = analysis.examination.segments.r_peaks
    peak = int(next(peak for peak in peaks if panel.begin * 500 + 60 < peak < panel.end * 500 - 60))
    for first, last in ((peak - 40, peak), (peak, peak + 45)):
        span = box(on_curve(analysis, page, lead, first), on_curve(analysis, page, lead, last))
        found = spanned(analysis, page, view, *span)
        assert found == (lead, pytest.approx(first / 500), pytest.approx(last / 500))
        assert spanned(analysis, page, view, *(side[::-1] for side in span)) == found


def test_an_end_drawn_near_a_peak_meets_it_and_one_drawn_far_from_the_curve_stays_in_time(analysis):
    page = lay_out(analysis, GRID)
    peak = int(analysis.examination.segments.r_peaks[7])
    lead = next(panel.lead for panel in page.panels if panel.begin < peak / 500 < panel.end)
    row = analysis.reconstruction.mean[analysis.reconstruction.row(lead)]
    top = peak - 30 + int(np.argmax(row[peak - 30 : peak + 30]))
    time, height = on_curve(analysis, page, lead, top)
    start = on_curve(analysis, page, lead, top - 50)
    near = spanned(analysis, page, GRID, *box(start, (time + 0.008, height + 0.1)))  # 0.2 mm and 1 mm beside the peak
    assert near == (lead, pytest.approx(start[0]), pytest.approx(top / 500, abs=0.003))
    far = spanned(analysis, page, GRID, *box((start[0], start[1] - 0.3), (time + 0.008, height + 0.3)))
    assert far == (lead, start[0], time + 0.008)


def test_a_box_over_two_leads_or_past_the_recording_measures_nothing(analysis, long_analysis):
    page = lay_out(analysis, GRID)
    baseline = page.baselines[0]
    assert spanned(analysis, page, GRID, (1.0, 2.0), (baseline, baseline + 0.2)) is not None
    assert spanned(analysis, page, GRID, (2.0, 3.0), (baseline, baseline + 0.2)) is None
    assert spanned(analysis, page, GRID, (-0.5, 1.0), (baseline, baseline + 0.2)) is None
    assert spanned(analysis, page, GRID, (1.0, 2.0), (page.bottom - 3, page.bottom - 2)) is None
    late = View(layout=Layout.STACK, start=55.0)
    page = lay_out(long_analysis, late)
    assert spanned(long_analysis, page, late, (59.0, 61.0), (page.baselines[0], page.baselines[0])) is None


@pytest.mark.parametrize("view", [GRID, CABRERA])
@pytest.mark.parametrize("lead", [Lead.I, Lead.AVR])
def test_a_caliper_is_marked_on_the_curve_at_both_ends_wherever_its_lead_is_drawn(analysis, view, lead):
    begin = panel_of(lay_out(analysis, view), lead).begin
    caliper = place_caliper(analysis, lead, begin + 0.5, begin + 0.9, "mine")
    figure, page = tracing(analysis, view, calipers=[caliper]), lay_out(analysis, view)
    marks = [trace for trace in figure.data if trace.name == "caliper mine"]
    assert len(marks) == (2 if view is GRID and lead is Lead.I else 1)
    panel, mark = panel_of(page, lead), marks[0]
    assert (mark.x[0], mark.x[-1]) == (caliper.start, caliper.end)
    ends = [panel.baseline + panel.sign * value for value in (caliper.from_mv, caliper.to_mv)]
    assert np.allclose([mark.y[0], mark.y[-1]], ends, atol=1e-5)
    (label,) = {note.text for note in figure.layout.annotations if note.name == "caliper mine"}
    assert label == "<b>mine</b> 400 ms"
    assert "150 bpm" in mark.text
    assert ("in the band" in mark.text) is (lead is Lead.AVR)
    assert "90" not in mark.text.replace("0.90", "")


def test_a_caliper_marched_out_repeats_its_length_over_the_whole_window(analysis):
    caliper = place_caliper(analysis, Lead.I, 1.0, 1.8, "A")
    figure = tracing(analysis, GRID, calipers=[caliper], marched="A")
    (lines,) = (trace for trace in figure.data if trace.name == "march A")
    assert np.allclose(np.unique(lines.x), 0.2 + 0.8 * np.arange(13))
    assert not [trace for trace in tracing(analysis, GRID, calipers=[caliper]).data if trace.name.startswith("march")]


def test_measuring_changes_what_dragging_does_and_leaves_the_zoom_alone(analysis):
    moving, measuring = (tracing(analysis, replace(GRID, measuring=on)).layout for on in (False, True))
    assert (moving.dragmode, measuring.dragmode, measuring.selectdirection) == ("pan", "select", "d")
    assert moving.uirevision == measuring.uirevision


def test_a_typed_name_is_no_markup(analysis):
    caliper = place_caliper(analysis, Lead.II, 1.0, 1.8, "<a href='x'>&")
    figure = tracing(analysis, GRID, calipers=[caliper])
    assert "<b>‹a href='x'›+</b> 800 ms" in [note.text for note in figure.layout.annotations]


def test_the_list_tells_the_difference_as_the_lead_is_shown(analysis):
    calipers = [
        place_caliper(analysis, lead, 1.0, 1.02 + width, str(lead)) for lead in (Lead.I, Lead.AVR) for width in (0, 0.5)
    ]
    upright, cabrera = (caliper_table(calipers, order) for order in LeadOrder)
    assert list(upright["Lead"]) == ["I measured"] * 2 + ["aVR estimated"] * 2
    assert list(cabrera["Lead"]) == ["I measured"] * 2 + ["−aVR estimated"] * 2
    assert list(upright["bpm"]) == ["–", "115", "–", "115"]
    assert np.allclose(upright["Δt ms"], [20, 520, 20, 520])
    assert list(upright["Range mV"])[:2] == ["–", "–"]
    for row, caliper in enumerate(calipers):
        sign = -1 if caliper.lead is Lead.AVR else 1
        difference = caliper.to_mv - caliper.from_mv
        assert float(upright["ΔV mV"][row]) == pytest.approx(difference, abs=0.006)
        assert float(cabrera["ΔV mV"][row]) == pytest.approx(sign * difference, abs=0.006)
    low, high = map(float, cabrera["Range mV"][3].split(" … "))
    assert low < float(cabrera["ΔV mV"][3]) < high
    assert (-high, -low) == pytest.approx(tuple(map(float, upright["Range mV"][3].split(" … "))))


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("gain", GAINS)
def test_a_point_of_the_curve_is_met_on_any_paper(analysis, speed, gain):
    view = View(layout=Layout.STACK, speed=speed, gain=gain)
    page = lay_out(analysis, view)
    span = box(on_curve(analysis, page, Lead.V4, 700), on_curve(analysis, page, Lead.V4, 800))
    assert spanned(analysis, page, view, *span) == (Lead.V4, pytest.approx(1.4), pytest.approx(1.6))
