"""A one-dimensional U-Net (Ronneberger et al. 2015), the usual network for reconstructing leads, as a rival."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ecg_core.models.layers import Estimate, Network
from ecg_core.models.linear import constant_spread
from ecg_core.vocabulary import PREDICTED

__all__ = ["UNet", "UNetEncoded"]

WIDTHS = (16, 24, 32, 48)
"""Channels of the four levels, each at half the rate of the one before."""
BOTTOM = 64
TABULAR = 32
KERNEL = 9


class UNetEncoded(NamedTuple):
    """The way down: ``bottom (row, 64, time/16)`` and what each level hands across, ``(row, width, time/2^level)``."""

    bottom: Tensor
    first: Tensor
    second: Tensor
    third: Tensor
    fourth: Tensor


def _twice(channels_in: int, channels: int, *, stride: int = 1) -> nn.Sequential:
    """Two convolutions, each with batch normalisation and ReLU; the first may go down by ``stride``."""
    layers: list[nn.Module] = []
    for read, step in ((channels_in, stride), (channels, 1)):
        convolution = nn.Conv1d(read, channels, KERNEL, stride=step, padding=KERNEL // 2, bias=False)
        layers += [convolution, nn.BatchNorm1d(channels), nn.ReLU()]
    return nn.Sequential(*layers)


class UNet(Network):
    """Lead I → II and V1-V6 through four levels of strided convolutions and skips.

    With ``metadata`` the encoded metadata pass a small fully connected branch and are concatenated at the bottleneck.
    Its spread is constant (`ecg_core.models.linear.CONSTANT_SD`), it has no dropout and reads no earlier ECG.

    >>> network = UNet(features=17, metadata=True).eval()
    >>> network(torch.zeros(2, 1000), torch.zeros(2, 17)).mean.shape
    torch.Size([2, 7, 1000])
    """

    stride: int = 2 ** len(WIDTHS)

    def __init__(self, *, features: int, metadata: bool = False) -> None:
        super().__init__()
        self.features, self.metadata = features, metadata
        self.down = nn.ModuleList(
            _twice(read, width, stride=1 if level == 0 else 2)
            for level, (read, width) in enumerate(zip((1, *WIDTHS[:-1]), WIDTHS, strict=True))
        )
        self.bottom_in = _twice(WIDTHS[-1], BOTTOM, stride=2)
        if metadata:
            self.tabular = nn.Sequential(
                nn.Linear(features, TABULAR), nn.ReLU(), nn.Linear(TABULAR, TABULAR), nn.ReLU()
            )
        self.bottom_out = _twice(BOTTOM + (TABULAR if metadata else 0), BOTTOM)
        widths = WIDTHS[::-1]
        below = (BOTTOM, *widths[:-1])
        self.rise = nn.ModuleList(
            nn.ConvTranspose1d(deep, width, 4, stride=2, padding=1) for deep, width in zip(below, widths, strict=True)
        )
        self.up = nn.ModuleList(_twice(2 * width, width) for width in widths)
        self.head = nn.Conv1d(WIDTHS[0], len(PREDICTED), 1)

    def encode(self, lead_i: Tensor, earlier: Tensor | None = None, features: Tensor | None = None) -> UNetEncoded:
        """The way down: ``lead_i (row, sample)`` in mV, samples a multiple of 16; nothing else is read here."""
        x, across = lead_i.unsqueeze(1), []  # (row, 1, sample)
        for level in self.down:
            x = level(x)
            across.append(x)  # (row, width, sample / 2^level)
        return UNetEncoded(self.bottom_in(x), *across)  # (row, 64, sample/16)

    def draw_masks(self, passes: int, generator: torch.Generator, samples: int = 0) -> list[Tensor]:
        """No masks: there is no dropout."""
        return []

    def decode(self, encoded: tuple[Tensor, ...], features: Tensor, masks: Sequence[Tensor] | None = None) -> Estimate:
        """The way up: what `encode` gave and ``features (row, feature)`` → the seven leads with a constant spread."""
        x, *across = encoded
        if self.metadata:
            tiled = self.tabular(features).unsqueeze(-1).expand(-1, -1, x.shape[-1])
            x = torch.cat([x, tiled], dim=1)  # (row, 64 + 32, sample/16)
        x = self.bottom_out(x)
        for rise, up, beside in zip(self.rise, self.up, reversed(across), strict=True):
            x = up(torch.cat([rise(x), beside], dim=1))  # (row, width, sample / 2^level)
        return constant_spread(self.head(x))

    def forward(self, lead_i: Tensor, features: Tensor, earlier: Tensor | None = None) -> Estimate:
        """``lead_i (row, sample)`` in mV, ``features (row, feature)`` → the seven leads ``(row, 7, sample)`` in mV."""
        samples = lead_i.shape[1]
        short = -samples % self.stride
        mean, sd = self.decode(self.encode(nn.functional.pad(lead_i, (0, short))), features)
        return Estimate(mean[..., :samples], sd[..., :samples])
