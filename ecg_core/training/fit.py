"""The training loop of the dual-branch network: folds 1-7 train, fold 8 selects."""

import json
import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from ecg_core.errors import CheckpointRefused
from ecg_core.limb_leads import DERIVATION
from ecg_core.metadata import FEATURES
from ecg_core.metrics import pearson_r
from ecg_core.models.dual_branch import DualBranch
from ecg_core.models.layers import Estimate, Network
from ecg_core.models.pair import DualBranchPair
from ecg_core.training.batches import Settings, batches, tier_features
from ecg_core.training.data import Records
from ecg_core.training.earlier import with_earlier
from ecg_core.vocabulary import FloatArray

__all__ = ["estimate", "fit", "mean_r", "train_rounds", "write_state"]

SMOOTH_BETA = 0.1
"""mV; below it the error counts squared, above it linearly."""


def build(settings: Settings) -> DualBranch:
    """The network of these settings, untrained."""
    return DualBranch(features=len(FEATURES), channels=settings.channels, lstm=settings.lstm, decoder=settings.decoder)


def eleven(lead_i: Tensor, predicted: Tensor) -> Tensor:
    """The predicted and the derived leads: ``(row, sample)``, ``(row, 7, sample)`` → ``(row, 11, sample)``."""
    derived = [of_i * lead_i + of_ii * predicted[:, 0] for of_i, of_ii in DERIVATION.values()]
    return torch.cat([predicted, torch.stack(derived, dim=1)], dim=1)


def loss_of(
    estimate: Estimate, lead_i: Tensor, truth: Tensor, correlation_weight: float, spread_weight: float
) -> tuple[Tensor, Tensor]:
    """The loss, and the mean correlation over eleven leads; ``truth (row, 7, sample)`` in mV.

    Smooth L1 in mV over the eleven estimated leads, one minus their record-wise correlation, and the Gaussian
    likelihood of the spread with the mean held fixed, so that learning the doubt never trades the mean away.
    """
    mean, sd = estimate
    estimated, true = eleven(lead_i, mean), eleven(lead_i, truth)
    point = nn.functional.smooth_l1_loss(estimated, true, beta=SMOOTH_BETA)
    x, y = estimated - estimated.mean(-1, keepdim=True), true - true.mean(-1, keepdim=True)
    r = ((x * y).sum(-1) / ((x**2).sum(-1) * (y**2).sum(-1) + 1e-6).sqrt()).mean()
    spread = (torch.log(sd) + (mean.detach() - truth) ** 2 / (2 * sd**2)).mean()
    return point + correlation_weight * (1 - r) + spread_weight * spread, r


def round_of(progress: float, settings: Settings) -> tuple[float, int, float]:
    """Epochs done in the round that holds ``progress``, the round's length, and its learning rate."""
    if progress < settings.epochs:
        return progress, settings.epochs, settings.learning_rate
    return progress - settings.epochs, settings.earlier_epochs, settings.earlier_learning_rate


def rate_at(progress: float, settings: Settings) -> float:
    """Learning rate after ``progress`` epochs: in each round it warms up, stays, and falls over ``decay_share``."""
    done, epochs, highest = round_of(progress, settings)
    decay_epochs = settings.decay_share * epochs
    decayed = max(0.0, (done - epochs + decay_epochs) / decay_epochs)
    warm = min(1.0, done / settings.warm_up_epochs)
    return highest * warm * (0.01 + 0.99 * (1 + math.cos(math.pi * min(decayed, 1.0))) / 2)


def autocast(device: torch.device) -> AbstractContextManager[None]:
    """bfloat16 where the machine computes in it (AVX-512 BF16 or AMX on a CPU, or a GPU), else plain float32."""
    capable = device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
    return torch.autocast(device.type, torch.bfloat16, enabled=capable)


