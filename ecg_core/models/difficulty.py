"""How hard a record is: a factor for the expected spread, by lead.

Some records are estimated far better than others, and a network that expects a spread for every sample tells them apart
too little. What it lacks is learnt afterwards, from how far estimates of the training records lie off
(`ecg_core.training.difficulty`): a difficulty estimator, as conformal prediction knows it (Papadopoulos and
Haralambous 2011).
"""

import torch
from torch import Tensor, nn

from ecg_core.models.layers import Estimate
from ecg_core.vocabulary import PREDICTED

__all__ = ["Difficulty"]

HIDDEN = 64
DROPOUT = 0.3
LARGEST = 1.0
"""Of the natural logarithm of a factor, either way."""
FLOOR_MV = 0.005
"""Added before a logarithm is taken of an amplitude."""


class Difficulty(nn.Module):
    """An estimate, and the features of a network with so many ``channels`` that read the record → a factor by lead.

    Reads how large estimate and spread are in each lead, and mean and deviation of every channel over time. Untrained
    it leaves the spread as it is.

    >>> estimate = Estimate(torch.zeros(2, 7, 100), torch.ones(2, 7, 100))
    >>> Difficulty(8)(estimate, torch.zeros(2, 8, 10)).tolist() == [[[1.0]] * 7] * 2
    True
    """

    centre: Tensor
    scale: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        read = 2 * len(PREDICTED) + 2 * channels
        self.register_buffer("centre", torch.zeros(read))
        self.register_buffer("scale", torch.ones(read))
        self.layers = nn.Sequential(
            nn.Dropout(DROPOUT),
            nn.Linear(read, HIDDEN), nn.ReLU(), nn.Dropout(DROPOUT),
            nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Dropout(DROPOUT),
        )  # fmt: skip
        self.head = nn.Linear(HIDDEN, len(PREDICTED))
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def set_scale(self, read: Tensor) -> None:
        """Bring to unit variance what is like ``read (row, number)``."""
        self.centre, self.scale = read.mean(dim=0), read.std(dim=0) + 1e-3

    def read(self, estimate: Estimate, features: Tensor) -> Tensor:
        """What `factor` looks at, of ``features (row, channel, time)``: ``(row, number)``."""
        sizes = torch.stack([estimate.mean.square().mean(dim=2).sqrt(), estimate.sd.mean(dim=2)], dim=1)  # (row, 2, 7)
        features = features.float()
        return torch.cat([(sizes + FLOOR_MV).log().flatten(1), features.mean(dim=2), features.std(dim=2)], dim=1)

    def factor(self, read: Tensor) -> Tensor:
        """The logarithm of the factor, ``(row, 7)``."""
        found: Tensor = self.head(self.layers(((read - self.centre) / self.scale).clamp(-4, 4)))
        return found.clamp(-LARGEST, LARGEST)

    def forward(self, estimate: Estimate, features: Tensor) -> Tensor:
        """``(row, 7, 1)``, to multiply ``estimate.sd`` with."""
        return self.factor(self.read(estimate, features)).exp().unsqueeze(2)
