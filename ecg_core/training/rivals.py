"""Training of the rivals, on the folds of the main network: folds 1-7 train, fold 8 says when to stop."""

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from ecg_core.errors import CheckpointRefused
from ecg_core.metadata import FEATURES
from ecg_core.models.checkpoint import load_model
from ecg_core.models.linear import Linear
from ecg_core.models.mean_beat import MeanBeat
from ecg_core.models.nakanishi import SAMPLES, Nakanishi
from ecg_core.models.unet import UNet
from ecg_core.records import Preparation
from ecg_core.training.batches import tier_features
from ecg_core.training.closed_form import AT_ONCE, fit_linear, fit_mean_beat
from ecg_core.training.data import Records, load_folds
from ecg_core.training.fit import SMOOTH_BETA, autocast, eleven, estimate, mean_r, write_state
from ecg_core.vocabulary import FloatArray, IntArray

__all__ = [
    "RIVALS",
    "RivalSettings",
    "arguments_for",
    "network_for",
    "preparation_for",
    "settings_for",
    "tier_for",
    "train_rival",
]

RIVALS = ("linear", "mean-beat", "unet", "unet-metadata", "nakanishi", "nakanishi-metadata")
"""Names of the rivals; ``-metadata`` are told the paper's five."""
Rival = Linear | MeanBeat | UNet | Nakanishi
NETWORKS: dict[str, type[Rival]] = {"linear": Linear, "mean-beat": MeanBeat, "unet": UNet, "nakanishi": Nakanishi}
WITH_METADATA = "-metadata"
TRAIN_FOLDS, SELECT_FOLD = range(1, 8), 8


@dataclass(frozen=True)
class RivalSettings:
    """How a rival is trained; kept in its card. Patience in epochs; without decay, AdamW is Adam.

    ``begin_with`` names a released model from whose weights the training goes on, as far as both have them.
    """

    epochs: int = 150
    batch: int = 64
    learning_rate: float = 2e-3
    patience: int = 5
    seed: int = 0
    crop_samples: int = SAMPLES
    weight_decay: float = 0.0
    cosine: bool = False
    begin_with: str = ""


def settings_for(name: str) -> RivalSettings:
    """The settings of a rival that is trained in steps.

    >>> settings_for("nakanishi").batch
    128
    """
    if name.startswith("nakanishi"):
        begin_with = "nakanishi" if name.endswith(WITH_METADATA) else ""
        return RivalSettings(epochs=150, batch=128, learning_rate=1e-3, begin_with=begin_with)
    return RivalSettings(epochs=20, weight_decay=0.02, cosine=True)


def arguments_for(name: str, features: int) -> dict[str, Any]:
    """What a rival's class is built with, for its card.

    >>> arguments_for("unet-metadata", 17)
    {'features': 17, 'metadata': True}
    """
    arguments: dict[str, Any] = {"features": features}
    if name.startswith(("unet", "nakanishi")):
        arguments["metadata"] = name.endswith(WITH_METADATA)
    return arguments


def network_for(name: str, features: int) -> Rival:
    """The rival of this name, one of `RIVALS`, untrained, for metadata vectors of so many ``features``.

    >>> type(network_for("nakanishi-metadata", len(FEATURES))).__name__
    'Nakanishi'
    """
    return NETWORKS[name.removesuffix(WITH_METADATA)](**arguments_for(name, features))


def preparation_for(name: str) -> Preparation:
    """How a rival's input is prepared: the paper's network reads windows of 512 samples, the others those of the rest.

    For use and for the card. Records for training and scoring are prepared in one way for all; two windows of 512 that
    overlap by 24 samples are exactly one of them.

    >>> preparation_for("nakanishi").window_seconds
    5.12
    """
    if name.startswith("nakanishi"):
        return Preparation(window_seconds=5.12, overlap_seconds=0.24)
    return Preparation()


def tier_for(name: str) -> str:
    """The metadata tier in which a rival is trained, calibrated and scored.

    >>> tier_for("unet"), tier_for("unet-metadata")
    ('none', 'paper')
    """
    return "paper" if name.endswith(WITH_METADATA) else "none"


def windows(records: Records, length: int) -> tuple[Records, ...]:
    """The records' first ``length`` samples and, where they are longer, their last; R peaks are not moved along."""
    samples = records.signals.shape[2]
    parts = [slice(0, length), slice(samples - length, samples)] if samples > length else [slice(0, samples)]
    return tuple(
        Records(records.signals[..., part], records.waves[:, part], records.peaks, records.table) for part in parts
    )


