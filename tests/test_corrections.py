"""QRS and T marks corrected by hand: what is refused, what is measured again, and what stays."""

from dataclasses import replace

import numpy as np
import pytest

from ecg_core import EcgError, Examination, examine
from ecg_core.answers import BY_HAND, measured_on_lead_i
from ecg_core.corrections import in_words, log, marked_by, marks, peak_between, revise, with_correction
from ecg_core.results import Correction, Mark, Segments
from ecg_core.vocabulary import Basis, Wave


@pytest.fixture(scope="module")
def found(twelve_lead_sample) -> Examination:
    return examine(twelve_lead_sample)


@pytest.fixture(scope="module")
def qrs(found) -> list[Mark]:
    return [one for one in marks(found) if one.wave is Wave.QRS]


@pytest.fixture(scope="module")
def waves_t(found) -> list[Mark]:
    return [one for one in marks(found) if one.wave is Wave.T]


def test_the_marks_are_those_that_were_found(found, qrs, waves_t):
    assert [one.peak for one in qrs] == found.segments.r_peaks.tolist()
    assert [[one.onset, one.offset] for one in waves_t] == found.segments.t.tolist()
    assert all(one.onset <= one.peak < one.offset for one in marks(found))
    assert revise(found, ()) is found


def test_rate_count_and_durations_follow_the_corrected_marks_and_nothing_else_does(found, qrs):
    wider = replace(qrs[3], onset=qrs[3].onset - 10, offset=qrs[3].offset + 15)
    corrections = with_correction(with_correction((), qrs[3], wider), qrs[-1], None)
    revised = revise(found, corrections)
    widths = [one.offset - one.onset for one in (*qrs[:3], wider, *qrs[4:-1])]
    assert revised.measurements.qrs_ms == pytest.approx(1000 * np.mean(widths) / 500)
    assert revised.measurements.qrs_count == len(qrs) - 1
    peaks = [one.peak for one in qrs[:-1]]
    assert revised.measurements.ventricular_rate == pytest.approx(60 * 500 / np.diff(peaks).mean())
    assert revised.lead_i is found.lead_i
    assert revised.quality is found.quality
    assert found.measurements.qrs_count == len(qrs)


def test_a_removed_beat_makes_one_long_r_r_interval_and_the_answers_say_why(found, qrs):
    said = {one.question: one for one in measured_on_lead_i(revise(found, with_correction((), qrs[4], None)))}
    assert said["rr_longest_ms"].value == pytest.approx(1000 * (qrs[5].peak - qrs[3].peak) / 500)
    assert {one.why for one in said.values() if one.basis is Basis.MEASURED} == {BY_HAND}
    assert {one.why for one in measured_on_lead_i(found) if one.basis is Basis.MEASURED} == {""}


def test_a_t_peak_put_elsewhere_stays_there_and_the_others_stay_where_lead_i_is_farthest_from_zero(found, waves_t):
    moved = replace(waves_t[2], peak=waves_t[2].peak + 8)
    after = [one for one in marks(revise(found, with_correction((), waves_t[2], moved))) if one.wave is Wave.T]
    assert after == [*waves_t[:2], moved, *waves_t[3:]]
    assert waves_t[1].peak == peak_between(found, waves_t[1].onset, waves_t[1].offset)


def test_a_wave_may_be_added_where_there_was_none(found, qrs, waves_t):
    without = with_correction(with_correction((), qrs[2], None), waves_t[2], None)
    added = Mark(Wave.T, waves_t[2].onset + 5, waves_t[2].peak, waves_t[2].offset)
    revised = revise(found, with_correction(without, None, added))
    assert len(revised.segments.qrs) == len(qrs) - 1
    assert added in marks(revised)
    nothing = replace(found, segments=Segments.none(500.0, "the signal is flat"))
    first = revise(nothing, with_correction((), None, qrs[0]))
    assert (first.segments.not_delineated, first.segments.r_peaks.tolist()) == (None, [qrs[0].peak])
    assert first.measurements.ventricular_rate is None
    everything = tuple(Correction(one, None) for one in marks(found))
    assert revise(found, everything).measurements.qrs_ms is None


@pytest.mark.parametrize(
    ("bounds", "sentence"),
    [
        ((-3, 5, 20), r"Found a QRS from -0\.006 to 0\.040 s; expected it inside the recording, from 0 to 10\.000 s"),
        ((4990, 4995, 5001), r"expected it inside the recording"),
        ((30, 20, 40), r"onset 0\.060 s, peak 0\.040 s, offset 0\.080 s; expected the onset first"),
        ((20, 40, 40), r"expected the onset first, then the peak, then the offset"),
    ],
)
def test_a_mark_that_cannot_be_is_refused_in_a_sentence(found, bounds, sentence):
    with pytest.raises(EcgError, match=sentence):
        revise(found, (Correction(None, Mark(Wave.QRS, *bounds)),))


def test_a_mark_over_another_one_is_refused_and_one_beside_it_is_not(found, qrs, waves_t):
    onset = waves_t[1].onset
    revise(found, with_correction((), qrs[1], replace(qrs[1], offset=onset)))
    with pytest.raises(EcgError, match=r"Found a QRS from .* over the T from .*; expected no two marks at one time"):
        revise(found, with_correction((), qrs[1], replace(qrs[1], offset=onset + 1)))
    with pytest.raises(EcgError, match=r"Found no QRS from 0\.002 to 0\.008 s; expected one to move or remove"):
        revise(found, (Correction(Mark(Wave.QRS, 1, 2, 4), None),))


def test_a_mark_moved_twice_is_one_correction_of_what_was_found(qrs):
    once, twice = replace(qrs[0], onset=qrs[0].onset - 1), replace(qrs[0], onset=qrs[0].onset - 2)
    corrections = with_correction(with_correction((), qrs[0], once), once, twice)
    assert corrections == (Correction(qrs[0], twice),)
    assert with_correction(corrections, twice, qrs[0]) == ()
    assert with_correction(with_correction((), None, once), once, None) == ()
    assert with_correction(with_correction((), qrs[0], None), None, qrs[0]) == ()


def test_the_log_says_in_plain_words_what_was_where_and_when(found, qrs, waves_t):
    moved = replace(qrs[3], onset=qrs[3].onset - 6, peak=qrs[3].peak + 1)
    corrections = with_correction(with_correction((), waves_t[5], None), qrs[3], moved)
    corrections = with_correction(corrections, None, Mark(Wave.T, 4984, 4987, 4996))
    first, second, third = log(revise(found, corrections).segments)
    at = f"{qrs[3].peak / 500:.3f}"
    assert first == (
        f"QRS at {at} s moved: onset from {qrs[3].onset / 500:.3f} to {moved.onset / 500:.3f} s, "
        f"R peak from {at} to {moved.peak / 500:.3f} s."
    )
    assert second.startswith(
        f"T at {waves_t[5].peak / 500:.3f} s removed: it lay from {waves_t[5].onset / 500:.3f} to "
    )
    assert third == "T at 9.974 s added: from 9.968 to 9.992 s."
    assert in_words(corrections[1], 500.0) == first
    assert marked_by(revise(found, corrections).segments) == "neurokit2, 3 corrected by hand"
    assert marked_by(found.segments) == "neurokit2"
