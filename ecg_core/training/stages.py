"""How the networks of the released model are trained on, one run after the other."""

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from ecg_core.models.ensemble import DualBranchEnsemble
from ecg_core.models.layers import Network
from ecg_core.training.batches import Settings
from ecg_core.training.data import Records
from ecg_core.training.fit import train_rounds

__all__ = ["CHOSEN_ON", "STAGES", "Stage", "go_on", "run_stage", "settings_of"]

WITH_EARLIER, ALONE, TOLD = "pair.with_earlier", "second", "second_told"


@dataclass(frozen=True)
class Stage:
    """One run of training: whose it is, whose weights it begins with, and what is its own of `Settings`.

    Networks by their names in `ecg_core.models.ensemble.DualBranchEnsemble`; ``way`` as in `go_on`.
    """

    network: str
    begin_with: str
    epochs: int
    learning_rate: float
    seed: int
    nothing_share: float = 1 / 3
    filtered_share: float = 0.0
    turn_deg: float = 0.0
    slow_spread: float = 0.0
    way: float = 1.0


OTHERS: dict[str, float] = {"filtered_share": 0.5, "turn_deg": 8.0, "slow_spread": 0.08}
"""Half of the records as other recorders filter, and hearts that lie and beat otherwise."""
STAGES = (
    Stage(TOLD, TOLD, 50, 2e-3, 22),
    Stage(ALONE, TOLD, 68, 1.5e-3, 31),
    Stage(TOLD, TOLD, 46, 1.5e-3, 41),
    Stage(ALONE, ALONE, 56, 1.5e-3, 51, filtered_share=0.7, way=0.5),
    Stage(TOLD, TOLD, 56, 1.5e-3, 41, 0.1),
    Stage(TOLD, TOLD, 72, 1.5e-3, 61, 0.2, **OTHERS),
    Stage(WITH_EARLIER, WITH_EARLIER, 34, 1e-3, 71, 0.25, **OTHERS),
)
"""One after the other, the first from nothing. Who knows Lead I alone goes on from the first run of who is told;
at last it hears how other recorders filter, and goes half of the way there. Who is told, and the dual-branch network
that reads an earlier ECG, also hear hearts that lie and beat otherwise."""
CHOSEN_ON = {"LUDB": 50}
"""On how many records of which other data than fold 8 these runs were chosen: they no longer judge the model afresh."""


def settings_of(stage: Stage, settings: Settings) -> Settings:
    """How a stage is trained, where the rounds before are trained with ``settings``.

    One round with a rate that falls from the first epoch to the last, and more weight on the correlation. The spread of
    a second opinion is constant, so that there is nothing to learn of it.

    >>> alone = settings_of(STAGES[1], Settings())
    >>> alone.epochs, alone.earlier_epochs, alone.told, alone.seed
    (0, 68, False, 31)
    """
    return replace(
        settings,
        epochs=0, earlier_epochs=stage.epochs, earlier_learning_rate=stage.learning_rate, told=stage.network != ALONE,
        nothing_share=stage.nothing_share, filtered_share=stage.filtered_share, turn_deg=stage.turn_deg,
        slow_spread=stage.slow_spread, warm_up_epochs=1.0, decay_share=1.0, whole_share=0.1, weight_decay=0.03,
        correlation_weight=0.3, spread_weight=settings.spread_weight if stage.network == WITH_EARLIER else 0.0,
        seed=settings.seed + stage.seed,
    )  # fmt: skip


def run_stage(
    ensemble: DualBranchEnsemble, stage: Stage, train: Records, select: Records, *, settings: Settings, state_file: Path
) -> list[dict[str, float]]:
    """Train one of the networks of ``ensemble`` in place, from the weights that ``stage`` begins with; its history.

    ``settings`` are those of `settings_of`.
    """
    network = ensemble.get_submodule(stage.network)
    assert isinstance(network, Network)
    network.load_state_dict(ensemble.get_submodule(stage.begin_with).state_dict())
    return go_on(network, train, select, settings, state_file, way=stage.way)


def go_on(
    network: Network, train: Records, select: Records, settings: Settings, state_file: Path, *, way: float = 1.0
) -> list[dict[str, float]]:
    """Train ``network`` on with ``settings`` of `settings_of`, in place; return the history.

    The averaged weights of the last epoch are kept: as the rate falls to nothing there is nothing to choose. Less than
    the whole ``way`` there from the weights before keeps much of what either is good at (Wortsman et al. 2022). Raises
    `CheckpointRefused` where ``state_file`` is of another run.
    """
    torch.manual_seed(settings.seed)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    run = train_rounds(network, train, select, settings, state_file)
    network.load_state_dict(run.average.module.state_dict())
    network.cpu().eval()
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            value.copy_(torch.lerp(before[name], value, way))
    return run.history