def crops(records: Records, features: FloatArray, settings: RivalSettings, epoch: int) -> Iterator[tuple[Tensor, ...]]:
    """One epoch of ``leads (row, 8, crop)`` in mV and ``features (row, feature)``, shuffled by the epoch's seed.

    Every record is cut at a place of its own.
    """
    random = np.random.default_rng([settings.seed, epoch])
    order = random.permutation(len(records))
    samples = records.signals.shape[2]
    length = min(settings.crop_samples, samples)
    for first in range(0, max(len(order) - settings.batch + 1, 1), settings.batch):
        rows: IntArray = order[first : first + settings.batch]
        starts = random.integers(0, samples - length + 1, len(rows))
        leads = records.leads(rows)[np.arange(len(rows))[:, None], :, starts[:, None] + np.arange(length)]
        yield torch.from_numpy(leads.transpose(0, 2, 1).copy()), torch.from_numpy(features[rows])


def objective(network: nn.Module, leads: Tensor, features: Tensor) -> Tensor:
    """What is made small: ``leads (row, 8, sample)`` in mV as in `ecg_core.training.data.STORED`.

    The paper's network: mean squared error of its own eleven outputs in µV². The others: smooth L1 in mV of the seven
    predicted and four derived leads.
    """
    lead_i = leads[:, 0]
    true = eleven(lead_i, leads[:, 1:])
    if isinstance(network, Nakanishi):
        return nn.functional.mse_loss(1000 * network.eleven(lead_i, features), 1000 * true)
    estimated = eleven(lead_i, network(lead_i, features).mean)
    return nn.functional.smooth_l1_loss(estimated, true, beta=SMOOTH_BETA)


@torch.inference_mode()
def validate(network: nn.Module, select: Records, features: FloatArray, length: int) -> dict[str, float]:
    """Loss and mean correlation of eleven leads, over windows of ``length`` samples of the held-out records."""
    network.eval()
    device = next(network.parameters()).device
    loss, r = [], []
    for part in windows(select, length):
        for first in range(0, len(part), AT_ONCE):
            rows = slice(first, first + AT_ONCE)
            leads, known = torch.from_numpy(part.leads(rows)), torch.from_numpy(features[rows])
            loss.append((float(objective(network, leads.to(device), known.to(device))), len(leads)))
        r.append(float(mean_r(estimate(network, part, features), part).mean()))
    values, weights = zip(*loss, strict=True)
    return {"validation_loss": float(np.average(values, weights=weights)), "r": float(np.mean(r))}


def is_finished(history: list[dict[str, float]], settings: RivalSettings) -> bool:
    """Whether all epochs are done, or the last ``patience`` of them did not improve on the best before them.

    >>> losses = [{"validation_loss": loss} for loss in (3.0, 2.0, 2.5, 2.4)]
    >>> is_finished(losses, RivalSettings(patience=3)), is_finished(losses, RivalSettings(patience=2))
    (False, True)
    """
    losses = [epoch["validation_loss"] for epoch in history]
    waited = len(losses) - 1 - int(np.argmin(losses)) if losses else 0
    return len(losses) >= settings.epochs or waited >= settings.patience


@torch.no_grad()
def take_weights(network: nn.Module, other: nn.Module) -> None:
    """Give ``network`` the weights of ``other``; where its own are wider it keeps those beyond."""
    own = network.state_dict()
    for name, weight in other.state_dict().items():
        own[name][tuple(slice(size) for size in weight.shape)] = weight


