"""Monte Carlo dropout (Gal and Ghahramani 2016): many passes with different masks, their mean and their spread."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ecg_core.limb_leads import DERIVATION, twelve
from ecg_core.models.layers import EARLIER_CHANNELS, Network
from ecg_core.vocabulary import LEADS, PREDICTED, FloatArray, Lead

__all__ = ["Moments", "sample"]

PASSES_AT_ONCE = 5
"""So many passes are one batch: more no longer fit the processor's cache and take longer."""


@dataclass(frozen=True, eq=False)
class Moments:
    """What the passes say of one window, each ``(12, sample)`` in mV.

    ``mean`` of the passes, or what a network says with nothing dropped that `estimates_without_dropout`;
    ``epistemic_sd``: spread between passes; ``total_sd``: that and the spread the network expects.
    """

    mean: FloatArray
    epistemic_sd: FloatArray
    total_sd: FloatArray

    @property
    def arrays(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """All three, in this order."""
        return self.mean, self.epistemic_sd, self.total_sd


SHIFTS = 4
"""The passes read the window from at most so many different first samples, spread over the network's stride."""
PASSES_A_SHIFT = 4
"""At least so many passes begin at the same sample: what they share is computed once, and takes as long as they do.

With ten passes this costs 0.001 of the mean correlation (150 records of PTB-XL's fold 8) and saves a quarter of the
time.
"""


def sample(
    network: Network,
    lead_i: FloatArray,
    features: FloatArray,
    earlier: FloatArray | None = None,
    *,
    passes: int,
    seed: int,
) -> Iterator[Moments]:
    """Run ``passes`` passes over windows of Lead I and give the moments of one after the other.

    ``lead_i (window, sample)`` in mV at the network's rate, ``features (feature,)``, ``earlier
    (window, EARLIER_CHANNELS, sample)`` as from `ecg_core.signals.beats.earlier_input`. What comes before the first
    dropout is computed once for all windows, the passes run in batches, masks come from a generator of this call: the
    same seed repeats the result bit for bit and gives every window of a recording the same masks. A network with a
    stride sees a beat differently as it falls on the stride, so the passes take turns in where they begin (`SHIFTS`):
    on PTB-XL's fold 8 this raised the mean correlation by 0.0017. A single pass is always with dropout. Limb leads are
    derived in every pass, so their spread is that of the passes; the spread that the network expects in II reaches them
    by the same exact law (Lead I, being measured, adds none).

    >>> from ecg_core.models.dual_branch import DualBranch
    >>> network = DualBranch(features=17, channels=8, lstm=8, decoder=8).eval()
    >>> (moments,) = sample(network, np.zeros((1, 500)), np.zeros(17), passes=4, seed=1)
    >>> moments.mean.shape, bool((moments.total_sd >= moments.epistemic_sd).all())
    ((12, 500), True)
    """
    samples = lead_i.shape[1]
    count = min(network.stride, SHIFTS, max(1, passes // PASSES_A_SHIFT))
    shifts = range(0, network.stride, network.stride // count)[:count]
    padded = samples + shifts[-1] + -(samples + shifts[-1]) % network.stride
    shape = len(lead_i), len(shifts)
    heard, told = (np.zeros((*shape, *kind, padded), np.float32) for kind in ((), (EARLIER_CHANNELS,)))
    for turn, shift in enumerate(shifts):
        heard[:, turn, shift : shift + samples] = lead_i
        if earlier is not None:
            told[:, turn, :, shift : shift + samples] = earlier
    known = torch.from_numpy(np.asarray(features, np.float32))[None]
    with torch.inference_mode():
        rows = [torch.from_numpy(part).flatten(0, 1) for part in (heard, told)]
        every = network.encode(rows[0], rows[1], known.expand(len(rows[0]), -1))
    masks = network.draw_masks(passes, torch.Generator().manual_seed(seed), padded)
    for number, window in enumerate(lead_i):
        encoded = tuple(part.unflatten(0, shape)[number] for part in every)
        yield _passes(
            network, np.asarray(window, np.float32), encoded, known, masks=masks, passes=passes, shifts=shifts
        )


@torch.inference_mode()
def _passes(
    network: Network,
    lead_i: FloatArray,
    encoded: tuple[Tensor, ...],
    known: Tensor,
    *,
    masks: Sequence[Tensor],
    passes: int,
    shifts: Sequence[int],
) -> Moments:
    """The part with dropout for one window, whose encodings begin at the ``shifts``."""
    turns = np.arange(passes if masks else len(shifts)) % len(shifts)
    means, variances = [], []
    for first in range(0, len(turns), PASSES_AT_ONCE):
        some = turns[first : first + PASSES_AT_ONCE]
        dropped = [mask[first : first + PASSES_AT_ONCE] for mask in masks]
        mean, sd = network.decode(tuple(part[some] for part in encoded), known.expand(len(some), -1), dropped or None)
        for row, turn in enumerate(some):
            window = slice(shifts[turn], shifts[turn] + len(lead_i))
            means.append(mean[row, :, window])
            variances.append(sd[row, :, window].square())
    leads = twelve(lead_i, torch.stack(means).numpy())  # (pass, 12, sample)
    estimate = leads.mean(axis=0)
    if network.estimates_without_dropout and passes > 1:
        still = network.decode(tuple(part[:1] for part in encoded), known).mean
        estimate = twelve(lead_i, still[0, :, : len(lead_i)].numpy())
    expected = _expected_variance(torch.stack(variances).mean(dim=0).numpy())
    epistemic = leads.std(axis=0, ddof=1) if len(leads) > 1 else np.zeros(leads.shape[1:], np.float32)
    return Moments(estimate, epistemic, np.sqrt(epistemic**2 + expected))


def _expected_variance(predicted: FloatArray) -> FloatArray:
    """Variance of the twelve leads from that of the predicted ``(7, sample)``, Lead I being known."""
    variance = np.zeros((len(LEADS), predicted.shape[1]), np.float32)
    for row, lead in enumerate(PREDICTED):
        variance[LEADS.index(lead)] = predicted[row]
    for lead, (_, of_ii) in DERIVATION.items():
        variance[LEADS.index(lead)] = of_ii**2 * predicted[PREDICTED.index(Lead.II)]
    return variance