@torch.inference_mode()
def estimate(
    network: nn.Module,
    records: Records,
    features: FloatArray,
    *,
    earlier: FloatArray | None = None,
    batch: int = 128,
) -> FloatArray:
    """The seven leads without dropout for every record, ``(record, 7, sample)`` in mV."""
    network.eval()
    device = next(network.parameters()).device
    parts = []
    for first in range(0, len(records), batch):
        rows = slice(first, first + batch)
        lead_i = torch.from_numpy(records.leads(rows)[:, 0]).to(device)
        told = [torch.from_numpy(features[rows]).to(device)]
        if earlier is not None:
            told.append(torch.from_numpy(earlier[rows]).to(device))
        with autocast(device):
            mean, _ = network(lead_i, *told)
        parts.append(mean.cpu().numpy())
    return np.concatenate(parts)


def mean_r(predicted: FloatArray, records: Records) -> FloatArray:
    """Record-wise Pearson r of the eleven estimated leads, ``(record, 11)``: II, V1-V6, III, aVR, aVL, aVF."""
    truth = records.leads(slice(None))
    lead_i = torch.from_numpy(truth[:, 0])
    estimated = eleven(lead_i, torch.from_numpy(predicted)).numpy()
    return pearson_r(estimated, eleven(lead_i, torch.from_numpy(truth[:, 1:])).numpy())


def _optimiser(network: nn.Module, settings: Settings) -> torch.optim.AdamW:
    return torch.optim.AdamW(network.parameters(), lr=0.0, weight_decay=settings.weight_decay)


def write_state(state: dict[str, Any], path: Path) -> None:
    """Write beside, then move into place, so that an interrupted write loses nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".writing")
    torch.save(state, beside)
    beside.replace(path)


@dataclass
class Run:
    """A training run between two epochs: all that is needed to go on."""

    settings: Settings
    network: Network
    average: AveragedModel
    optimiser: torch.optim.AdamW
    history: list[dict[str, float]]
    best_score: float
    best_weights: dict[str, Tensor]
    first_round: dict[str, Tensor]

    @classmethod
    def start(cls, network: Network, settings: Settings) -> "Run":
        """A run before its first epoch, on a GPU where there is one."""
        network = network.to("cuda" if torch.cuda.is_available() else "cpu")
        average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(settings.average_decay), use_buffers=True)
        return cls(settings, network, average, _optimiser(network, settings), [], -1.0, {}, {})

    def begin_second_round(self) -> None:
        """Go on from the best weights so far, with nothing remembered of the first round's steps."""
        self.first_round, self.best_score = self.best_weights, -1.0
        self.network.load_state_dict(self.best_weights)
        self.average.module.load_state_dict(self.best_weights)
        self.optimiser = _optimiser(self.network, self.settings)

    def save(self, path: Path) -> None:
        """Write all of it."""
        state = {
            "settings": asdict(self.settings),
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "history": self.history,
            "best": {"score": self.best_score, "weights": self.best_weights},
            "first_round": self.first_round,
        }
        write_state(state, path)

    def go_on_from(self, path: Path) -> None:
        """Load what `save` wrote; raise `CheckpointRefused` where it is of a network of another size."""
        state = torch.load(path, weights_only=True, map_location="cpu")
        shape = ("channels", "lstm", "decoder", "seed")
        if any(state["settings"][name] != getattr(self.settings, name) for name in shape):
            raise CheckpointRefused(
                f"Found {path.name} of a run with other settings; expected the same size and seed: move it away "
                "to start anew."
            )
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.history = state["history"]
        self.best_score, self.best_weights = state["best"]["score"], state["best"]["weights"]
        self.first_round = state["first_round"]


def train_rounds(network: Network, train: Records, select: Records, settings: Settings, state_file: Path) -> Run:
    """Train ``network`` until the last epoch; the run holds the averaged weights that were best in each round.

    After every epoch everything needed to go on is written to ``state_file``; a second call goes on from there. Raises
    `CheckpointRefused` where that file is of a network of another size.
    """
    run = Run.start(network, settings)
    if state_file.is_file():
        run.go_on_from(state_file)
    features = tier_features(train, "all")
    score = _scores_on(select, told=settings.told)
    for epoch in range(len(run.history), settings.epochs + settings.earlier_epochs):
        if epoch == settings.epochs > 0:
            run.begin_second_round()
        torch.manual_seed(settings.seed + epoch)
        report = _train_epoch(run, train, features, epoch) | score(run.average.module)
        run.history.append(report)
        print(json.dumps(report), flush=True)
        achieved = selection_score(report, second=epoch >= settings.epochs)
        if achieved > run.best_score:
            run.best_score = achieved
            run.best_weights = {name: value.cpu().clone() for name, value in run.average.module.state_dict().items()}
        run.save(state_file)
    return run


