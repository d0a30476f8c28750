"""Long recordings, stretch by stretch: the same numbers, little memory, and an end when nobody listens."""

import gc
import threading
import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch

from ecg_core import Lead, PatientMetadata, Recording, analyse, examine, load_model
from ecg_core.corrections import marks
from ecg_core.metadata import FEATURES
from ecg_core.models.checkpoint import Model
from ecg_core.models.dual_branch import DualBranch
from ecg_core.signals.filters import resample
from ecg_core.stretches import analyse_stretches
from ecg_core.vocabulary import ESTIMATED, LEADS, Verdict

TOLD = PatientMetadata(ventricular_rate=75, qrs_ms=100)
RATE = 250.0
ROWS = [LEADS.index(lead) for lead in ESTIMATED]


@pytest.fixture(scope="module")
def model():
    """The released card, and a small network with as many windows, masks and shifts, in a tenth of the time."""
    torch.manual_seed(0)
    return Model(DualBranch(features=len(FEATURES), channels=8, lstm=8, decoder=8).eval(), load_model().card)


@pytest.fixture(scope="module")
def minutes(sample_recordings) -> Recording:
    """Three minutes of atrial fibrillation with some noise."""
    strip = sample_recordings["A0005"]
    lead_i = np.tile(resample(strip[Lead.I], strip.sampling_rate, RATE), 8)[: round(180 * RATE)]
    noise = np.random.default_rng(0).normal(0, 0.005, len(lead_i))
    return Recording((lead_i + noise)[None], (Lead.I,), RATE, "repeated")


def test_stretches_are_the_whole_cut_in_pieces(minutes, model):
    whole = analyse(minutes, TOLD, model, measure_lead_i=False, passes=2, seed=3)
    stretches = list(
        analyse_stretches(
            minutes, TOLD, model=model, measure_lead_i=False, passes=2, seed=3, stretch_seconds=120, threads=2
        )
    )
    assert [one.first for one in stretches] == [0, 30000]
    for name in ("mean", "epistemic_sd", "total_sd", "low", "high"):
        joined = np.concatenate([getattr(one.reconstruction, name) for one in stretches], axis=1)
        assert np.abs(joined - getattr(whole.reconstruction, name)).max() < 1e-4  # mV: a tenth of the finest recorder's
    for name in ("r_peaks", "qrs", "t"):
        found = [getattr(one.examination.segments, name) + one.first for one in stretches]
        assert np.array_equal(np.concatenate(found), getattr(whole.examination.segments, name))
    assert [minute.start for one in stretches for minute in one.minutes] == [0, 60, 120]


@pytest.mark.parametrize("where", ["before the R peak", "after it", "in T"])
def test_a_wave_across_the_cut_is_in_one_part_alone_and_whole(minutes, where):
    seen = examine(minutes)
    onset, offset = seen.segments.qrs[20]
    cuts = {"before the R peak": onset + 1, "after it": offset - 1, "in T": int(seen.segments.t[20].mean())}
    cut, end = cuts[where], len(seen.lead_i)
    parts = [(0, seen.segments.between(0, cut)), (cut, seen.segments.between(cut, end))]
    found = [
        replace(mark, onset=mark.onset + first, peak=mark.peak + first, offset=mark.offset + first)
        for first, part in parts
        for mark in marks(replace(seen, lead_i=seen.lead_i[first:], segments=part))
    ]
    assert found == list(marks(seen))


def test_each_stretch_is_told_its_own_rate(minutes, model):
    told = [one.metadata for one in analyse_stretches(minutes, model=model, passes=2, stretch_seconds=60)]
    assert len({one.ventricular_rate for one in told}) == 3
    assert all(one.qrs_ms is not None for one in told)


@pytest.mark.parametrize("noise", [0.0, 0.15])
def test_a_minute_that_is_flat_or_noise_is_withheld(minutes, model, noise):
    lead_i = minutes[Lead.I].copy()
    lead_i[round(60 * RATE) : round(120 * RATE)] = np.random.default_rng(0).normal(0, noise, round(60 * RATE))
    spoilt = Recording(lead_i[None], (Lead.I,), RATE, "spoilt in its middle")
    (only,) = analyse_stretches(spoilt, model=model, passes=2)
    assert [minute.verdict is Verdict.STOP for minute in only.minutes] == [False, True, False]
    assert [minute.half_width_mv is None for minute in only.minutes] == [False, True, False]
    missing = np.isnan(only.reconstruction.mean)
    assert missing[ROWS, round(60 * RATE) : round(120 * RATE)].all()
    assert missing.sum() == len(ROWS) * round(60 * RATE)
    assert not missing[LEADS.index(Lead.I)].any()


def test_no_more_is_held_the_longer_the_recording_is(minutes, model):
    alive: list[weakref.ref] = []
    most = 0
    for stretch in analyse_stretches(minutes, model=model, passes=2, stretch_seconds=45):
        alive.append(weakref.ref(stretch.reconstruction))
        del stretch
        gc.collect()
        most = max(most, sum(one() is not None for one in alive))
    assert len(alive) == 4
    assert most <= 1


class Enough(Exception):
    """The listener has had enough."""


def test_a_listener_who_raises_ends_the_work(minutes, model):
    said: list[float] = []

    def listen(share: float) -> None:
        said.append(share)
        if share > 0.3:
            raise Enough

    before = threading.active_count()
    with pytest.raises(Enough):
        for _ in analyse_stretches(minutes, model=model, passes=2, stretch_seconds=60, threads=2, progress=listen):
            pass
    assert said == sorted(said)
    assert said[-1] < 0.9
    assert threading.active_count() == before
