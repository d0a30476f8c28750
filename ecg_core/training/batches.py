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
from ecg_core.training.data import Records, metadata_of
from ecg_core.training.earlier import RATE, draw_earlier_beat, earlier_axes, other_records
from ecg_core.vocabulary import FloatArray, IntArray

__all__ = ["Batch", "Settings", "batches", "drop_fields", "noisy", "tier_features"]

FILTER_ORDER = (1.0, 4.0)
FILTER_LOW_HZ, FILTER_HIGH_HZ = (0.05, 1.0), (20.0, 80.0)
"""How other recorders may filter: order of the low-pass, and both corners, drawn by their logarithm."""


@dataclass(frozen=True)
class Settings:
    """How a network is trained; kept in its card.

    Two rounds, each with a learning rate that falls at its end: ``epochs`` without an earlier ECG, then
    ``earlier_epochs`` in which the network learns to read one as well. The last ``whole_share`` of each round sees
    whole windows in place of crops of ``crop_samples``, and weighs the record-wise correlation more
    (``whole_correlation_weight``). Without ``told`` it is told nothing in either. Of the records
    ``nothing_share`` are told nothing at a time, ``filtered_share`` are filtered (`filtered`). The second opinions
    follow (`ecg_core.training.second_opinions`), each with settings of its own.
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


def noisy(lead_i: FloatArray, settings: Settings, random: np.random.Generator) -> FloatArray:
    """``lead_i (row, sample)``, in some rows with noise and wander that the other leads do not have."""
    rows, samples = lead_i.shape
    chosen = random.random((rows, 1)) < settings.noise_share
    white = random.normal(0, 1, lead_i.shape) * random.uniform(0, settings.noise_mv, (rows, 1))
    turns = random.uniform(0.5, 1.0, (rows, 1)) * np.arange(samples) / RATE + random.random((rows, 1))
    wander = np.sin(2 * np.pi * turns) * random.uniform(0, 2 * settings.noise_mv, (rows, 1))
    disturbed: FloatArray = (lead_i + chosen * (white + wander)).astype(np.float32)
    return disturbed


def filtered(leads: FloatArray, settings: Settings, random: np.random.Generator) -> FloatArray:
    """``leads (row, lead, sample)``, in some rows as another recorder would have filtered them, without delay."""
    rows, _, samples = leads.shape
    hertz = np.fft.rfftfreq(samples, 1 / RATE)
    order = random.uniform(*FILTER_ORDER, (rows, 1))
    low, high = (
        np.exp(random.uniform(math.log(least), math.log(most), (rows, 1)))
        for least, most in (FILTER_LOW_HZ, FILTER_HIGH_HZ)
    )
    gain = 1 / (1 + (hertz / high) ** (2 * order)) * hertz**2 / (hertz**2 + low**2)
    gain[random.random(rows) >= settings.filtered_share] = 1.0
    changed: FloatArray = np.fft.irfft(np.fft.rfft(leads) * gain[:, None], samples).astype(np.float32)
    return changed


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
        start = int(random.integers(0, samples - length + 1))
        part = slice(start, start + length)
        gain = np.exp(random.normal(0, settings.gain_spread, (len(rows), 1, 1))).astype(np.float32)
        known = (
            drop_fields(features[rows], random, settings.nothing_share)
            if settings.told
            else np.zeros_like(features[rows])
        )
        earlier = np.zeros((len(rows), EARLIER_CHANNELS, length), np.float32)
        if second and settings.told:
            known = earlier_axes(known, features, [others[row] for row in rows], random)
            for index, row in enumerate(rows):
                beat = draw_earlier_beat(records, int(row), others[row], random)
                if beat is not None:
                    earlier[index] = earlier_input(beat, records.r_peaks(row), samples, RATE)[:, part]
                    earlier[index, :-1] *= gain[index]
        leads = records.leads(rows)
        if settings.filtered_share:
            leads = filtered(leads, settings, random)
        leads = leads[:, :, part] * gain
        heard = noisy(leads[:, 0], settings, random) if second else leads[:, 0]
        yield torch.from_numpy(heard), torch.from_numpy(leads), torch.from_numpy(known), torch.from_numpy(earlier)
