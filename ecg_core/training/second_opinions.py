"""Training of the two U-Nets of the released model, which go on from those that it is compared with."""

from dataclasses import replace
from pathlib import Path

import torch

from ecg_core.metadata import FEATURES
from ecg_core.models.checkpoint import load_model
from ecg_core.models.unet import UNet
from ecg_core.training.data import Records
from ecg_core.training.fit import Settings, train_rounds
from ecg_core.training.rivals import take_weights

__all__ = ["BEGIN_WITH", "fit_second_opinion", "settings_of"]

BEGIN_WITH = {"second": "unet", "second_told": "unet-metadata"}
"""Each by its name in `ecg_core.models.ensemble.DualBranchEnsemble`, with the released model whose weights it takes."""


def settings_of(name: str, settings: Settings) -> Settings:
    """How a second opinion is trained, beside networks that are trained with ``settings``.

    One round on crops alone, with a rate that falls from the first epoch to the last, and more weight on the
    correlation than the U-Nets had that it goes on from.

    >>> told = settings_of("second_told", Settings())
    >>> told.epochs, told.earlier_epochs, told.seed
    (0, 20, 12)
    """
    own = replace(
        settings,
        epochs=0, earlier_epochs=0, warm_up_epochs=0.5, decay_share=1.0, whole_share=0.0,
        correlation_weight=0.3, spread_weight=0.0,
    )  # fmt: skip
    if name == "second":
        return replace(own, epochs=settings.second_opinion_epochs, learning_rate=1.5e-3, seed=settings.seed + 11)
    return replace(
        own, earlier_epochs=settings.second_opinion_epochs, earlier_learning_rate=2e-3, seed=settings.seed + 12
    )


def fit_second_opinion(
    name: str, train: Records, select: Records, settings: Settings, state_file: Path
) -> tuple[UNet, list[dict[str, float]]]:
    """Train one of `BEGIN_WITH` with ``settings`` of `settings_of`; return it in evaluation mode, and its history.

    Raises `DataMissing` where the model that it begins with has not been trained, `CheckpointRefused` where
    ``state_file`` is of another run.
    """
    torch.manual_seed(settings.seed)
    told = name == "second_told"
    network = UNet(features=len(FEATURES), metadata=told, earlier=told)
    take_weights(network, load_model(BEGIN_WITH[name]).network)
    run = train_rounds(network, train, select, settings, state_file)
    network.load_state_dict(run.best_weights)
    return network.cpu().eval(), run.history
