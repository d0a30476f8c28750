"""From a folder of PTB-XL to a checkpoint: train, calibrate, write the card. `report` scores it afterwards."""

import platform
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ecg_core.errors import DataMissing
from ecg_core.metadata import FEATURES
from ecg_core.models.checkpoint import Model, save_model
from ecg_core.models.ensemble import DualBranchEnsemble
from ecg_core.models.layers import Network
from ecg_core.records import Preparation
from ecg_core.results import Calibration, ModelCard
from ecg_core.training.batches import Settings
from ecg_core.training.cases import Case, cases, rows_of
from ecg_core.training.data import MEASURED_ON_TWELVE, Records, load_folds
from ecg_core.training.difficulty import fit_difficulty
from ecg_core.training.fit import fit, selection_score
from ecg_core.training.folders import load_folder, raw_targets
from ecg_core.training.rivals import arguments_for, preparation_for, settings_for, train_rival
from ecg_core.training.stages import CHOSEN_ON, STAGES, Stage, run_stage, settings_of
from ecg_core.uncertainty.calibration import (
    SHOWN,
    WITH_AXES,
    WITH_EARLIER,
    WITHOUT_AXES,
    Residuals,
    fit_calibration,
    spreads_of,
)
from ecg_core.vocabulary import PREDICTED

__all__ = ["CALIBRATION_TIERS", "calibrate", "card_of", "recalibrate", "release", "train", "train_rival_model"]

TRAIN_FOLDS, SELECT_FOLD, TEST_FOLD = range(1, 8), 8, 9
CALIBRATION_TIERS = {WITHOUT_AXES: ("none", "wearable"), WITH_AXES: ("paper", "all"), WITH_EARLIER: ("prior",)}
"""What the records of a calibration are told in each state of knowledge; tiers take turns over the records."""
OF_THE_WHOLE = ("channels", "lstm", "decoder", "difficulty_draws")
"""Settings that a stage has none of."""
CITATION = "(Wagner et al. 2020, doi 10.1038/s41597-020-0495-6, CC BY 4.0)"


def calibrate(
    model: Model, records: Records, name: str, *, states: tuple[str, ...] = tuple(CALIBRATION_TIERS), passes: int = 16
) -> dict[str, dict[str, Calibration]]:
    """Fit every kind of spread on records that were not trained on, in each state of knowledge that some have.

    ``name`` says what the records are, for the card. Gives a `Calibration` for each state and kind.
    """
    fitted: dict[str, dict[str, Calibration]] = {}
    for state in states:
        tiers = CALIBRATION_TIERS[state]
        kinds: dict[str, list[Residuals]] = {}
        for turn, tier in enumerate(tiers):
            for case in cases(model, records, tier, passes=passes, rows=rows_of(records, tier)[turn :: len(tiers)]):
                _keep(case, kinds)
        if kinds:
            said = f"{name}, metadata tiers {' and '.join(tiers)}"
            fitted[state] = {kind: fit_calibration(residuals, said) for kind, residuals in kinds.items()}
    return fitted


def _keep(case: Case, kinds: dict[str, list[Residuals]]) -> None:
    error = case.moments.mean - case.truth
    for kind, spread in spreads_of(case.moments).items():
        kinds.setdefault(kind, []).append(Residuals(error, spread, case.waves, case.groups))


def card_of(name: str, settings: dict[str, Any], preparation: Preparation, network: Network) -> ModelCard:
    """A card that says what the network is and nothing yet of what it is worth."""
    return ModelCard(
        name, type(network).__name__, settings, preparation, FEATURES, {}, {}, {}, "", "MIT", "", 0,
    )  # fmt: skip


def release(
    out: Path,
    network: Network,
    select: Records,
    *,
    settings: dict[str, Any],
    training: dict[str, Any],
    data: str,
    preparation: Preparation,
    states: tuple[str, ...] = tuple(CALIBRATION_TIERS),
    always_told: tuple[str, ...] | None = None,
) -> ModelCard:
    """Calibrate a trained network on ``select`` and write its checkpoint, to be scored by `report`."""
    network = network.half().float()  # as it will be read back: weights are kept in half precision
    bare = card_of(out.name, settings, preparation, network)
    fitted = calibrate(Model(network, bare), select, f"PTB-XL fold {SELECT_FOLD}", states=states)
    if states == (WITHOUT_AXES,):  # a network that reads no metadata errs alike in every state
        fitted[WITH_AXES] = dict(fitted[WITHOUT_AXES])
    card = {
        "name": out.name,
        "settings": settings,
        "preparation": preparation,
        "calibrations": {state: kinds.pop(SHOWN) for state, kinds in fitted.items()},
        "other_spreads": fitted,
        "training": {
            **training,
            "parameters": sum(parameter.numel() for parameter in network.parameters()),
            "folds": {"train": list(TRAIN_FOLDS), "select_and_calibrate": [SELECT_FOLD], "test": [TEST_FOLD]},
            "machine": f"{platform.machine()}, torch {torch.__version__}, GPU: {torch.cuda.is_available()}",
        },
        "data": f"{data}, {len(select)} to select and calibrate {CITATION}",
        "licence": "MIT",
        "always_told": always_told,
    }
    return save_model(out, network, card)


