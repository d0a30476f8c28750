"""A U-Net with a transformer at its bottom (TransUNet, Chen et al. 2021), in one dimension.

Self-attention over the tokens of the lowest level lets every beat see every other one. Metadata and an earlier ECG are
read as the dual-branch network reads them: numbers with known/unknown flags that scale and shift channels (FiLM, Perez
et al. 2018), and the median beat of the earlier ECG laid at the R peaks of Lead I.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ecg_core.models.layers import EARLIER_CHANNELS, ChannelDropout, Estimate, Network, steered
from ecg_core.models.linear import constant_spread
from ecg_core.vocabulary import PREDICTED

__all__ = ["BOTTOM", "TransUNet"]

BOTTOM = 128
"""Channels of the lowest level."""
HEADS = 4
LAYERS = 2
TABULAR = 64
DROPOUT = 0.1


class Level(nn.Module):
    """Two convolutions over time, the second around a skip; the first may go down by ``stride``.

    With ``conditions``, that many metadata values scale and shift the channels.
    """

    def __init__(self, read: int, width: int, kernel: int, *, stride: int = 1, conditions: int = 0) -> None:
        super().__init__()
        self.first = nn.Conv1d(read, width, kernel, stride=stride, padding=kernel // 2, bias=False)
        self.first_norm = nn.BatchNorm1d(width)
        self.second = nn.Conv1d(width, width, kernel, padding=kernel // 2, bias=False)
        self.second_norm = nn.BatchNorm1d(width)
        self.film = nn.Linear(conditions, 2 * width) if conditions else None
        self.dropout = ChannelDropout(DROPOUT if conditions else 0.0)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """``x (row, read, time)``, ``condition (row, conditions)`` → ``(row, width, time/stride)``."""
        x = self.first_norm(self.first(x))
        if self.film is not None:
            x = steered(x, self.film(condition))
        x = self.dropout(torch.relu(x))
        return torch.relu(x + self.second_norm(self.second(x)))


class TransUNet(Network):
    """Lead I, metadata and perhaps an earlier ECG → II and V1-V6.

    ``widths`` are the channels of its levels, each at half the rate of the one before. Its spread is constant
    (`ecg_core.models.linear.CONSTANT_SD`), it drops in training alone.

    >>> network = TransUNet(features=17, widths=(8, 8), kernel=5).eval()
    >>> network(torch.zeros(2, 1000), torch.zeros(2, 17)).mean.shape
    torch.Size([2, 7, 1000])
    """

    def __init__(self, *, features: int, widths: tuple[int, ...], kernel: int) -> None:
        super().__init__()
        self.stride = 2 ** len(widths)
        reads = (1 + EARLIER_CHANNELS, *widths[:-1])
        self.down = nn.ModuleList(
            Level(read, width, kernel, stride=1 if level == 0 else 2)
            for level, (read, width) in enumerate(zip(reads, widths, strict=True))
        )
        self.bottom_in = Level(widths[-1], BOTTOM, kernel, stride=2)
        self.tabular = nn.Sequential(
            nn.Linear(features, TABULAR), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(TABULAR, TABULAR), nn.ReLU()
        )
        self.film = nn.Linear(TABULAR, 2 * BOTTOM)
        self.transformer = nn.ModuleList(
            nn.TransformerEncoderLayer(BOTTOM, HEADS, 2 * BOTTOM, DROPOUT, batch_first=True, norm_first=True)
            for _ in range(LAYERS)
        )
        rising = widths[::-1]
        self.rise = nn.ModuleList(
            nn.ConvTranspose1d(below, width, 4, stride=2, padding=1)
            for below, width in zip((BOTTOM, *rising[:-1]), rising, strict=True)
        )
        self.up = nn.ModuleList(Level(2 * width, width, kernel, conditions=TABULAR) for width in rising)
        self.head = nn.Conv1d(widths[0], len(PREDICTED), kernel, padding=kernel // 2)

    def encode(self, lead_i: Tensor, earlier: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """All of it, there being no dropout: the seven leads ``(row, 7, sample)`` in mV.

        And what the transformer makes of the lowest level, ``(row, BOTTOM, sample / stride)``.
        """
        samples = lead_i.shape[1]
        x = torch.cat([lead_i.unsqueeze(1), earlier], dim=1)  # (row, 1 + EARLIER_CHANNELS, sample)
        x = nn.functional.pad(x, (0, -samples % self.stride))
        across = []
        for level in self.down:
            x = level(x)
            across.append(x)  # (row, width, sample / 2^level)
        told = self.tabular(features)
        x = steered(self.bottom_in(x), self.film(told)).transpose(1, 2)  # (row, sample / stride, 128)
        for layer in self.transformer:
            x = layer(x)
        x = bottom = x.transpose(1, 2)
        for rise, up, beside in zip(self.rise, self.up, reversed(across), strict=True):
            x = up(torch.cat([rise(x), beside], dim=1), told)  # (row, width, sample / 2^level)
        return self.head(x).float()[..., :samples], bottom

    def draw_masks(self, passes: int, generator: torch.Generator, samples: int = 0) -> list[Tensor]:
        """No masks: it drops in training alone."""
        return []

    def decode(self, encoded: tuple[Tensor, ...], features: Tensor, masks: Sequence[Tensor] | None = None) -> Estimate:
        """What `encode` gave, with the constant spread."""
        return constant_spread(encoded[0])

    def forward(self, lead_i: Tensor, features: Tensor, earlier: Tensor | None = None) -> Estimate:
        """``lead_i (row, sample)`` in mV, ``features (row, feature)``, ``earlier`` as in `Network.encode`."""
        if earlier is None:
            earlier = lead_i.new_zeros(len(lead_i), EARLIER_CHANNELS, lead_i.shape[1])
        return self.decode(self.encode(lead_i, earlier, features), features)
