"""The classifier learns what twelve leads show, and repeats by its seed."""

import numpy as np
import pandas as pd
import pytest
import torch

from ecg_core.limb_leads import twelve
from ecg_core.training.data import Records
from ecg_core.training.labels import SUPERCLASSES
from ecg_core.training.superclasses import classifier_leads, predict_classes, train_classifier


@pytest.fixture(scope="module")
def small():
    """64 short records of noise: MI is a slow wave in V3 alone, HYP a taller wave in Lead I; and their labels."""
    random = np.random.default_rng(0)
    signals = random.normal(0, 50, (64, 8, 250))
    labels = np.zeros((64, len(SUPERCLASSES)), np.float32)
    wave = 300 * np.sin(2 * np.pi * np.arange(250) / 50)
    labels[::2, SUPERCLASSES.index("MI")] = 1
    labels[np.arange(64) % 4 < 2, SUPERCLASSES.index("HYP")] = 1
    signals[::2, 4] += wave
    signals[np.arange(64) % 4 < 2, 0] += wave
    table = pd.DataFrame({"ecg_id": range(64)})
    waves, peaks = np.zeros((64, 250), np.int8), np.full((64, 60), -1, np.int16)
    return Records(signals.astype(np.int16), waves, peaks, table), labels


def test_twelve_leads_are_read_in_their_order(small):
    records, _ = small
    read = classifier_leads(records, np.array([3, 1]), 12)
    assert np.array_equal(read[0], records.twelve(3))
    assert np.array_equal(classifier_leads(records, slice(2), 1)[1, 0], twelve(read[1, 0], read[1, 1:8])[0])


def test_it_learns_what_is_in_its_leads_and_no_more(small):
    records, labels = small
    right = {}
    for leads in (12, 1):
        network = train_classifier(records.some(range(40)), labels[:40], leads, 50, seed=1)
        found = predict_classes(network, classifier_leads(records, slice(40, 64), leads)) > 0.5
        right[leads] = (found == (labels[40:] > 0.5)).mean(axis=0)[[SUPERCLASSES.index(name) for name in ("MI", "HYP")]]
    assert right[12].min() > 0.9
    assert right[1][1] > 0.9
    assert right[1][0] < 0.85  # V3 is not in Lead I


def test_a_seed_repeats_a_result_and_disturbs_nobody_else(small):
    records, labels = small
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    first, second = (train_classifier(records, labels, 1, 1, seed=3) for _ in range(2))
    assert torch.equal(torch.random.get_rng_state(), before)
    read = classifier_leads(records, slice(None), 1)
    assert np.array_equal(predict_classes(first, read), predict_classes(second, read))
    assert not np.array_equal(
        predict_classes(first, read), predict_classes(train_classifier(records, labels, 1, 1, seed=4), read)
    )


def test_labels_that_do_not_fit_are_a_bug(small):
    records, labels = small
    with pytest.raises(ValueError, match="labels"):
        train_classifier(records, labels[:-1], 12, 1)