def train(data: Path, out: Path, settings: Settings, stages: tuple[Stage, ...] = STAGES) -> ModelCard:
    """Train the dual-branch networks on folds 1-7 of PTB-XL, select and calibrate on fold 8, write the checkpoint.

    Then what ``stages`` say, and how hard a record is. The state of an unfinished run is kept in ``out/training*.pt``
    and gone on from; remove them to start anew.
    """
    preparation = Preparation()
    select = load_folds(data, [SELECT_FOLD], preparation)
    train_on = load_folds(data, TRAIN_FOLDS, preparation)
    pair, history = fit(train_on, select, settings, out / "training.pt")
    built = {
        "features": len(FEATURES),
        "channels": settings.channels,
        "lstm": settings.lstm,
        "decoder": settings.decoder,
    }
    torch.manual_seed(settings.seed)
    network = DualBranchEnsemble(**built)
    network.pair.load_state_dict(pair.state_dict())
    runs = []
    for number, stage in enumerate(stages):
        own = settings_of(stage, settings)
        state_file = out / f"training_{number}_{stage.network}.pt"
        of_stage = run_stage(network, stage, train_on, select, settings=own, state_file=state_file)
        named = {"network": stage.network, "begun_with": stage.begin_with, "way": stage.way}
        ours = {key: value for key, value in asdict(own).items() if key not in OF_THE_WHOLE}
        runs.append(named | ours | {"history": _rounded(of_stage)})
    fit_difficulty(network, train_on, settings)
    training = {
        **asdict(settings),
        "epochs_done": len(history),
        "selected_epochs": [
            int(max(part, key=partial(selection_score, second=second))["epoch"])
            for second, part in zip(
                (False, True), (history[: settings.epochs], history[settings.epochs :]), strict=True
            )
            if part
        ],
        "history": _rounded(history),
        "stages": runs,
        "also_chosen_on": CHOSEN_ON,
        "wander_gain": wander_gain(data, load_folds(data, TRAIN_FOLDS[:1], preparation)),
    }
    said = _said(train_on)
    return release(out, network.eval(), select, settings=built, training=training, data=said, preparation=preparation)


def train_rival_model(name: str, data: Path, out: Path) -> ModelCard:
    """Train one of the rivals (`ecg_core.training.rivals`) in the same way and write its checkpoint."""
    network, history = train_rival(name, data, out)
    preparation = preparation_for(name)
    select = load_folds(data, [SELECT_FOLD], Preparation())
    training = {
        **asdict(settings_for(name)),
        "epochs_done": len(history),
        "history": _rounded(history),
    }
    reads_metadata = name.endswith("-metadata")
    states = (WITHOUT_AXES, WITH_AXES) if reads_metadata else (WITHOUT_AXES,)
    said = _said(load_folds(data, TRAIN_FOLDS, Preparation()))
    built = arguments_for(name, len(FEATURES))
    return release(
        out, network, select,
        settings=built, training=training, data=said, preparation=preparation, states=states,
        always_told=MEASURED_ON_TWELVE if reads_metadata else (),
    )  # fmt: skip


FEWEST_TO_CALIBRATE = 50


def recalibrate(model: Model, data: Path, out: Path, *, passes: int = 16) -> ModelCard:
    """Refit the band of a model on a folder of a site's own twelve-lead records; the network stays as it is.

    Where nobody has an earlier record that state keeps its calibration. Raises `DataMissing` where the folder gives
    fewer than `FEWEST_TO_CALIBRATE` pieces of ten seconds.
    """
    records = load_folder(data, model.card.preparation)
    if len(records) < FEWEST_TO_CALIBRATE:
        raise DataMissing(
            f"Found {len(records)} pieces of ten seconds in {data}; expected at least {FEWEST_TO_CALIBRATE} to "
            "calibrate on, better a few hundred: add records."
        )
    sets = ", ".join(sorted(records.table["dataset"].unique()))
    fitted = calibrate(model, records, f"recalibrated on {sets}", passes=passes)
    others = {state: {kind: one for kind, one in kinds.items() if kind != SHOWN} for state, kinds in fitted.items()}
    changed = {
        "calibrations": {**model.card.calibrations, **{state: kinds[SHOWN] for state, kinds in fitted.items()}},
        "other_spreads": {**model.card.other_spreads, **others},
        "name": out.name,
    }
    kept = {field.name: getattr(model.card, field.name) for field in fields(model.card) if field.init}
    for written in ("architecture", "features", "weights_sha256", "format_version"):
        kept.pop(written)
    return save_model(out, model.network, {**kept, **changed})


def _rounded(history: list[dict[str, float]]) -> list[dict[str, float]]:
    return [{name: round(value, 5) for name, value in epoch.items()} for epoch in history]


def _said(records: Records) -> str:
    return f"PTB-XL at 100 Hz, {len(records)} records to train"


def wander_gain(data: Path, records: Records) -> dict[str, float]:
    """How much of what the filter removes from Lead I comes back in each predicted lead of the raw recording.

    Slow wander of the right arm's electrode reaches every lead; least squares over all samples of ``records``. Only the
    evaluation against raw targets uses it: nothing of it is shown.
    """
    products, power = np.zeros(len(PREDICTED)), 0.0
    for row, raw in enumerate(raw_targets(data, records)):
        removed = raw - records.leads(slice(row, row + 1))[0]
        removed -= removed.mean(axis=1, keepdims=True)
        products += removed[1:] @ removed[0]
        power += float(removed[0] @ removed[0])
    return dict(zip((lead.value for lead in PREDICTED), (products / power).round(4).tolist(), strict=True))
