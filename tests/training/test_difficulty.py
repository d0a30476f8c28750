"""How hard a record is, learnt from how far the estimates of the training records lie off."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from ecg_core.metadata import FEATURES
from ecg_core.models.ensemble import DualBranchEnsemble
from ecg_core.records import Preparation
from ecg_core.training.batches import tier_features
from ecg_core.training.data import load_folds
from ecg_core.training.difficulty import fit_difficulty

from .test_fit import SMALL


@pytest.fixture(scope="module")
def records(small_ptbxl):
    return load_folds(small_ptbxl, range(1, 8), Preparation())


@pytest.fixture(scope="module")
def untaught():
    torch.manual_seed(0)
    return DualBranchEnsemble(features=len(FEATURES), channels=8, lstm=8, decoder=8).eval()


@pytest.fixture(scope="module")
def taught(records, untaught):
    network = deepcopy(untaught)
    fit_difficulty(network, records, SMALL)
    return network


@torch.inference_mode()
def told_apart(network, records, tier):
    """Rank correlation of spread and error over the records."""
    leads = torch.from_numpy(records.leads(slice(None)))
    mean, sd = network(leads[:, 0], torch.from_numpy(tier_features(records, tier)))
    error = (leads[:, 1:] - mean).square().mean(dim=(1, 2))
    return float(spearmanr(sd.mean(dim=(1, 2)), error)[0])


@pytest.mark.parametrize("tier", ["none", "paper"])
def test_hard_records_are_told_from_easy_ones(records, untaught, taught, tier):
    assert told_apart(taught, records, tier) > max(told_apart(untaught, records, tier), 0) + 0.1


def test_nothing_else_is_changed(untaught, taught):
    before, after = untaught.state_dict(), taught.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert all(name.startswith("difficulty") for name in changed)
    assert not taught.training


def test_it_repeats_by_its_seed(records, untaught, taught):
    again = deepcopy(untaught)
    fit_difficulty(again, records, SMALL)
    assert all(
        np.array_equal(one, two)
        for one, two in zip(again.state_dict().values(), taught.state_dict().values(), strict=True)
    )
