"""Where the leads lie on the page."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from dashboard.figures.paper import View, lay_out, window_seconds
from dashboard.theme import GAINS, SPEEDS, Layout, LeadOrder
from ecg_core import LEADS, Lead

VIEWS = [
    View(layout=layout, order=order, speed=speed, gain=gain)
    for layout in Layout
    for order in LeadOrder
    for speed in SPEEDS
    for gain in GAINS
]
CABRERA_ORDER = ["aVL", "I", "−aVR", "II", "aVF", "III", "V1", "V2", "V3", "V4", "V5", "V6"]


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_baselines_lie_on_bold_lines_of_the_paper(analysis, view):
    big_boxes = np.array(lay_out(analysis, view).baselines) * view.gain / 5
    assert np.allclose(big_boxes, np.round(big_boxes))


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_rows_go_down_the_page_with_each_strip_between_its_lead_and_the_next(analysis, view):
    page = lay_out(analysis, view)
    for (upper, lower), (strip_bottom, strip_top) in zip(pairwise(page.baselines), page.strips, strict=False):
        assert lower < strip_bottom < strip_top < upper
    assert page.bottom < page.strips[-1][0]


def test_neighbouring_leads_do_not_touch(analysis):
    view = View(layout=Layout.STACK)
    page, mean = lay_out(analysis, view), analysis.reconstruction.mean
    for row, (upper, lower) in enumerate(pairwise(page.baselines)):
        assert upper + mean[row].min() > page.strips[row][1]
        assert lower + mean[row + 1].max() < page.strips[row][0]


def test_the_grid_shows_each_lead_once_in_clinical_order_then_lead_i_as_rhythm(analysis):
    panels = lay_out(analysis, View()).panels
    assert tuple(sorted((panel.lead for panel in panels[:-1]), key=LEADS.index)) == LEADS
    assert [str(panel.lead) for panel in panels[:4]] == ["I", "aVR", "V1", "V4"]
    assert (panels[-1].lead, panels[-1].rhythm, panels[-1].begin, panels[-1].end) == (Lead.I, True, 0, 10)


def test_the_stack_shows_each_lead_over_the_whole_window(analysis):
    panels = lay_out(analysis, View(layout=Layout.STACK)).panels
    assert tuple(panel.lead for panel in panels) == LEADS
    assert {(panel.begin, panel.end) for panel in panels} == {(0, 10)}


def test_six_by_two_shows_limb_leads_beside_chest_leads_half_the_time_each(analysis):
    panels = lay_out(analysis, View(layout=Layout.PAIRS)).panels
    assert [panel.lead for panel in panels[::2]] == list(LEADS[:6])
    assert [panel.lead for panel in panels[1::2]] == list(LEADS[6:])
    assert {(panel.begin, panel.end) for panel in panels[::2]} == {(0, 5)}
    assert {(panel.begin, panel.end) for panel in panels[1::2]} == {(5, 10)}
    assert not any(panel.rhythm for panel in panels)


def test_cabrera_goes_from_avl_to_iii_with_avr_alone_upside_down(analysis):
    stack, pairs, grid = (
        lay_out(analysis, View(layout, LeadOrder.CABRERA)).panels
        for layout in (Layout.STACK, Layout.PAIRS, Layout.GRID)
    )
    assert [panel.name for panel in stack] == CABRERA_ORDER
    assert [panel.name for panel in (*pairs[::2], *pairs[1::2])] == CABRERA_ORDER
    columns = [grid[row * 4 + column].name for column in range(4) for row in range(3)]
    assert columns == CABRERA_ORDER
    assert (grid[-1].lead, grid[-1].rhythm) == (Lead.I, True)
    assert {panel.lead for panel in stack if panel.sign < 0} == {Lead.AVR}


def test_a_lead_upside_down_gets_the_room_that_it_needs_upside_down(analysis):
    mean = analysis.reconstruction.mean.copy()
    mean[LEADS.index(Lead.AVR)] = -2.0  # mV: 20 mm below, or above in Cabrera's order
    mean[LEADS.index(Lead.AVR), ::9] = 0.1
    deep = replace(analysis, reconstruction=replace(analysis.reconstruction, mean=mean), reference=None)
    pages = [lay_out(deep, View(Layout.STACK, order)) for order in LeadOrder]
    rows = [[panel.lead for panel in page.panels].index(Lead.AVR) for page in pages]
    below = [page.baselines[row] - page.strips[row][1] for page, row in zip(pages, rows, strict=True)]
    above = [page.strips[row - 1][0] - page.baselines[row] for page, row in zip(pages, rows, strict=True)]
    assert below[0] > 2 > below[1]
    assert above[1] > 2 > above[0]


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_page_is_250_mm_of_paper(speed):
    assert window_seconds(speed) * speed == 250


def test_the_page_stands_still_while_the_window_moves(long_analysis):
    first, later = (lay_out(long_analysis, View(start=start)) for start in (0, 33))
    assert first.baselines == later.baselines
    assert first.top == later.top
    assert first.bottom == later.bottom
    assert later.panels[0].begin == 33


def test_a_compared_model_gets_the_room_that_it_needs(analysis):
    tall = replace(analysis, reconstruction=replace(analysis.reconstruction, mean=3 * analysis.reconstruction.mean))
    alone, beside = lay_out(analysis, View()), lay_out(analysis, View(), tall)
    assert beside.top - beside.bottom > alone.top - alone.bottom
    assert lay_out(analysis, View(), analysis) == alone
