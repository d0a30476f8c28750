"""The pair of dual-branch networks with the second opinion of two small U-Nets: the released model.

Networks that are built differently err differently, and their mean errs less (a deep ensemble, Lakshminarayanan et al.
2017). The U-Nets take every third Monte Carlo pass, so that a second opinion costs no further passes, and where it
departs from the first the spread between passes grows. One U-Net knows Lead I alone and speaks where neither axes nor
an earlier ECG are known; the other reads all that the dual-branch networks read.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ecg_core.metadata import FEATURES
from ecg_core.models.dual_branch import STRIDE
from ecg_core.models.layers import EARLIER_CHANNELS, Estimate, Network
from ecg_core.models.pair import DualBranchPair
from ecg_core.models.unet import UNet, UNetEncoded

__all__ = ["DualBranchEnsemble"]

EVERY = 3
"""Every so many passes the U-Nets speak."""
AXES_KNOWN = FEATURES.index("r_axis_deg_known")
OF_A_UNET = len(UNetEncoded._fields)
PAIR, SECOND, TOLD = slice(-2 * OF_A_UNET), slice(-2 * OF_A_UNET, -OF_A_UNET), slice(-OF_A_UNET, None)
"""Where in what `DualBranchEnsemble.encode` gives the parts of each network are."""


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

    def encode(self, lead_i: Tensor, earlier: Tensor) -> tuple[Tensor, ...]:
        """As `DualBranchPair.encode`, then the way down of both U-Nets."""
        short = -lead_i.shape[1] % self.second.stride
        padded, told = (nn.functional.pad(part, (0, short)) for part in (lead_i, earlier))
        return (
            *self.pair.encode(lead_i, earlier),
            *self.second.encode(padded),
            *self.second_told.encode(padded, told),
        )

    def draw_masks(self, passes: int, generator: torch.Generator, samples: int) -> list[Tensor]:
        """As `DualBranchPair.draw_masks`, and one ``(pass,)``: 1 where the U-Nets speak, else 0."""
        speaks = (torch.arange(passes) % EVERY == EVERY - 1).float()
        return [*self.pair.draw_masks(passes, generator, samples), speaks]

    def decode(self, encoded: tuple[Tensor, ...], features: Tensor, masks: Sequence[Tensor] | None = None) -> Estimate:
        """As `DualBranch.decode`; without ``masks`` the U-Nets have their share in every row."""
        of_pair, of_second, of_told = (encoded[part] for part in (PAIR, SECOND, TOLD))
        mean, sd = self.pair.decode(of_pair, features, None if masks is None else masks[:-1])
        share = mean.new_full((len(mean),), 1 / EVERY) if masks is None else masks[-1]
        knows = (of_pair[-1] > 0) | (features[:, AXES_KNOWN] > 0)
        second = torch.zeros_like(mean)
        for network, parts, rows in (
            (self.second, of_second, (share > 0) & ~knows),
            (self.second_told, of_told, (share > 0) & knows),
        ):
            if rows.any():
                told = network.decode(tuple(part[rows] for part in parts), features[rows]).mean
                second[rows] = told[..., : mean.shape[-1]]
        return Estimate(torch.lerp(mean, second, share[:, None, None]), sd)

    def forward(self, lead_i: Tensor, features: Tensor, earlier: Tensor | None = None) -> Estimate:
        """As `DualBranch.forward`."""
        samples = lead_i.shape[1]
        padded = nn.functional.pad(lead_i, (0, -samples % STRIDE))
        if earlier is None:
            earlier = lead_i.new_zeros(len(lead_i), EARLIER_CHANNELS, samples)
        told = nn.functional.pad(earlier, (0, padded.shape[1] - earlier.shape[2]))
        mean, sd = self.decode(self.encode(padded, told), features)
        return Estimate(mean[..., :samples], sd[..., :samples])
