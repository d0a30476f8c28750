"""Training of the second opinions in the released model: TransUNets that are told whatever is known, or nothing."""

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from ecg_core.metadata import FEATURES
from ecg_core.models.ensemble import TRANS_UNET
from ecg_core.models.trans_unet import TransUNet
from ecg_core.training.batches import Settings
from ecg_core.training.data import Records
from ecg_core.training.fit import train_rounds

__all__ = ["STAGES", "Stage", "fit_opinion", "settings_of"]

TOLD, ALONE = "second_told", "second"


@dataclass(frozen=True)
class Stage:
    """One run of training: whose it is, whose weights it begins with, and what is its own of `Settings`.

    Opinions by their names in `ecg_core.models.ensemble.DualBranchEnsemble`; ``way`` as in `fit_opinion`.
    """

    opinion: str
    begin_with: str | None
    epochs: int
    learning_rate: float
    seed: int
    nothing_share: float = 1 / 3
    filtered_share: float = 0.0
    way: float = 1.0


STAGES = (
    Stage(TOLD, None, 50, 2e-3, 22),
    Stage(ALONE, TOLD, 68, 1.5e-3, 31),
    Stage(TOLD, TOLD, 46, 1.5e-3, 41),
    Stage(ALONE, ALONE, 56, 1.5e-3, 51, filtered_share=0.7, way=0.5),
    Stage(TOLD, TOLD, 56, 1.5e-3, 41, nothing_share=0.1),
)
"""One after the other: the one that knows Lead I alone goes on from the first of the one that is told; at last it hears
how other recorders filter, and goes half of the way there; the one that is told is told more often, as it is asked only
where something is known."""


def settings_of(stage: Stage, settings: Settings) -> Settings:
    """How an opinion is trained, beside networks that are trained with ``settings``.

    One round with a rate that falls from the first epoch to the last, and more weight on the correlation.

    >>> alone = settings_of(STAGES[1], Settings())
    >>> alone.epochs, alone.earlier_epochs, alone.told, alone.seed
    (0, 68, False, 31)
    """
    return replace(
        settings,
        epochs=0, earlier_epochs=stage.epochs, earlier_learning_rate=stage.learning_rate, told=stage.opinion == TOLD,
        nothing_share=stage.nothing_share, filtered_share=stage.filtered_share,
        warm_up_epochs=1.0, decay_share=1.0, whole_share=0.1, weight_decay=0.03,
        correlation_weight=0.3, spread_weight=0.0, seed=settings.seed + stage.seed,
    )  # fmt: skip


def fit_opinion(
    begin: TransUNet | None,
    train: Records,
    select: Records,
    settings: Settings,
    state_file: Path,
    *,
    way: float = 1.0,
) -> tuple[TransUNet, list[dict[str, float]]]:
    """Train one with ``settings`` of `settings_of`, from the weights of ``begin`` or from nothing.

    Returns it in evaluation mode, and its history. The averaged weights of the last epoch are kept: as the rate falls
    to nothing there is nothing to choose. Less than the whole ``way`` there from the weights of ``begin`` keeps much of
    what either is good at (Wortsman et al. 2022). Raises `CheckpointRefused` where ``state_file`` is of another run.
    """
    torch.manual_seed(settings.seed)
    network = TransUNet(features=len(FEATURES), **TRANS_UNET)
    if begin is not None:
        network.load_state_dict(begin.state_dict())
    run = train_rounds(network, train, select, settings, state_file)
    network.load_state_dict(run.average.module.state_dict())
    network.cpu().eval()
    if begin is not None:
        first = begin.state_dict()
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                value.copy_(torch.lerp(first[name], value, way))
    return network, run.history
