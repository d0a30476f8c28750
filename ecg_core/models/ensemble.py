"""The pair of dual-branch networks with the second opinions of U-Nets: the released model.

Networks that are built differently err differently, and their mean errs less (a deep ensemble, Lakshminarayanan et al.
2017). They take turns in the Monte Carlo passes: half of these are the pair's, a quarter those of a U-Net and a quarter
those of a TransUNet, so that the opinions cost no further passes, and where they depart from each other the spread
between passes grows. Of the two U-Nets one knows Lead I alone and speaks where neither axes nor an earlier ECG are
known; the other, as the TransUNet, reads all that the dual-branch networks read.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ecg_core.metadata import FEATURES
from ecg_core.models.dual_branch import STRIDE
from ecg_core.models.layers import EARLIER_CHANNELS, Estimate, Network
from ecg_core.models.pair import DualBranchPair
from ecg_core.models.trans_unet import TransUNet
from ecg_core.models.unet import UNet

__all__ = ["THIRD", "TURNS", "DualBranchEnsemble"]

TURNS = (0, 2, 0, 1, 2, 0, 1, 0)
"""Who speaks in each of eight passes: the pair (0), the second opinion (1) or the third (2); of each eight the pair's
begin once at every place on the stride."""
THIRD: dict[str, Any] = {"widths": (16, 48, 64, 96), "kernel": 5}
"""How the TransUNet is built."""
AXES_KNOWN = FEATURES.index("r_axis_deg_known")


class DualBranchEnsemble(Network):
    """Lead I, metadata and perhaps an earlier ECG → II and V1-V6, each sample with its spread.

    All rows of a call have an earlier ECG, or none has. The settings are those of `DualBranch`; the spread that is
    expected is that of the dual-branch networks.

    >>> network = DualBranchEnsemble(features=len(FEATURES), channels=8, lstm=8, decoder=8).eval()
    >>> network(torch.zeros(2, 1000), torch.zeros(2, len(FEATURES))).mean.shape
    torch.Size([2, 7, 1000])
    """

    stride = STRIDE

    def __init__(self, *, features: int, channels: int, lstm: int, decoder: int) -> None:
        super().__init__()
        self.pair = DualBranchPair(features=features, channels=channels, lstm=lstm, decoder=decoder)
        self.second = UNet(features=features)
        self.second_told = UNet(features=features, metadata=True, earlier=True)
        self.third = TransUNet(features=features, **THIRD)

    def encode(self, lead_i: Tensor, earlier: Tensor, features: Tensor) -> tuple[Tensor, ...]:
        """As `DualBranchPair.encode`, then what the second and the third opinion are, ``(row, 7, sample)`` in mV."""
        *parts, is_given = self.pair.encode(lead_i, earlier)
        told = (is_given > 0) | (features[:, AXES_KNOWN] > 0)
        third = self.third(lead_i, features, earlier).mean
        second = torch.zeros_like(third)
        for network, rows in ((self.second, ~told), (self.second_told, told)):
            if rows.any():
                second[rows] = network(lead_i[rows], features[rows], earlier[rows]).mean
        return *parts, is_given, second, third

    def draw_masks(self, passes: int, generator: torch.Generator, samples: int) -> list[Tensor]:
        """As `DualBranchPair.draw_masks`, and one ``(pass, 3)``: 1 for the one who speaks, else 0.

        Of a pass alone it is one drawn by lot, so that single passes show every opinion as often as it is heard.
        """
        of_pair = self.pair.draw_masks(passes, generator, samples)
        first = int(torch.randint(len(TURNS), (), generator=generator)) if passes == 1 else 0
        turns = torch.tensor(TURNS)[(torch.arange(passes) + first) % len(TURNS)]
        return [*of_pair, nn.functional.one_hot(turns, 3).float()]

    def decode(self, encoded: tuple[Tensor, ...], features: Tensor, masks: Sequence[Tensor] | None = None) -> Estimate:
        """As `DualBranch.decode`; without ``masks`` each has its share of `TURNS` in every row."""
        *of_pair, second, third = encoded
        mean, sd = self.pair.decode(tuple(of_pair), features, None if masks is None else masks[:-1])
        said = torch.stack([mean, second, third], dim=1)  # (row, speaker, 7, sample)
        shares = torch.bincount(torch.tensor(TURNS)) / len(TURNS) if masks is None else masks[-1]
        return Estimate((shares[..., None, None] * said).sum(dim=1), sd)

    def forward(self, lead_i: Tensor, features: Tensor, earlier: Tensor | None = None) -> Estimate:
        """As `DualBranch.forward`."""
        samples = lead_i.shape[1]
        padded = nn.functional.pad(lead_i, (0, -samples % STRIDE))
        if earlier is None:
            earlier = lead_i.new_zeros(len(lead_i), EARLIER_CHANNELS, samples)
        told = nn.functional.pad(earlier, (0, padded.shape[1] - earlier.shape[2]))
        mean, sd = self.decode(self.encode(padded, told, features), features)
        return Estimate(mean[..., :samples], sd[..., :samples])
