"""From a folder of PTB-XL to a checkpoint: train, calibrate, score once, write the card."""

import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from ecg_core.metadata import FEATURES
from ecg_core.models.checkpoint import Model, load_model, save_model
from ecg_core.records import Preparation
from ecg_core.results import ModelCard
from ecg_core.training.data import Records, load_folds
from ecg_core.training.evaluate import calibrate, evaluate
from ecg_core.training.fit import Settings, fit

__all__ = ["train"]

TRAIN_FOLDS, SELECT_FOLD, TEST_FOLD = range(1, 8), 8, 9
TIERS = ("none", "wearable", "paper")


def train(data: Path, out: Path, settings: Settings) -> ModelCard:
    """Train on folds 1-7 of PTB-XL, select and calibrate on fold 8, score once on fold 9, write the checkpoint.

    The state of an unfinished run is kept in ``out/training.pt`` and gone on from; remove it to start anew.
    """
    preparation = Preparation()
    state_file = out / "training.pt"
    select = load_folds(data, [SELECT_FOLD], preparation)
    train_on = load_folds(data, TRAIN_FOLDS, preparation)
    network, history = fit(train_on, select, settings, state_file)
    card = {
        "name": out.name,
        "settings": {
            "features": len(FEATURES), "channels": settings.channels,
            "lstm": settings.lstm, "decoder": settings.decoder,
        },
        "preparation": preparation,
        "calibrations": calibrate(network, select, "PTB-XL fold 8"),
        "scores": {},
        "training": {
            **asdict(settings),
            "parameters": sum(parameter.numel() for parameter in network.parameters()),
            "epochs_done": len(history),
            "selected_epoch": 1 + max(range(len(history)), key=lambda i: history[i]["r_none"] + history[i]["r_paper"]),
            "folds": {"train": list(TRAIN_FOLDS), "select_and_calibrate": [SELECT_FOLD], "test": [TEST_FOLD]},
            "history": [{name: round(value, 5) for name, value in epoch.items()} for epoch in history],
            "machine": f"{platform.machine()}, torch {torch.__version__}, GPU: {torch.cuda.is_available()}",
        },
        "data": f"PTB-XL at 100 Hz, {len(train_on)} records to train, {len(select)} to select and calibrate "
        "(Wagner et al. 2020, doi 10.1038/s41597-020-0495-6, CC BY 4.0)",
        "licence": "MIT",
    }  # fmt: skip
    save_model(out, network, card)
    test = load_folds(data, [TEST_FOLD], preparation)
    card["scores"] = {"fold 9": score(load_model(out.resolve()), test, TIERS)}
    return save_model(out, network, card)


def score(model: Model, records: Records, tiers: Sequence[str]) -> dict[str, object]:
    """Scores of every tier."""
    return {tier: evaluate(model, records, tier) for tier in tiers}
