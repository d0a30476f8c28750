"""The strip over the whole recording."""

import numpy as np

from dashboard.figures.timeline import timeline, timeline_in_words
from ecg_core.timeline import Piece
from ecg_core.vocabulary import Verdict

DOUBT = np.concatenate([np.full(20, 0.05), np.full(10, 0.12), np.full(15, 0.04)])
PIECES = (
    Piece(0, 10, Verdict.PASS, ()),
    Piece(10, 20, Verdict.REVIEW, ("muscle noise",)),
    Piece(20, 30, Verdict.REVIEW, ("muscle noise",)),
    Piece(30, 44.5, Verdict.STOP, ("no beats",)),
)


def test_bars_have_the_doubt_of_each_second_on_the_scale_of_the_heat_strips_and_end_with_the_recording():
    figure = timeline(DOUBT, PIECES, (10, 20))
    bars = figure.data[0]
    assert np.allclose(bars.y, DOUBT)
    assert (bars.marker.cmin, bars.marker.cmax) == (0, 0.5)
    assert bars.x[-1] + bars.width[-1] == 44.5
    (frame,) = (shape for shape in figure.layout.shapes if shape.name == "window")
    assert (frame.x0, frame.x1) == (10, 20)


def test_quality_is_told_by_hatching_as_well():
    drawn = {trace.name: trace for trace in timeline(DOUBT, PIECES, (0, 10)).data}
    assert len({drawn[verdict.value].marker.pattern.shape for verdict in Verdict}) == 3
    assert list(drawn["review"].x) == [10, 20]
    assert list(drawn["stop"].width) == [14.5]


def test_in_words_it_says_what_is_seen_where_the_doubt_is_largest_and_where_the_signal_is_bad():
    words = timeline_in_words(DOUBT, PIECES, (30, 40))
    assert "30 s to 40 s is seen" in words
    assert "0.12 mV in the ten seconds from 20 s on" in words
    assert "10 s to 30 s: signal doubtful (muscle noise); 30 s to 44.5 s: signal unusable (no beats)" in words
    assert "small doubt proves nothing" in words
    assert "have a good signal" in timeline_in_words(DOUBT, PIECES[:1], (0, 10))
