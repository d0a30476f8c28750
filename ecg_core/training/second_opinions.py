"""Training of the opinions beside the pair in the released model: two U-Nets and a TransUNet."""

from dataclasses import replace
from pathlib import Path

import torch

from ecg_core.metadata import FEATURES
from ecg_core.models.checkpoint import load_model
from ecg_core.models.ensemble import THIRD
from ecg_core.models.layers import Network
from ecg_core.models.trans_unet import TransUNet
from ecg_core.models.unet import UNet
from ecg_core.training.data import Records
from ecg_core.training.fit import Settings, train_rounds
from ecg_core.training.rivals import WITH_METADATA, take_weights

__all__ = ["BEGIN_WITH", "fit_opinion", "settings_of"]

BEGIN_WITH = {"second": "unet", "second_told": "unet-metadata", "third": None}
"""Each by its name in `ecg_core.models.ensemble.DualBranchEnsemble`, with the released model whose weights it takes;
the third begins with nothing."""


def settings_of(name: str, settings: Settings) -> Settings:
    """How an opinion is trained, beside networks that are trained with ``settings``.

    One round with a rate that falls from the first epoch to the last, and more weight on the correlation than the
    U-Nets had that two of them go on from.

    >>> told = settings_of("second_told", Settings())
    >>> told.epochs, told.earlier_epochs, told.seed
    (0, 20, 12)
    """
    own = replace(
        settings,
        epochs=0, earlier_epochs=0, earlier_learning_rate=2e-3, warm_up_epochs=0.5, decay_share=1.0, whole_share=0.0,
        correlation_weight=0.3, spread_weight=0.0,
    )  # fmt: skip
    if name == "second":
        return replace(own, epochs=settings.second_opinion_epochs, learning_rate=1.5e-3, seed=settings.seed + 11)
    if name == "second_told":
        return replace(own, earlier_epochs=settings.second_opinion_epochs, seed=settings.seed + 12)
    return replace(
        own,
        earlier_epochs=settings.third_opinion_epochs, warm_up_epochs=1.0, whole_share=0.1, weight_decay=0.03,
        seed=settings.seed + 22,
    )  # fmt: skip


def fit_opinion(
    name: str, train: Records, select: Records, settings: Settings, state_file: Path
) -> tuple[Network, list[dict[str, float]]]:
    """Train one of `BEGIN_WITH` with ``settings`` of `settings_of`; return it in evaluation mode, and its history.

    The averaged weights of the last epoch are kept: as the rate falls to nothing there is nothing to choose. Raises
    `DataMissing` where the model that it begins with has not been trained, `CheckpointRefused` where ``state_file`` is
    of another run.
    """
    torch.manual_seed(settings.seed)
    begin_with = BEGIN_WITH[name]
    network: Network
    if begin_with is None:
        network = TransUNet(features=len(FEATURES), **THIRD)
    else:
        told = begin_with.endswith(WITH_METADATA)
        network = UNet(features=len(FEATURES), metadata=told, earlier=told)
        take_weights(network, load_model(begin_with).network)
    run = train_rounds(network, train, select, settings, state_file)
    network.load_state_dict(run.average.module.state_dict())
    return network.cpu().eval(), run.history
