"""Scores and their intervals."""

import numpy as np
import pytest

from ecg_core.models.checkpoint import load_model
from ecg_core.records import Preparation
from ecg_core.training.data import load_folds
from ecg_core.training.evaluate import bootstrap_interval, evaluate, largest_violation
from ecg_core.training.release import train
from ecg_core.vocabulary import ESTIMATED, LEADS, Lead

from .test_fit import SMALL


def test_patients_are_resampled_and_not_records():
    """Ten records of one patient are one piece of evidence: the interval is as wide as with one record each."""
    random = np.random.default_rng(0)
    values = random.normal(size=50)
    once = bootstrap_interval(values, np.arange(50))
    tenfold = bootstrap_interval(np.repeat(values, 10), np.repeat(np.arange(50), 10))
    assert tenfold[1] - tenfold[0] == pytest.approx(once[1] - once[0], rel=0.01)


def test_a_broken_limb_lead_law_is_seen(twelve_lead_sample):
    leads = twelve_lead_sample.only(*LEADS).signals.copy()
    assert largest_violation(leads) < 0.01
    leads[LEADS.index(Lead.AVL), 7] += 0.5
    assert largest_violation(leads) > 0.4


def test_scores_of_the_released_model(small_ptbxl):
    records = load_folds(small_ptbxl, [9], Preparation())
    scores = evaluate(load_model(), records, "paper", passes=5)
    assert scores["records"] == 8
    assert scores["r_interval_95"][0] <= scores["r_mean"] <= scores["r_interval_95"][1]
    assert set(scores["r_by_lead"]) == {lead.value for lead in ESTIMATED}
    assert scores["r_mean"] == pytest.approx(np.mean(list(scores["r_by_lead"].values())), abs=1e-3)
    assert scores["largest_limb_lead_violation_mv"] < 1e-5


def test_from_a_folder_of_records_to_a_checkpoint_that_loads(small_ptbxl, tmp_path):
    card = train(small_ptbxl, tmp_path / "new", SMALL)
    model = load_model(tmp_path / "new")
    assert model.card.name == "new"
    assert model.card.training["folds"]["train"] == [1, 2, 3, 4, 5, 6, 7]
    assert all(one.fitted_on.startswith("PTB-XL fold 8") for one in model.card.calibrations.values())
    assert set(card.scores["fold 9"]) == {"none", "wearable", "paper"}
