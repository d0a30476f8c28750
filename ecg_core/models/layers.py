"""What every network offers, and the layers that they share."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ecg_core.metadata import FEATURES
from ecg_core.vocabulary import PREDICTED

__all__ = ["EARLIER_CHANNELS", "ChannelDropout", "Estimate", "Network", "ResidualBlock", "steered"]

EARLIER_CHANNELS = 1 + len(PREDICTED) + 1
"""Of an earlier ECG: its Lead I, the predicted leads, and a constant 1 that says there is one."""


class Estimate(NamedTuple):
    """``mean`` and ``sd``, each ``(row, 7, sample)`` in mV, leads as in `PREDICTED`."""

    mean: Tensor
    sd: Tensor


class Network(nn.Module, ABC):
    """What Monte Carlo sampling, calibration and evaluation ask of a network; samples are a multiple of ``stride``.

    Its estimate is the mean of the passes, or with ``estimates_without_dropout`` what it says with nothing dropped.
    """

    stride: int
    estimates_without_dropout: bool = False

    @abstractmethod
    def encode(self, lead_i: Tensor, earlier: Tensor, features: Tensor) -> tuple[Tensor, ...]:
        """The part without dropout: ``lead_i (row, sample)``, ``earlier (row, EARLIER_CHANNELS, sample)`` in mV.

        ``earlier`` is zero throughout where there is none; ``features (row, feature)`` as in `decode`.
        """

    def encode_signal(self, lead_i: Tensor) -> Tensor:
        """The first part of `encode`, where nothing but ``lead_i`` is known: ``(row, channel, time)``."""
        earlier = lead_i.new_zeros(len(lead_i), EARLIER_CHANNELS, lead_i.shape[1])
        return self.encode(lead_i, earlier, lead_i.new_zeros(len(lead_i), len(FEATURES)))[0]

    @abstractmethod
    def draw_masks(self, passes: int, generator: torch.Generator, samples: int) -> list[Tensor]:
        """One mask ``(pass, ...)`` for each dropout of `decode`; an empty list where it has none."""

    @abstractmethod
    def decode(self, encoded: tuple[Tensor, ...], features: Tensor, masks: Sequence[Tensor] | None = None) -> Estimate:
        """The part with dropout; without ``masks`` dropout is active in training only."""

    @abstractmethod
    def forward(self, lead_i: Tensor, features: Tensor, earlier: Tensor | None = None) -> Estimate:
        """Both parts, for any number of samples."""


class ChannelDropout(nn.Module):
    """Drops whole channels, the same ones at every time step (variational dropout, Gal and Ghahramani 2016).

    Given a ``mask`` it applies that one, also in evaluation mode: this is what Monte Carlo sampling uses, so that a
    seed repeats a result exactly and a model shared by many users never changes mode. Without one it drops only in
    training.
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def draw(self, rows: int, channels: int, generator: torch.Generator | None = None) -> Tensor:
        """A mask ``(row, channel)``: 0 where a channel is dropped, and else what keeps the expectation."""
        keep = torch.rand((rows, channels), generator=generator) >= self.probability
        return keep.float() / (1 - self.probability)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Mask ``x (row, channel, ...)``."""
        if mask is None:
            if not self.training:
                return x
            mask = self.draw(*x.shape[:2])
        return x * mask.to(x).reshape(*mask.shape, *(1 for _ in x.shape[2:]))


class ResidualBlock(nn.Module):
    """Two dilated convolutions over time around a skip.

    With ``conditions``, that many metadata values scale and shift the channels (FiLM, Perez et al. 2018).
    """

    def __init__(self, channels: int, kernel: int, dilation: int, *, conditions: int = 0, dropout: float = 0.0) -> None:
        super().__init__()
        padding = dilation * (kernel - 1) // 2
        self.first = nn.Conv1d(channels, channels, kernel, padding=padding, dilation=dilation, bias=False)
        self.first_norm = nn.BatchNorm1d(channels)
        self.second = nn.Conv1d(channels, channels, kernel, padding=padding, dilation=dilation, bias=False)
        self.second_norm = nn.BatchNorm1d(channels)
        self.film = nn.Linear(conditions, 2 * channels) if conditions else None
        self.dropout = ChannelDropout(dropout)

    def forward(self, x: Tensor, condition: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        """``x (row, channel, time)``, ``condition (row, conditions)`` → ``(row, channel, time)``."""
        if not self.training:
            x = _side_by_side(x).squeeze(2)  # once: all that comes of it keeps this order
        y = self._normed(x, self.first, self.first_norm)
        if self.film is not None:
            y = steered(y, self.film(condition))
        y = self.dropout(torch.relu(y), mask)
        return torch.relu(x + self._normed(y, self.second, self.second_norm))

    def _normed(self, x: Tensor, convolution: nn.Conv1d, norm: nn.BatchNorm1d) -> Tensor:
        """``norm(convolution(x))``; in evaluation as one convolution, in the order that oneDNN computes fastest."""
        if self.training:
            normed: Tensor = norm(convolution(x))
            return normed
        assert norm.running_mean is not None
        assert norm.running_var is not None
        scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
        weight = _side_by_side(convolution.weight * scale[:, None, None])
        bias = norm.bias - norm.running_mean * scale
        padding, dilation = (0, int(convolution.padding[0])), (1, convolution.dilation[0])
        return nn.functional.conv2d(_side_by_side(x), weight, bias, padding=padding, dilation=dilation).squeeze(2)


def steered(x: Tensor, told: Tensor) -> Tensor:
    """Each channel of ``x (row, channel, time)`` scaled and shifted by ``told (row, 2 channel)`` (FiLM)."""
    scale, shift = told.unsqueeze(-1).chunk(2, dim=1)
    return x * (1 + scale) + shift


def _side_by_side(x: Tensor) -> Tensor:
    """``x (row, channel, time)`` as ``(row, channel, 1, time)`` with the channels of a time side by side in memory."""
    return x.unsqueeze(2).contiguous(memory_format=torch.channels_last)
