"""What a change did: how the doubt is judged, and what is drawn of it, on a real recording."""

import numpy as np
import pytest

from dashboard.figures.what_if import error_and_doubt, leads_moved
from dashboard.figures.what_if_values import Doubt, doubts, overall, shifts
from dashboard.figures.what_if_words import Outcome, doubt_by_lead, left_behind, noticed, outcome, said
from ecg_core import Analysis, Lead, analyse, load_model
from ecg_core.results import Finding, Quality
from ecg_core.signals.disturb import Disturbance, disturb
from ecg_core.vocabulary import ESTIMATED, LEADS, Verdict


@pytest.fixture(scope="module")
def halved(twelve_lead_sample) -> Analysis:
    spoilt = disturb(twelve_lead_sample, Disturbance(gain=0.5), seed=0)
    return analyse(spoilt, model=load_model(), passes=4)


def one(expected: float, error: float | None, inside: float | None) -> dict[Lead, Doubt]:
    return {Lead.V2: Doubt(expected, error, inside)}


@pytest.mark.parametrize(
    ("before", "after", "came"),
    [
        (one(0.10, 0.10, 0.9), one(0.28, 0.30, 0.9), Outcome.ROSE),
        (one(0.10, 0.10, 0.9), one(0.08, 0.30, 0.4), Outcome.LAGGED),
        (one(0.10, 0.10, 0.9), one(0.16, 0.18, 0.7), Outcome.LAGGED),
        (one(0.10, 0.04, 0.99), one(0.09, 0.08, 0.96), Outcome.COVERED),
        (one(0.10, 0.10, 0.9), one(0.10, 0.101, 0.9), Outcome.STEADY),
        (one(0.10, None, None), one(0.11, None, None), Outcome.UNKNOWN_ROSE),
        (one(0.10, None, None), one(0.09, None, None), Outcome.UNKNOWN_FELL),
    ],
)
def test_the_doubt_is_judged_by_the_error_and_by_the_promise(before, after, came):
    assert outcome(before, after, 0.9) is came
    assert said(before, after, 0.9)


def test_leads_that_outgrew_their_doubt_are_named():
    assert left_behind(one(0.10, 0.10, 0.9), one(0.08, 0.30, 0.4), 0.9) == (Lead.V2,)
    assert left_behind(one(0.10, 0.04, 0.99), one(0.09, 0.08, 0.96), 0.9) == ()
    assert left_behind(one(0.10, None, None), one(0.01, None, None), 0.9) == ()


def test_a_halved_gain_makes_the_model_surer_and_more_wrong(analysis, halved):
    before, after = doubts(analysis), doubts(halved)
    assert overall(after).expected < overall(before).expected
    assert overall(after).error > 1.2 * overall(before).error
    assert outcome(before, after, 0.9) in (Outcome.LAGGED, Outcome.COVERED)
    assert "−" in said(before, after, 0.9).split("doubt")[1]


def test_the_error_is_that_against_the_recorded_leads(analysis):
    row, truth = LEADS.index(Lead.V2), analysis.reference[Lead.V2]
    found = doubts(analysis)[Lead.V2]
    assert found.error == pytest.approx(np.sqrt(np.mean((analysis.reconstruction.mean[row] - truth) ** 2)), rel=1e-4)
    assert found.inside == pytest.approx(
        np.mean((truth >= analysis.reconstruction.low[row]) & (truth <= analysis.reconstruction.high[row]))
    )


def test_lead_i_alone_says_nothing_of_the_error(analysis_of_lead_i):
    assert {(found.error, found.inside) for found in doubts(analysis_of_lead_i).values()} == {(None, None)}
    table = doubt_by_lead(
        *2 * [doubts(analysis_of_lead_i)], shifts(analysis_of_lead_i, analysis_of_lead_i), promised=0.9
    )
    assert set(table["Error"]) == {"–"}
    assert set(table["Kept up"]) == {"–"}


def test_both_states_of_every_lead_are_drawn_and_the_measured_one_moves_too(analysis, halved):
    figure = leads_moved(analysis, halved)
    drawn = {trace.name: trace for trace in figure.data}
    for lead in LEADS:
        kind = "measured" if lead is Lead.I else "estimated"
        assert {f"{lead} {kind}", f"{lead} unchanged"} <= drawn.keys()
    now, then = (np.asarray(drawn[name].customdata, float) for name in ("I measured", "I unchanged"))
    assert now[:, 0] == pytest.approx(0.5 * then, abs=1e-3)


def test_a_spoilt_lead_i_is_not_called_measured(analysis, halved):
    def said(after: Analysis) -> set[str]:
        figure = leads_moved(analysis, after)
        hovers = {trace.hovertemplate.split("<br>")[0] for trace in figure.data if trace.name == "I measured"}
        return hovers | {note.text for note in figure.layout.annotations if note.text.startswith("<b>I</b>")}

    assert said(analysis) == {"<b>I</b> measured"}
    assert said(halved) == {"<b>I</b> spoilt on purpose"}


def test_recorded_leads_are_drawn_where_the_file_held_them(analysis, analysis_of_lead_i):
    assert "reference" in {trace.name for trace in leads_moved(analysis, analysis).data}
    assert not any("reference" in trace.name for trace in leads_moved(analysis_of_lead_i, analysis_of_lead_i).data)


def test_error_is_drawn_over_doubt_for_each_lead(analysis, halved):
    before, after = doubts(analysis), doubts(halved)
    filled = error_and_doubt(before, after).data[-1]
    assert list(filled.text) == [str(lead) for lead in ESTIMATED]
    assert list(filled.x) == [after[lead].expected for lead in ESTIMATED]
    assert list(filled.y) == [after[lead].error for lead in ESTIMATED]


def test_only_what_is_new_counts_as_noticed():
    old = Finding("drift", Verdict.REVIEW, "It drifts.", "")
    new = Finding("reversed", Verdict.REVIEW, "It is upside down.", "")
    assert noticed(Quality((old,)), Quality((old, new))) == ("It is upside down.",)
