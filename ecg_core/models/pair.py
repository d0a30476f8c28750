"""Two dual-branch networks of one training run: one reads Lead I and metadata, the other an earlier ECG as well.

The second begins as a copy of the first and is trained on with earlier ECGs (`ecg_core.training.fit`). One network for
both would lose 0.003 to 0.004 of the mean correlation wherever there is no earlier ECG, and mixing the two sets of
weights only moves along that trade; apart, neither costs the other anything, at twice the size.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from ecg_core.models.dual_branch import STRIDE, DualBranch
from ecg_core.models.layers import Estimate, Network

__all__ = ["DualBranchPair"]


class DualBranchPair(Network):
    """Lead I, metadata and perhaps an earlier ECG → II and V1-V6, each sample with its spread.

    All rows of a call have an earlier ECG, or none has. The settings are those of `DualBranch`.

    >>> network = DualBranchPair(features=17, channels=8, lstm=8, decoder=8).eval()
    >>> network(torch.zeros(2, 1000), torch.zeros(2, 17)).mean.shape
    torch.Size([2, 7, 1000])
    """

    stride = STRIDE

    def __init__(self, *, features: int, channels: int, lstm: int, decoder: int) -> None:
        super().__init__()
        self.alone = DualBranch(features=features, channels=channels, lstm=lstm, decoder=decoder)
        self.with_earlier = DualBranch(features=features, channels=channels, lstm=lstm, decoder=decoder)

    def _chosen(self, is_given: Tensor) -> DualBranch:
        """The network for rows that all have an earlier ECG, or that all have none; ``is_given`` is 1 or 0 for each."""
        if bool(is_given.any()) != bool(is_given.all()):
            raise ValueError("some rows have an earlier ECG and some have none: call once for each")
        return self.with_earlier if bool(is_given.any()) else self.alone

    def encode(self, lead_i: Tensor, earlier: Tensor, features: Tensor | None = None) -> tuple[Tensor, ...]:
        """As `DualBranch.encode`; the last part is 1 for rows with an earlier ECG."""
        is_given = earlier[:, -1].amax(dim=1)  # (row,)
        return *self._chosen(is_given).encode(lead_i, earlier), is_given

    def draw_masks(self, passes: int, generator: torch.Generator, samples: int) -> list[Tensor]:
        """As `DualBranch.draw_masks`; both networks take the same masks."""
        return self.alone.draw_masks(passes, generator, samples)

    def decode(self, encoded: tuple[Tensor, ...], features: Tensor, masks: Sequence[Tensor] | None = None) -> Estimate:
        """As `DualBranch.decode`."""
        *parts, is_given = encoded
        return self._chosen(is_given).decode(tuple(parts), features, masks)

    def forward(self, lead_i: Tensor, features: Tensor, earlier: Tensor | None = None) -> Estimate:
        """As `DualBranch.forward`."""
        given = lead_i.new_zeros(len(lead_i)) if earlier is None else earlier[:, -1].amax(dim=1)
        return self._chosen(given).forward(lead_i, features, earlier)