def fit(
    train: Records, select: Records, settings: Settings, state_file: Path
) -> tuple[DualBranchPair, list[dict[str, float]]]:
    """Train the pair of dual-branch networks as `train_rounds` does; return it, and the history.

    The first is of the first round, for when there is no earlier ECG, the second of the second, for when there is one.
    """
    torch.manual_seed(settings.seed)
    run = train_rounds(build(settings), train, select, settings, state_file)
    pair = DualBranchPair(
        features=len(FEATURES), channels=settings.channels, lstm=settings.lstm, decoder=settings.decoder
    )
    pair.alone.load_state_dict(run.first_round or run.best_weights)
    pair.with_earlier.load_state_dict(run.best_weights)
    return pair.eval(), run.history


def _scores_on(select: Records, *, told: bool) -> Callable[[nn.Module], dict[str, float]]:
    """What scores a network on ``select``: told nothing, and unless that is all it is ever told, two states more.

    The paper's metadata, and an earlier ECG where there is one.
    """
    nothing = tier_features(select, "none")

    def score_alone(network: nn.Module) -> dict[str, float]:
        return {"r_none": float(mean_r(estimate(network, select, nothing), select).mean())}

    if not told:
        return score_alone
    paper = tier_features(select, "paper")
    again, earlier = with_earlier(select)
    told_again = tier_features(again, "none")

    def score(network: nn.Module) -> dict[str, float]:
        r_paper = mean_r(estimate(network, select, paper), select)
        r_earlier = mean_r(estimate(network, again, told_again, earlier=earlier), again)
        return score_alone(network) | {"r_paper": float(r_paper.mean()), "r_earlier": float(r_earlier.mean())}

    return score


def selection_score(report: Mapping[str, float], *, second: bool) -> float:
    """By what the epochs of a round are compared: the mean correlation in what its network will be told."""
    if "r_paper" not in report:
        return report["r_none"]
    return report["r_earlier"] if second else (report["r_none"] + report["r_paper"]) / 2


def _train_epoch(run: Run, train: Records, features: FloatArray, epoch: int) -> dict[str, float]:
    """One pass over the training records; its mean loss and correlation, and its speed."""
    settings, device = run.settings, next(run.network.parameters()).device
    run.network.train()
    steps = len(train) // settings.batch
    done, epochs, _ = round_of(epoch, settings)
    whole = done >= epochs * (1 - settings.whole_share)
    weight = settings.whole_correlation_weight if whole else settings.correlation_weight
    total_loss = total_r = 0.0
    started = monotonic()
    drawn = batches(train, features, settings, epoch, whole=whole)
    with tqdm(drawn, total=steps, desc=f"epoch {epoch + 1}", mininterval=5) as bar:
        for step, batch in enumerate(bar):
            heard, leads, known, earlier = (part.to(device) for part in batch)
            for group in run.optimiser.param_groups:
                group["lr"] = rate_at(epoch + step / steps, settings)
            with autocast(device):
                estimated = run.network(heard, known, earlier)
            loss, r = loss_of(estimated, leads[:, 0], leads[:, 1:], weight, settings.spread_weight)
            run.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(run.network.parameters(), 1.0)
            run.optimiser.step()
            run.average.update_parameters(run.network)
            total_loss, total_r = total_loss + loss.item(), total_r + r.item()
            done, speed = step + 1, (step + 1) * settings.batch / (monotonic() - started)
            bar.set_postfix(loss=f"{total_loss / done:.4f}", r=f"{total_r / done:.3f}", records_s=round(speed))
    return {
        "epoch": epoch + 1,
        "loss": total_loss / steps,
        "r_train": total_r / steps,
        "records_per_s": steps * settings.batch / (monotonic() - started),
    }
