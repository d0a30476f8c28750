"""The R-aligned mean beat: the same beat for everybody, laid at the R peaks of Lead I."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ecg_core.models.layers import Estimate, Network
from ecg_core.models.linear import constant_spread
from ecg_core.vocabulary import PREDICTED

__all__ = ["AFTER", "BEFORE", "MeanBeat", "find_r_peaks"]

BEFORE, AFTER = 30, 50
"""Samples of a beat before its R peak, and from it on: -0.3 to +0.5 s at 100 Hz."""
SMOOTHING = 13
"""Samples over which the squared slope is averaged; an odd number, about the length of a QRS complex."""
APART = 41
"""Samples in which there is at most one R peak: 0.4 s centred on it, so that peaks are more than 0.2 s apart."""
BLOCK = 151
"""Samples that hold at least one beat at a usual rate; the maxima over all such stretches say how large a beat is."""
SHARE = 0.2
"""Of the median over the window of these maxima: what has less slope energy is no QRS complex."""
SNAP = 8
"""Samples by which an R peak moves at most, to the largest deflection."""
FADE, NEAREST = 5.0, 5.0
"""Samples. A laid beat rises from nothing and falls to nothing over the first; where beats overlap, the
weight of each falls by e for each of the second that its R peak is away."""


def _centred_maximum(x: Tensor, width: int) -> Tensor:
    """Maximum over ``width`` samples (odd) around each, ``(row, sample)``."""
    return nn.functional.max_pool1d(x.unsqueeze(1), width, stride=1, padding=width // 2).squeeze(1)


def find_r_peaks(lead_i: Tensor) -> Tensor:
    """Where the R peaks are: ``lead_i (row, sample)`` in mV at 100 Hz, filtered → a mask ``(row, sample)``.

    Maxima of the slope energy (squared slope, averaged over a QRS complex) within 0.4 s, where they reach `SHARE` of
    what the window's beats reach, each moved to the largest deflection near by. A flat window has none. Meant to be
    small enough to live inside a network; beats are otherwise found by `ecg_core.signals.waves.find_waves`.

    >>> spikes = torch.zeros(1, 400)
    >>> spikes[0, [100, 200, 300]] = 1.0
    >>> find_r_peaks(spikes)[0].nonzero().flatten().tolist()
    [100, 200, 300]
    """
    samples = lead_i.shape[1]
    held = nn.functional.pad(lead_i.unsqueeze(1), (1, 1), mode="replicate").squeeze(1)
    slope = (held[:, 2:] - held[:, :-2]).square()
    energy = nn.functional.avg_pool1d(slope.unsqueeze(1), SMOOTHING, stride=1, padding=SMOOTHING // 2).squeeze(1)
    usual = _centred_maximum(energy, BLOCK).median(dim=1, keepdim=True).values
    steep = (energy == _centred_maximum(energy, APART)) & (energy > SHARE * usual)
    around = nn.functional.pad(lead_i.abs(), (SNAP, SNAP), value=-1.0).unfold(1, 2 * SNAP + 1, 1)
    moved = around.argmax(dim=-1) - SNAP + torch.arange(samples, device=lead_i.device)  # (row, sample)
    peaks = torch.zeros_like(steep)
    rows, columns = steep.nonzero(as_tuple=True)
    peaks[rows, moved[rows, columns]] = True
    return peaks


class MeanBeat(Network):
    """Lead I → II and V1-V6 by laying one mean beat at each R peak; metadata are not read.

    ``beat (7, 80)`` in mV at 100 Hz is what `ecg_core.training.closed_form.fit_mean_beat` averaged (a parameter that no
    step changes, so that the network has a device). What no beat reaches is zero. Its spread is constant
    (`ecg_core.models.linear.CONSTANT_SD`), it has no dropout.

    >>> MeanBeat(features=17)(torch.zeros(2, 1000), torch.zeros(2, 17)).mean.shape
    torch.Size([2, 7, 1000])
    """

    stride: int = 1

    def __init__(self, *, features: int) -> None:
        super().__init__()
        self.features = features
        self.beat = nn.Parameter(torch.zeros(len(PREDICTED), BEFORE + AFTER), requires_grad=False)

    def encode(
        self, lead_i: Tensor, earlier: Tensor | None = None, features: Tensor | None = None
    ) -> tuple[Tensor, ...]:
        """``lead_i (row, sample)`` in mV → the beat laid, ``(row, 7, sample)`` in mV; nothing else is read.

        Where two beats overlap the nearer R peak weighs more. As
        `ecg_core.signals.beats.lay` does it, by a transposed convolution of the peaks.
        """
        peaks = find_r_peaks(lead_i).to(self.beat).unsqueeze(1)  # (row, 1, sample)
        ramp = (torch.arange(BEFORE + AFTER, device=lead_i.device) + 0.5) / FADE
        faded = self.beat * torch.minimum(ramp, ramp.flip(0)).clamp(max=1)
        distance = (torch.arange(BEFORE + AFTER, device=lead_i.device) - BEFORE).abs()
        weight = torch.exp(-distance / NEAREST).to(self.beat)
        kernels = torch.cat([faded * weight, weight.unsqueeze(0)]).unsqueeze(0)  # (1, 8, 80)
        laid = nn.functional.conv_transpose1d(peaks, kernels).float()[..., BEFORE : BEFORE + lead_i.shape[1]]
        return (laid[:, :-1] / laid[:, -1:].clamp(min=1e-6),)

    def draw_masks(self, passes: int, generator: torch.Generator, samples: int = 0) -> list[Tensor]:
        """No masks: there is no dropout."""
        return []

    def decode(self, encoded: tuple[Tensor, ...], features: Tensor, masks: Sequence[Tensor] | None = None) -> Estimate:
        """What `encode` gave, with the constant spread; ``features (row, feature)`` are not read."""
        return constant_spread(encoded[0])

    def forward(self, lead_i: Tensor, features: Tensor, earlier: Tensor | None = None) -> Estimate:
        """``lead_i (row, sample)`` in mV → the seven leads, each ``(row, 7, sample)`` in mV."""
        return self.decode(self.encode(lead_i), features)
