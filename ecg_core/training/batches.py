"""What a network is trained with: the settings, and batches of augmented records that are told more or less."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ecg_core.metadata import FEATURES, FIELDS, encode
from ecg_core.models.layers import EARLIER_CHANNELS
from ecg_core.signals.beats import earlier_input
from ecg_core.training.augment import filtered, noisy, slowed, slowed_metadata, turned_metadata, turning
from ecg_core.training.data import Records, metadata_of
from ecg_core.training.earlier import RATE, draw_earlier_beat, earlier_axes, other_records
from ecg_core.vocabulary import FloatArray, IntArray

__all__ = ["Batch", "Settings", "batches", "drop_fields", "tier_features"]

MOST_SLOWED = 0.3
"""How far a heart is slowed or hastened at most, as the logarithm of the time that it takes."""


@dataclass(frozen=True)
class Settings:
    """How a network is trained; kept in its card.

    Two rounds, each with a learning rate that falls at its end: ``epochs`` without an earlier ECG, then
    ``earlier_epochs`` in which the network learns to read one as well. The last ``whole_share`` of each round sees
    whole windows in place of crops of ``crop_samples``, and weighs the record-wise correlation more
    (``whole_correlation_weight``). Without ``told`` it is told nothing in either. Of the records
    ``nothing_share`` are told nothing at a time, ``filtered_share`` are filtered; their hearts are turned and slowed
    by as much as ``turn_deg`` and ``slow_spread`` (of the logarithm) say, both standard deviations, where they are not
    zero (`ecg_core.training.augment`). What follows has settings of its own (`ecg_core.training.stages`).
    """

    channels: int = 128
    lstm: int = 128
    decoder: int = 96
    epochs: int = 45
    earlier_epochs: int = 11
    told: bool = True
    nothing_share: float = 1 / 3
    difficulty_draws: int = 3
    batch: int = 64
    learning_rate: float = 2e-3
    earlier_learning_rate: float = 1e-3
    weight_decay: float = 0.02
    warm_up_epochs: float = 1.0
    decay_share: float = 0.4
    whole_share: float = 0.2
    crop_samples: int = 512
    average_decay: float = 0.998
    correlation_weight: float = 0.1
    whole_correlation_weight: float = 0.3
    spread_weight: float = 0.02
    gain_spread: float = 0.15
    noise_share: float = 0.3
    noise_mv: float = 0.02
    filtered_share: float = 0.0
    turn_deg: float = 0.0
    slow_spread: float = 0.0
    seed: int = 0


def tier_features(records: Records, tier: str) -> FloatArray:
    """Encoded metadata of every record in a metadata tier, ``(record, feature)``."""
    return np.stack([encode(metadata_of(row, tier)) for _, row in records.table.iterrows()])


def _columns_of_fields() -> list[list[int]]:
    """For each field the elements of the feature vector that tell it."""
    stems = [name.removesuffix("_deg") for name in FIELDS]
    return [[i for i, feature in enumerate(FEATURES) if feature.startswith(stem)] for stem in stems]


def drop_fields(features: FloatArray, random: np.random.Generator, nothing_share: float = 1 / 3) -> FloatArray:
    """Forget metadata at random, so that one network learns to serve any subset.

    ``nothing_share`` of the records keep nothing, half of the others each field by the toss of a coin, half everything.
    ``features (record, feature)``.
    """
    count = len(features)
    kept = random.random((count, len(FIELDS))) < 0.5
    fate = random.random(count)
    kept[fate < nothing_share] = False
    kept[fate >= (1 + nothing_share) / 2] = True
    mask = np.ones_like(features)
    for field, columns in enumerate(_columns_of_fields()):
        mask[:, columns] = kept[:, [field]]
    return features * mask


Batch = tuple[Tensor, Tensor, Tensor, Tensor]
"""``lead_i (row, sample)`` as the network reads it, ``leads (row, 8, sample)`` as they are, ``features (row,
feature)``, ``earlier (row, EARLIER_CHANNELS, sample)``."""


def batches(records: Records, features: FloatArray, settings: Settings, epoch: int, *, whole: bool) -> Iterator[Batch]:
    """Batches of one epoch, shuffled, cropped, scaled and told more or less by the epoch's seed."""
    random = np.random.default_rng([settings.seed, epoch])
    order = random.permutation(len(records))
    samples = records.signals.shape[2]
    length = samples if whole else settings.crop_samples
    second = epoch >= settings.epochs
    others = other_records(records.table)
    for first in range(0, len(order) - settings.batch + 1, settings.batch):
        rows: IntArray = order[first : first + settings.batch]
        slower = 1.0
        if settings.slow_spread and not whole:
            slower = math.exp(np.clip(random.normal(0, settings.slow_spread), -MOST_SLOWED, MOST_SLOWED))
        drawn_out = round(samples * slower)
        start = int(random.integers(0, drawn_out - length + 1))
        part = slice(start, start + length)
        gain = np.exp(random.normal(0, settings.gain_spread, (len(rows), 1, 1))).astype(np.float32)
        known = (
            drop_fields(features[rows], random, settings.nothing_share)
            if settings.told
            else np.zeros_like(features[rows])
        )
        laid = np.zeros((len(rows), EARLIER_CHANNELS, samples), np.float32)
        if second and settings.told:
            known = earlier_axes(known, features, [others[row] for row in rows], random)
            for index, row in enumerate(rows):
                beat = draw_earlier_beat(records, int(row), others[row], random)
                if beat is not None:
                    laid[index] = earlier_input(beat, records.r_peaks(row), samples, RATE)
        is_given = laid[:, -1:, :length]
        earlier = np.concatenate([slowed(laid[:, :-1], drawn_out)[:, :, part] * gain, is_given], axis=1)
        leads = records.leads(rows)
        if settings.filtered_share:
            leads = filtered(leads, settings.filtered_share, random)
        leads = slowed(leads, drawn_out)[:, :, part] * gain
        known = slowed_metadata(known, slower)
        if settings.turn_deg:
            degrees = random.normal(0, settings.turn_deg, len(rows))
            turn = turning(degrees)
            leads, earlier[:, :-1] = turn @ leads, turn @ earlier[:, :-1]
            known = turned_metadata(known, degrees)
        heard = noisy(leads[:, 0], settings.noise_share, settings.noise_mv, random) if second else leads[:, 0]
        yield torch.from_numpy(heard), torch.from_numpy(leads), torch.from_numpy(known), torch.from_numpy(earlier)
