"""Linear regression from Lead I: every predicted lead is one filter of lagged taps. The simplest rival."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ecg_core.models.layers import Estimate, Network
from ecg_core.vocabulary import PREDICTED

__all__ = ["CONSTANT_SD", "Linear", "constant_spread"]

CONSTANT_SD = 0.1
"""mV; what a network without a spread of its own claims everywhere. Calibration by lead and wave then makes of it the
rival for every doubt: a constant spread per lead and wave."""


def constant_spread(mean: Tensor) -> Estimate:
    """``mean (row, 7, sample)`` in mV with `CONSTANT_SD` at every sample.

    >>> constant_spread(torch.zeros(1, 7, 3)).sd.unique()
    tensor([0.1000])
    """
    mean = mean.float()
    return Estimate(mean, torch.full_like(mean, CONSTANT_SD))


class Linear(Network):
    """Lead I → II and V1-V6, each the sum of ``taps`` lagged samples around it; metadata are not read.

    There is nothing to train by steps: `ecg_core.training.closed_form.fit_linear` finds the weights exactly. Its spread
    is constant (`CONSTANT_SD`), it has no dropout.

    >>> Linear(features=17)(torch.zeros(2, 1000), torch.zeros(2, 17)).mean.shape
    torch.Size([2, 7, 1000])
    """

    stride: int = 1

    def __init__(self, *, features: int, taps: int = 61) -> None:
        super().__init__()
        self.features, self.taps = features, taps
        self.filter = nn.Conv1d(1, len(PREDICTED), taps, padding="same", bias=False)

    def encode(
        self, lead_i: Tensor, earlier: Tensor | None = None, features: Tensor | None = None
    ) -> tuple[Tensor, ...]:
        """``lead_i (row, sample)`` in mV → the seven leads ``(row, 7, sample)`` in mV; nothing else is read."""
        return (self.filter(lead_i.unsqueeze(1)),)

    def draw_masks(self, passes: int, generator: torch.Generator, samples: int = 0) -> list[Tensor]:
        """No masks: there is no dropout."""
        return []

    def decode(self, encoded: tuple[Tensor, ...], features: Tensor, masks: Sequence[Tensor] | None = None) -> Estimate:
        """What `encode` gave, with the constant spread; ``features (row, feature)`` are not read."""
        return constant_spread(encoded[0])

    def forward(self, lead_i: Tensor, features: Tensor, earlier: Tensor | None = None) -> Estimate:
        """``lead_i (row, sample)`` in mV → the seven leads, each ``(row, 7, sample)`` in mV."""
        return self.decode(self.encode(lead_i), features)
