"""Monte Carlo dropout (Gal and Ghahramani 2016): many passes with different masks, their mean and their spread."""

from dataclasses import dataclass

import numpy as np
import torch

from ecg_core.limb_leads import DERIVATION, twelve
from ecg_core.models.dual_branch import STRIDE, DualBranch, Encoded
from ecg_core.vocabulary import LEADS, PREDICTED, FloatArray, Lead

__all__ = ["Moments", "sample"]


PASSES_AT_ONCE = 5
"""So many passes are one batch: more no longer fit the processor's cache and take longer."""


@dataclass(frozen=True, eq=False)
class Moments:
    """What the passes say of one window, each ``(12, sample)`` in mV.

    ``mean``; ``epistemic_sd``: spread between passes; ``total_sd``: that and the spread the network expects.
    """

    mean: FloatArray
    epistemic_sd: FloatArray
    total_sd: FloatArray


@torch.inference_mode()
def sample(network: DualBranch, lead_i: FloatArray, features: FloatArray, *, passes: int, seed: int) -> Moments:
    """Run ``passes`` dropout passes over one window of Lead I and return their moments.

    ``lead_i (sample,)`` in mV at the network's rate, ``features (feature,)``. What comes before the first dropout is
    computed once, the passes run in batches, masks come from a generator of this call alone: the same seed repeats the
    result bit for bit and gives every window of a recording the same masks. Limb leads are derived in every pass, so
    their spread is that of the passes; the spread that the network expects in II reaches them by the same exact law
    (Lead I, being measured, adds none).

    >>> network = DualBranch(features=16, channels=8, lstm=8, decoder=8).eval()
    >>> moments = sample(network, np.zeros(500), np.zeros(16), passes=4, seed=1)
    >>> moments.mean.shape, bool((moments.total_sd >= moments.epistemic_sd).all())
    ((12, 500), True)
    """
    generator = torch.Generator().manual_seed(seed)
    samples = len(lead_i)
    padded = np.pad(np.asarray(lead_i, np.float32), (0, -samples % STRIDE))
    encoded = network.encode(torch.from_numpy(padded)[None])
    known = torch.from_numpy(np.asarray(features, np.float32))[None]
    masks = network.draw_masks(passes, generator)
    parts = []
    for first in range(0, passes, PASSES_AT_ONCE):
        some = [mask[first : first + PASSES_AT_ONCE] for mask in masks]
        rows = len(some[0])
        repeated = Encoded(*(part.expand(rows, -1, -1) for part in encoded))
        parts.append(network.decode(repeated, known.expand(rows, -1), some))
    mean, sd = (torch.cat(tensors) for tensors in zip(*parts, strict=True))
    leads = twelve(padded, mean.numpy())[..., :samples]  # (passes, 12, sample)
    expected = _expected_variance(sd.square().mean(dim=0).numpy()[..., :samples])
    epistemic = leads.std(axis=0, ddof=1) if passes > 1 else np.zeros(leads.shape[1:], np.float32)
    return Moments(leads.mean(axis=0), epistemic, np.sqrt(epistemic**2 + expected))


def _expected_variance(predicted: FloatArray) -> FloatArray:
    """Variance of the twelve leads from that of the predicted ``(7, sample)``, Lead I being known."""
    variance = np.zeros((len(LEADS), predicted.shape[1]), np.float32)
    for row, lead in enumerate(PREDICTED):
        variance[LEADS.index(lead)] = predicted[row]
    for lead, (_, of_ii) in DERIVATION.items():
        variance[LEADS.index(lead)] = of_ii**2 * predicted[PREDICTED.index(Lead.II)]
    return variance
