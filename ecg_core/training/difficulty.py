"""Teaches the released model how hard a record is, once its networks are trained."""

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor, nn
from tqdm import tqdm

from ecg_core.models.difficulty import FLOOR_MV, Difficulty
from ecg_core.models.ensemble import DualBranchEnsemble, mixed
from ecg_core.models.layers import Estimate
from ecg_core.training.batches import Batch, Settings, batches, tier_features
from ecg_core.training.data import Records
from ecg_core.training.fit import autocast

__all__ = ["fit_difficulty"]

EPOCHS = 20
BATCH = 256
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 0.02

Examples = tuple[Tensor, Tensor]
"""What a `Difficulty` reads of each record, and the logarithm of how many times the mean spread the error was, by lead.

The error of the TransUNet that is told whatever is known: of all networks it fits its training records least closely,
so that what it leaves is most like what will be left of others.
"""


def fit_difficulty(network: DualBranchEnsemble, train: Records, settings: Settings) -> None:
    """Fit both parts of ``network`` that are a `Difficulty`, in place; the others stay as they are.

    For one, every record is read told nothing; for the other in ``settings.difficulty_draws`` ways, each told more or
    less; where that leaves neither axes nor an earlier ECG it is left out.
    """
    network.eval()
    features = tier_features(train, "all")
    own = replace(settings, epochs=0, noise_share=0.0, gain_spread=0.0, nothing_share=0.0)  # as recorded
    for difficulty, told, draws in (
        (network.difficulty, False, 1), (network.difficulty_told, True, settings.difficulty_draws),
    ):  # fmt: skip
        examples: list[Examples] = []
        for draw in range(draws):
            drawn = batches(train, features, replace(own, told=told), draw, whole=True)
            for batch in tqdm(drawn, total=len(train) // settings.batch, desc=f"draw {draw + 1}"):
                with autocast(batch[0].device):
                    examples += _examples(network, batch, difficulty, told=told)
        read, target = (torch.cat(parts) for parts in zip(*examples, strict=True))
        _learn(difficulty, read, target, settings.seed)


@torch.inference_mode()
def _examples(network: DualBranchEnsemble, batch: Batch, difficulty: Difficulty, *, told: bool) -> Iterator[Examples]:
    """Of the rows of which axes or an earlier ECG are known, or of which they are not."""
    heard, leads, known, earlier = batch
    asked = network.has_told(earlier, known) == told
    is_given = earlier[:, -1].amax(dim=1) > 0
    for rows in (asked & ~is_given, asked & is_given):
        if not rows.any():
            continue
        still = network.pair(heard[rows], known[rows], earlier[rows])
        loosest = network.second_told(heard[rows], known[rows], earlier[rows])
        second, bottom = network.second_opinion(heard[rows], earlier[rows], known[rows], told=told)
        estimate = Estimate(mixed(still.mean, second), still.sd)
        error = (leads[rows, 1:] - loosest.mean).square().mean(dim=2).sqrt()
        times = (error + FLOOR_MV).log() - (still.sd.mean(dim=2) + FLOOR_MV).log()
        yield difficulty.read(estimate, bottom), times


def _learn(difficulty: Difficulty, read: Tensor, target: Tensor, seed: int) -> None:
    """Robust regression of ``target (record, 7)`` on ``read (record, number)``."""
    torch.manual_seed(seed)
    read, target = read.clone(), target.clone()  # made for inference, now to be learnt from
    difficulty.set_scale(read)
    with torch.no_grad():
        difficulty.head.bias.copy_(target.mean(dim=0))
    optimiser = torch.optim.AdamW(difficulty.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    batch = min(BATCH, len(read))
    steps = len(read) // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=EPOCHS * steps)
    difficulty.train()
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(read))[: steps * batch].split(batch):
            loss = nn.functional.smooth_l1_loss(difficulty.factor(read[rows]), target[rows])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
    difficulty.eval()
