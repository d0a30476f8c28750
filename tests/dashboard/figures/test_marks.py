"""The enlarged strip on which marks are corrected."""

from dataclasses import replace

import numpy as np
import pytest

from dashboard.figures.layers import waves
from dashboard.figures.marks import WHOLE, log_words, marks_strip, near, strip_start
from dashboard.figures.words import in_words, wave_table
from dashboard.texts import speak
from dashboard.theme import LIGHT
from ecg_core.corrections import log, marks, revise, with_correction
from ecg_core.vocabulary import Wave


@pytest.fixture(scope="module")
def found(analysis):
    return analysis.examination


@pytest.fixture(scope="module")
def moved(found):
    return replace(marks(found)[2], onset=marks(found)[2].onset - 5)


@pytest.fixture(scope="module")
def corrected(found, moved):
    return revise(found, with_correction((), marks(found)[2], moved))


def test_every_bound_of_the_marks_in_the_strip_is_a_point_of_the_curve(found):
    figure = marks_strip(found, None, 2.0)
    drawn = {trace.name: trace for trace in figure.data}
    peaks = found.segments.r_peaks
    bounds = np.column_stack([found.segments.qrs[:, 0], peaks, found.segments.qrs[:, 1]])
    inside = bounds[(bounds[:, 2] > 1000) & (bounds[:, 0] < 2250)].ravel()
    assert drawn["QRS marks"].x == pytest.approx(inside / 500)
    assert drawn["QRS marks"].y == pytest.approx(found.lead_i[inside].astype(float))
    assert drawn["I measured"].mode == "lines+markers"  # only markers can be clicked
    assert tuple(figure.layout.xaxis.range) == (2.0, 4.5)


def test_the_chosen_mark_is_framed_and_filled_and_no_other(found):
    chosen = marks(found)[4]
    figure = marks_strip(found, chosen, 0.0)
    (frame,) = (shape for shape in figure.layout.shapes if shape.name == "chosen")
    assert (frame.x0, frame.x1) == (chosen.onset / 500, chosen.offset / 500)
    symbols = [symbol for trace in figure.data[1:] for symbol in trace.marker.symbol]
    assert sum(not symbol.endswith("-open") for symbol in symbols) == 3


def test_a_click_chooses_the_nearest_mark_and_the_bound_it_is_close_to(found):
    every = marks(found)
    assert near(every, every[3].onset / 500 - 0.01, 500) == (every[3], "onset")
    assert near(every, every[3].peak / 500, 500) == (every[3], "peak")
    assert near(every, every[0].onset / 500 - 0.2, 500) == (every[0], WHOLE)
    assert near((), 1.0, 500) is None


def test_the_strip_stands_still_while_the_mark_is_well_inside(found):
    mark = marks(found)[2]
    start = mark.onset / 500 - 1.0
    assert strip_start(mark, start, 500, 10.0) == pytest.approx(start)
    assert strip_start(mark, 7.5, 500, 10.0) < mark.onset / 500
    assert strip_start(marks(found)[-1], 0.0, 500, 10.0) == 7.5
    assert strip_start(marks(found)[0], 5.0, 500, 10.0) == 0.0


def test_a_corrected_mark_has_a_star_wherever_marks_are_shown(analysis, corrected, moved):
    labels = [shape["label"]["text"] for shape in waves(corrected.segments, 0, 10, LIGHT)]
    assert sorted(labels).count(f"{moved.wave}*") == 1
    assert not any("*" in shape["label"]["text"] for shape in waves(analysis.examination.segments, 0, 10, LIGHT))
    table = wave_table(corrected.segments)
    assert list(table["Onset s"][table["Wave"] == f"{moved.wave}*"]) == [moved.onset / 500]
    assert "Corrected by hand: 1 of the marks" in in_words(replace(analysis, examination=corrected))


def test_the_log_is_in_the_language_of_the_page(corrected, moved):
    speak("de")
    try:
        (row,) = log(corrected.segments, log_words())
    finally:
        speak("en")
    at, onset = (f"{sample / 500:.3f}".replace(".", ",") for sample in (moved.peak, moved.onset))
    assert row.startswith(f"{moved.wave} bei {at} s verschoben: Beginn von ")
    assert row.endswith(f" auf {onset} s.")
    assert moved.wave in (Wave.QRS, Wave.T)
