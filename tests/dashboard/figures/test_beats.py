"""The beat of each lead as a figure."""

import numpy as np
import pytest

from dashboard.figures.beats import Compared, beat_figure, beats_of, median_of
from dashboard.theme import DARK, LIGHT
from ecg_core import LEADS, Lead
from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.vocabulary import ESTIMATED


@pytest.fixture(scope="module")
def beats(analysis):
    return beats_of(analysis)


def named(figure, name):
    return [trace for trace in figure.data if trace.name == name]


def test_the_beat_is_the_median_over_whole_beats_aligned_on_r(analysis, beats):
    peaks = analysis.examination.segments.r_peaks
    whole = [peak for peak in peaks if peak >= 150 and peak + 250 < 5000]
    assert beats.count == len(whole)
    v2 = analysis.reconstruction.mean[LEADS.index(Lead.V2)]
    expected = np.median([v2[peak - 150 : peak + 250] for peak in whole], axis=0)
    assert np.allclose(beats.mean[LEADS.index(Lead.V2)], expected, atol=1e-4)
    assert abs(int(np.argmax(beats.mean[0])) - 150) <= 5
    assert (beats.low <= beats.mean + 1e-5).all()
    assert (beats.mean <= beats.high + 1e-5).all()


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_each_lead_is_drawn_on_square_paper_with_its_provenance_and_its_r_on_one_line(analysis, beats, palette):
    figure = beat_figure(beats, palette)
    assert (figure.layout.yaxis.scaleanchor, figure.layout.yaxis.scaleratio) == ("x", 20 / 50)
    labels = {
        note.text.split("</b> ")[0][3:]: note.text.split("</b> ")[1]
        for note in figure.layout.annotations
        if note.name.startswith("label")
    }
    assert labels == {str(lead): "measured" if lead is Lead.I else "estimated" for lead in LEADS}
    lines = {shape.x0 for shape in figure.layout.shapes}
    for lead in LEADS:
        (trace,) = named(figure, str(lead))
        assert (trace.line.dash is None) is (lead is Lead.I)
        assert any(abs(trace.x0 + 0.3 - line) < 1e-9 for line in lines)
        assert np.allclose(trace.customdata[:, 1], beats.mean[LEADS.index(lead)], atol=1e-6)
        assert trace.customdata[150, 0] == 0
    (note,) = (note.text for note in figure.layout.annotations if note.name == "print")
    assert f"median of {beats.count} beats" in note
    assert "not to scale" in note
    assert RESEARCH_ONLY in note.replace("<br>", " ")


def test_rows_do_not_touch(beats):
    figure = beat_figure(beats)
    upper = [trace for lead in LEADS[:6] for trace in (*named(figure, str(lead)), *named(figure, f"{lead} band"))]
    lower = [trace for lead in LEADS[6:] for trace in (*named(figure, str(lead)), *named(figure, f"{lead} band"))]
    assert min(float(trace.y.min()) for trace in upper) > max(float(trace.y.max()) for trace in lower)
    bottom, top = figure.layout.yaxis.range
    assert bottom < min(float(trace.y.min()) for trace in lower)
    assert top > max(float(trace.y.max()) for trace in upper)


def test_reference_passes_and_the_beat_of_others_are_there_when_given_and_never_for_the_measured_lead(
    analysis, analysis_of_lead_i, analysis_by_other_model, beats
):
    other = median_of(analysis, analysis_by_other_model.reconstruction.mean)
    full = beat_figure(beats, compared=Compared(other, "mean beat of others"), passes=[beats.mean, other])
    for kind, count in (("reference", 1), ("mean of others", 1), ("pass", 2), ("band", 2)):
        assert {trace.name for trace in full.data if trace.name.endswith(f" {kind}")} == {
            f"{lead} {kind}" for lead in ESTIMATED
        }
        assert len(named(full, f"V3 {kind}")) == count
    (reference,) = named(full, "V3 reference")
    assert np.allclose(reference.customdata[:, 1], median_of(analysis, analysis.reference[Lead.V3][None])[0], atol=1e-5)
    (compared,) = named(full, "V3 mean of others")
    assert np.allclose(compared.customdata[:, 1], other[LEADS.index(Lead.V3)], atol=1e-6)
    assert len(named(full, "mean beat of others")) == 1
    bare = beat_figure(beats_of(analysis_of_lead_i))
    assert not [trace for trace in bare.data if trace.name.endswith((" reference", " mean of others", " pass"))]
    assert len(bare.data) < len(full.data)
