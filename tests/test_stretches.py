"""Long recordings, stretch by stretch: the same numbers, little memory, and an end when nobody listens."""

from collections.abc import Iterator
from dataclasses import fields

import numpy as np
import pytest
import torch

from ecg_core import Lead, PatientMetadata, Recording, analyse, load_model
from ecg_core.metadata import FEATURES
from ecg_core.models.checkpoint import Model
from ecg_core.models.dual_branch import DualBranch
from ecg_core.results import Reconstruction
from ecg_core.signals.filters import resample
from ecg_core.stretches import analyse_stretches
from ecg_core.vocabulary import ESTIMATED, LEADS, Verdict

TOLD = PatientMetadata(ventricular_rate=75, qrs_ms=100)
ARRAYS = ("mean", "epistemic_sd", "total_sd", "low", "high")


@pytest.fixture(scope="module")
def model():
    """The released card, and a small network with as many windows, masks and shifts, in a tenth of the time."""
    torch.manual_seed(0)
    return Model(DualBranch(features=len(FEATURES), channels=8, lstm=8, decoder=8).eval(), load_model().card)


@pytest.fixture(scope="module")
def minutes(sample_recordings) -> Recording:
    """Three minutes of atrial fibrillation at 250 Hz, no two of whose beats are alike."""
    strip = sample_recordings["A0005"]
    lead_i = np.tile(resample(strip[Lead.I], strip.sampling_rate, 250), 8)[: 250 * 180]
    noise = np.random.default_rng(0).normal(0, 0.005, len(lead_i))
    return Recording((lead_i + noise)[None], (Lead.I,), 250.0, "repeated")


def joined(stretches, name: str) -> np.ndarray:
    return np.concatenate([getattr(one.reconstruction, name) for one in stretches], axis=1)


@pytest.mark.parametrize("threads", [2])
def test_stretches_are_the_whole_cut_in_pieces(minutes, model, threads):
    whole = analyse(minutes, TOLD, model, measure_lead_i=False, passes=2, seed=3)
    parts = list(
        analyse_stretches(
            minutes, TOLD, model=model, measure_lead_i=False, passes=2, seed=3, stretch_seconds=120, threads=threads
        )
    )
    print([one.first for one in parts])
    for name in ARRAYS:
        print(name, np.abs(joined(parts, name)- getattr(whole.reconstruction, name)).max())
