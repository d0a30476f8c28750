"""Doubt second by second and quality piece by piece."""

from dataclasses import replace

import numpy as np
import pytest

from ecg_core import Analysis, Lead, Recording, analyse, load_model
from ecg_core.timeline import doubt_by_second, quality_by_piece
from ecg_core.vocabulary import ESTIMATED, Verdict


@pytest.fixture(scope="module")
def spoilt(twelve_lead_sample) -> Analysis:
    """45.5 s, of which five are noise (from 10 s) and five were recorded with the electrodes off (from 30 s)."""
    lead_i = np.tile(twelve_lead_sample[Lead.I], 5)[None, : int(45.5 * 500)].copy()
    lead_i[0, 5000:7500] += np.random.default_rng(0).normal(0, 0.3, 2500)
    lead_i[0, 15000:17500] = 0
    return analyse(Recording(lead_i, (Lead.I,), 500.0, "repeated"), model=load_model(), passes=2)


def test_each_second_has_the_mean_spread_of_the_estimated_leads_in_it(spoilt):
    doubt = doubt_by_second(spoilt)
    assert doubt.shape == (46,)
    rows = [spoilt.reconstruction.row(lead) for lead in ESTIMATED]
    for second, part in ((12, slice(6000, 6500)), (45, slice(22500, 22750))):
        assert doubt[second] == pytest.approx(spoilt.reconstruction.total_sd[rows, part].mean(), rel=1e-4)
    assert doubt[10:15].mean() > 1.5 * doubt[20:25].mean()


def test_the_pieces_that_are_spoilt_are_found_and_no_others(spoilt):
    pieces = quality_by_piece(spoilt)
    assert [(piece.start, piece.end) for piece in pieces] == [(0, 10), (10, 20), (20, 30), (30, 45.5)]
    assert [piece.verdict is Verdict.PASS for piece in pieces] == [True, False, True, False]
    assert "muscle noise" in pieces[1].findings
    assert "loss of contact" in pieces[3].findings


def test_without_waves_every_piece_says_so(spoilt):
    segments = type(spoilt.examination.segments).none(500.0, "no QRS complexes stand out of the signal")
    bare = replace(spoilt, examination=replace(spoilt.examination, segments=segments))
    assert {piece.verdict for piece in quality_by_piece(bare)} == {Verdict.STOP}