@dataclass
class RivalRun:
    """A rival between two epochs: all that is needed to go on."""

    name: str
    settings: RivalSettings
    network: Rival
    optimiser: torch.optim.AdamW
    history: list[dict[str, float]] = field(default_factory=list)
    best_weights: dict[str, Tensor] = field(default_factory=dict)

    @classmethod
    def start(cls, name: str, settings: RivalSettings) -> "RivalRun":
        """A run before its first epoch."""
        torch.manual_seed(settings.seed)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        network = network_for(name, len(FEATURES))
        if settings.begin_with:
            take_weights(network, load_model(settings.begin_with).network)
        network.to(device)
        learnt = [parameter for parameter in network.parameters() if parameter.requires_grad]
        optimiser = torch.optim.AdamW(learnt, settings.learning_rate, weight_decay=settings.weight_decay, eps=1e-7)
        return cls(name, settings, network, optimiser)

    def save(self, path: Path) -> None:
        """Write all of it."""
        state = {
            "name": self.name,
            "settings": asdict(self.settings),
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "history": self.history,
            "best_weights": self.best_weights,
        }
        write_state(state, path)

    def go_on_from(self, path: Path) -> None:
        """Load what `save` wrote; raise `CheckpointRefused` where it is of another rival or of other settings."""
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
        if (state["name"], state["settings"]) != (self.name, asdict(self.settings)):
            raise CheckpointRefused(
                f"Found {path.name} of a run of {state['name']} or with other settings; expected {self.name} with the "
                "same ones: move it away to start anew."
            )
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.history, self.best_weights = state["history"], state["best_weights"]


def fit_rival(
    name: str, train: Records, select: Records, settings: RivalSettings, state_file: Path
) -> tuple[Rival, list[dict[str, float]]]:
    """Train until the loss on ``select`` has not improved for ``patience`` epochs; return the best network, history.

    After every epoch everything needed to go on is written to ``state_file``; a second call goes on from there.
    """
    run = RivalRun.start(name, settings)
    if state_file.is_file():
        run.go_on_from(state_file)
    known, known_select = (tier_features(records, tier_for(name)) for records in (train, select))
    preparation = preparation_for(name)
    length = round(preparation.window_seconds * preparation.sampling_rate)
    while not is_finished(run.history, settings):
        epoch = len(run.history)
        torch.manual_seed(settings.seed + epoch)
        report = _train_epoch(run, train, known, epoch) | validate(run.network, select, known_select, length)
        if report["validation_loss"] < min((done["validation_loss"] for done in run.history), default=math.inf):
            run.best_weights = {key: value.cpu().clone() for key, value in run.network.state_dict().items()}
        run.history.append(report)
        print(json.dumps(report), flush=True)
        run.save(state_file)
    run.network.load_state_dict(run.best_weights)
    return run.network.cpu().eval(), run.history


def _train_epoch(run: RivalRun, train: Records, features: FloatArray, epoch: int) -> dict[str, float]:
    """One pass over the training records; its mean loss and its speed."""
    settings, device = run.settings, next(run.network.parameters()).device
    run.network.train()
    steps = max(len(train) // settings.batch, 1)
    total, started = 0.0, monotonic()
    drawn = crops(train, features, settings, epoch)
    for step, (leads, known) in enumerate(tqdm(drawn, total=steps, desc=f"epoch {epoch + 1}", mininterval=5)):
        for group in run.optimiser.param_groups:
            group["lr"] = rate_at(epoch + step / steps, settings)
        with autocast(device):
            loss = objective(run.network, leads.to(device), known.to(device))
        run.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        run.optimiser.step()
        total += loss.item()
    speed = min(steps * settings.batch, len(train)) / (monotonic() - started)
    return {"epoch": epoch + 1, "loss": total / steps, "records_per_s": speed}


def rate_at(progress: float, settings: RivalSettings) -> float:
    """Learning rate after ``progress`` epochs: constant, or a cosine that falls to a hundredth at the last epoch.

    >>> rate_at(10, RivalSettings(epochs=20, learning_rate=1.0, cosine=True))
    0.505
    """
    if not settings.cosine:
        return settings.learning_rate
    return settings.learning_rate * (0.01 + 0.99 * (1 + math.cos(math.pi * progress / settings.epochs)) / 2)


def train_rival(
    name: str, data: Path, out: Path, *, settings: RivalSettings | None = None
) -> tuple[Rival, list[dict[str, float]]]:
    """Train the rival ``name`` on folds 1-7 of PTB-XL below ``data``; return it in evaluation mode, and its history.

    Fold 8 says when to stop; linear regression and the mean beat are found at once and have a history of one line. The
    state of an unfinished run is kept in ``out/training.pt``.
    """
    train, select = (load_folds(data, folds, Preparation()) for folds in (TRAIN_FOLDS, [SELECT_FOLD]))
    if name not in ("linear", "mean-beat"):
        return fit_rival(name, train, select, settings or settings_for(name), out / "training.pt")
    network: Rival = fit_linear(train) if name == "linear" else fit_mean_beat(train)
    scores = validate(network, select, tier_features(select, "none"), select.signals.shape[2])
    return network, [{"epoch": 1, **scores}]
