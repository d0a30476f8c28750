"""The pair of dual-branch networks with the second opinions of TransUNets: the released model.

Networks that are built differently err differently, and their mean errs less (a deep ensemble, Lakshminarayanan et al.
2017). They take turns in the Monte Carlo passes, half of which are those of a TransUNet, so that its opinion costs no
further passes, and where it departs from the pair's the spread between passes grows. Of the two TransUNets one knows
Lead I alone, and speaks where neither axes nor an earlier ECG are known; the other reads all that the dual-branch
networks read.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ecg_core.metadata import FEATURES
from ecg_core.models.difficulty import Difficulty
from ecg_core.models.dual_branch import STRIDE
from ecg_core.models.layers import EARLIER_CHANNELS, Estimate, Network
from ecg_core.models.pair import DualBranchPair
from ecg_core.models.trans_unet import BOTTOM, TransUNet

__all__ = ["TRANS_UNET", "TURNS", "DualBranchEnsemble"]

TURNS = (0, 1, 0, 1, 1, 0, 1, 0)
"""Who speaks in each of eight passes, the pair (0) or the second opinion (1), each at every place on the stride."""
TRANS_UNET: dict[str, Any] = {"widths": (16, 48, 64, 96), "kernel": 5}
"""How the TransUNets are built."""
AXES_KNOWN = FEATURES.index("r_axis_deg_known")


class DualBranchEnsemble(Network):
    """Lead I, metadata and perhaps an earlier ECG → II and V1-V6, each sample with its spread.

    All rows of a call have an earlier ECG, or none has. The settings are those of `DualBranch`. The spread that is
    expected is that of the dual-branch networks without dropout, in each lead by a factor of its `Difficulty`.

    >>> network = DualBranchEnsemble(features=len(FEATURES), channels=8, lstm=8, decoder=8).eval()
    >>> network(torch.zeros(2, 1000), torch.zeros(2, len(FEATURES))).mean.shape
    torch.Size([2, 7, 1000])
    """

    stride = STRIDE

    def __init__(self, *, features: int, channels: int, lstm: int, decoder: int) -> None:
        super().__init__()
        self.pair = DualBranchPair(features=features, channels=channels, lstm=lstm, decoder=decoder)
        self.second = TransUNet(features=features, **TRANS_UNET)
        self.second_told = TransUNet(features=features, **TRANS_UNET)
        self.difficulty = Difficulty(BOTTOM)
        self.difficulty_told = Difficulty(BOTTOM)

    @staticmethod
    def has_told(earlier: Tensor, features: Tensor) -> Tensor:
        """Which rows are told axes or an earlier ECG, ``(row,)``."""
        return (earlier[:, -1].amax(dim=1) > 0) | (features[:, AXES_KNOWN] > 0)

    def second_opinion(self, lead_i: Tensor, earlier: Tensor, features: Tensor, *, told: bool) -> tuple[Tensor, Tensor]:
        """The seven leads, ``(row, 7, sample)`` in mV, and the lowest level of the TransUNet that is asked.

        ``told``: whether axes or an earlier ECG are known, of all rows or of none.
        """
        if told:
            return self.second_told.encode(lead_i, earlier, features)
        return self.second.encode(lead_i, torch.zeros_like(earlier), torch.zeros_like(features))

    def encode(self, lead_i: Tensor, earlier: Tensor, features: Tensor) -> tuple[Tensor, ...]:
        """As `DualBranchPair.encode`, then three of ``(row, 7, sample)`` in mV.

        What the pair says without dropout, the second opinion, and the expected spread.
        """
        *parts, is_given = self.pair.encode(lead_i, earlier)
        still = self.pair.decode((*parts, is_given), features)
        second, sd = torch.empty_like(still.mean), torch.empty_like(still.sd)
        has_told = self.has_told(earlier, features)
        for told, difficulty in ((False, self.difficulty), (True, self.difficulty_told)):
            rows = has_told == told
            if rows.any():
                second[rows], bottom = self.second_opinion(lead_i[rows], earlier[rows], features[rows], told=told)
                estimate = Estimate(mixed(still.mean[rows], second[rows]), still.sd[rows])
                sd[rows] = estimate.sd * difficulty(estimate, bottom)
        return *parts, is_given, still.mean, second, sd

    def encode_signal(self, lead_i: Tensor) -> Tensor:
        """As in `Network`: that of the dual-branch network."""
        return self.pair.encode_signal(lead_i)

    def draw_masks(self, passes: int, generator: torch.Generator, samples: int) -> list[Tensor]:
        """As `DualBranchPair.draw_masks`, and one ``(pass,)`` of `TURNS`.

        Of a pass alone it is drawn by lot, so that single passes show either as often as it is heard.
        """
        of_pair = self.pair.draw_masks(passes, generator, samples)
        first = int(torch.randint(len(TURNS), (), generator=generator)) if passes == 1 else 0
        turns = torch.tensor(TURNS)[(torch.arange(passes) + first) % len(TURNS)]
        return [*of_pair, turns]

    def decode(self, encoded: tuple[Tensor, ...], features: Tensor, masks: Sequence[Tensor] | None = None) -> Estimate:
        """As `DualBranch.decode`; without ``masks`` each has its share of `TURNS` in every row."""
        *of_pair, still, second, sd = encoded
        if masks is None:
            return Estimate(mixed(still, second), sd)
        *of_dropout, turns = masks
        rows, mean = turns == 0, second.clone()
        if rows.any():
            dropped = [mask[rows] for mask in of_dropout]
            mean[rows] = self.pair.decode(tuple(part[rows] for part in of_pair), features[rows], dropped).mean
        return Estimate(mean, sd)

    def forward(self, lead_i: Tensor, features: Tensor, earlier: Tensor | None = None) -> Estimate:
        """As `DualBranch.forward`."""
        samples = lead_i.shape[1]
        padded = nn.functional.pad(lead_i, (0, -samples % STRIDE))
        if earlier is None:
            earlier = lead_i.new_zeros(len(lead_i), EARLIER_CHANNELS, samples)
        told = nn.functional.pad(earlier, (0, padded.shape[1] - earlier.shape[2]))
        mean, sd = self.decode(self.encode(padded, told, features), features)
        return Estimate(mean[..., :samples], sd[..., :samples])


def mixed(pair: Tensor, second: Tensor) -> Tensor:
    """Their mean, weighed by their turns."""
    return torch.lerp(pair, second, sum(TURNS) / len(TURNS))
