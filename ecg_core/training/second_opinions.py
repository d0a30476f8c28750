"""Training of the second opinions in the released model: TransUNets that are told whatever is known, or nothing."""

from dataclasses import replace
from pathlib import Path

import torch

from ecg_core.metadata import FEATURES
from ecg_core.models.ensemble import TRANS_UNET
from ecg_core.models.trans_unet import TransUNet
from ecg_core.training.batches import Settings
from ecg_core.training.data import Records
from ecg_core.training.fit import train_rounds

__all__ = ["AGAIN", "BEGIN_WITH", "fit_opinion", "settings_of"]

AGAIN = "_again"
BEGIN_WITH = {"second_told": None, "second": "second_told", "second_told" + AGAIN: "second_told"}
"""What is trained, in this order, and whose weights it begins with.

By their names in `ecg_core.models.ensemble.DualBranchEnsemble`; the one that is told is trained again once it has lent
its weights.
"""


def settings_of(name: str, settings: Settings) -> Settings:
    """How an opinion is trained, beside networks that are trained with ``settings``.

    One round with a rate that falls from the first epoch to the last, and more weight on the correlation.

    >>> second = settings_of("second", Settings())
    >>> second.epochs, second.earlier_epochs, second.told, second.seed
    (0, 68, False, 31)
    """
    epochs, rate, seed = {
        "second_told": (settings.second_told_epochs, 2e-3, 22),
        "second": (settings.second_epochs, 1.5e-3, 31),
        "second_told" + AGAIN: (settings.second_told_again_epochs, 1.5e-3, 41),
    }[name]
    return replace(
        settings,
        epochs=0, earlier_epochs=epochs, earlier_learning_rate=rate, told=name != "second",
        warm_up_epochs=1.0, decay_share=1.0, whole_share=0.1, weight_decay=0.03,
        correlation_weight=0.3, spread_weight=0.0, seed=settings.seed + seed,
    )  # fmt: skip


def fit_opinion(
    begin: TransUNet | None, train: Records, select: Records, settings: Settings, state_file: Path
) -> tuple[TransUNet, list[dict[str, float]]]:
    """Train one with ``settings`` of `settings_of`, from the weights of ``begin`` or from nothing.

    Returns it in evaluation mode, and its history. The averaged weights of the last epoch are kept: as the rate falls
    to nothing there is nothing to choose. Raises `CheckpointRefused` where ``state_file`` is of another run.
    """
    torch.manual_seed(settings.seed)
    network = TransUNet(features=len(FEATURES), **TRANS_UNET)
    if begin is not None:
        network.load_state_dict(begin.state_dict())
    run = train_rounds(network, train, select, settings, state_file)
    network.load_state_dict(run.average.module.state_dict())
    return network.cpu().eval(), run.history
