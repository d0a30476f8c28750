"""``ecg-core train``, ``calibrate``, ``answers``, ``population`` and ``evaluate``: the networks and their evidence."""

import argparse
import json
from pathlib import Path
from typing import Any

from ecg_core.commands.arguments import new_folder, whole_number
from ecg_core.models.checkpoint import (
    CHECKPOINTS,
    DEFAULT_MODEL,
    EVALUATION,
    list_models,
    load_evaluations,
    load_model,
)

__all__ = ["add_answers", "add_calibrate", "add_evaluate", "add_population", "add_train"]

RIVALS = ("linear", "mean-beat", "unet", "unet-metadata", "nakanishi", "nakanishi-metadata")
TIERS = ("none", "wearable", "prior-axes", "prior", "paper", "all")
"""Both as in `ecg_core.training`, which takes seconds to import and is not needed for most commands."""


def add_train(parser: argparse.ArgumentParser) -> None:
    """Name what ``train`` takes, and have it run."""
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="PTB-XL as published, 100 Hz records")
    parser.add_argument(
        "--out", required=True, type=new_folder, metavar="DIR", help="the checkpoint's folder, such as checkpoints/NAME"
    )
    parser.add_argument(
        "--network", choices=("dual-branch", *RIVALS), default="dual-branch", help="which network (default dual-branch)"
    )
    parser.add_argument(
        "--epochs", type=whole_number(1, 10_000), default=None, metavar="N", help="of the dual-branch network"
    )
    parser.add_argument("--seed", type=whole_number(0, 2**31 - 1), default=0, metavar="N")
    parser.set_defaults(run=_train)


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    """Name what ``evaluate`` takes, and have it run."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--data", type=Path, metavar="DIR", help="PTB-XL, LUDB or a folder of twelve-lead WFDB records: score a model"
    )
    source.add_argument(
        "--delineation", type=Path, metavar="DIR", help="LUDB: score the wave finder against cardiologists"
    )
    source.add_argument("--quality", type=Path, metavar="DIR", help="PTB-XL at 500 Hz: pass rates, clean and damaged")
    parser.add_argument("--model", nargs="+", default=[DEFAULT_MODEL], metavar="NAME")
    parser.add_argument("--folds", nargs="+", type=int, default=[9], metavar="N", help="of PTB-XL (default 9)")
    parser.add_argument("--tiers", nargs="+", default=list(TIERS), choices=TIERS, help="what the model is told")
    parser.add_argument(
        "--transfer", nargs="+", type=Path, default=[], metavar="DIR", help="score these folders as well"
    )
    parser.add_argument(
        "--passes", type=whole_number(2, 1000), default=30, metavar="N", help="Monte Carlo passes (default 30)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every score to this file")
    parser.add_argument(
        "--release", action="store_true", help="write evaluation.json beside each model and the tables of its folder"
    )
    parser.set_defaults(run=_evaluate)


def add_calibrate(parser: argparse.ArgumentParser) -> None:
    """Name what ``calibrate`` takes, and have it run."""
    parser.add_argument(
        "--data", required=True, type=Path, metavar="DIR", help="LUDB or a folder of twelve-lead WFDB records"
    )
    parser.add_argument("--model", default=DEFAULT_MODEL, metavar="NAME")
    parser.add_argument(
        "--passes", type=whole_number(2, 1000), default=16, metavar="N", help="Monte Carlo passes (default 16)"
    )
    parser.add_argument(
        "--out", required=True, type=new_folder, metavar="DIR", help="where the recalibrated model goes"
    )
    parser.set_defaults(run=_calibrate)


def add_answers(parser: argparse.ArgumentParser) -> None:
    """Name what ``answers`` takes, and have it run."""
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="PTB-XL as published, 100 Hz records")
    parser.add_argument("--model", default=DEFAULT_MODEL, choices=list_models(), metavar="NAME")
    parser.add_argument(
        "--passes", type=whole_number(2, 1000), default=16, metavar="N", help="Monte Carlo passes (default 16)"
    )
    parser.set_defaults(run=_answers)


def add_population(parser: argparse.ArgumentParser) -> None:
    """Name what ``population`` takes, and have it run."""
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="PTB-XL as published, 100 Hz records")
    parser.set_defaults(run=_population)


def _train(options: argparse.Namespace) -> None:
    from ecg_core.training.batches import Settings
    from ecg_core.training.release import train, train_rival_model

    if options.network == "dual-branch":
        epochs = {} if options.epochs is None else {"epochs": options.epochs}
        card = train(options.data, options.out, Settings(seed=options.seed, **epochs))
    else:
        card = train_rival_model(options.network, options.data, options.out)
    print(f"Wrote {options.out}: {card.architecture} with {card.training['parameters']} parameters.")


def _evaluate(options: argparse.Namespace) -> None:
    from ecg_core.training.evidence import delineation_on_ludb, quality_on_ptbxl500
    from ecg_core.training.folders import kind_of
    from ecg_core.training.report import report, transfer

    if options.delineation or options.quality:
        source = options.delineation or options.quality
        found = delineation_on_ludb(source) if options.delineation else quality_on_ptbxl500(source)
        print(json.dumps(found, indent=1))
        return
    models = {name: load_model(name) for name in options.model}
    if kind_of(options.data) == "ptb-xl":
        scores = {
            name: report(
                model, options.data, options.folds, options.tiers, passes=options.passes, transfer_to=options.transfer
            )
            for name, model in models.items()
        }
        _print_targets(scores)
    else:
        scores = {name: transfer(model, options.data, passes=options.passes) for name, model in models.items()}
        for name, one in scores.items():
            point = one["point"]
            print(
                f"{name} on {one['data']}: r {point['r_mean']:.4f}, RMSE {point['rmse_mv']:.4f} mV, "
                f"{100 * one['coverage_90']:.1f} % in the 90 % band, {point['records']} pieces of ten seconds."
            )
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(scores, indent=1), encoding="utf-8")
        print(f"Wrote {options.json}.")
    if options.release:
        _release(scores)


def _print_targets(scores: dict[str, dict[str, Any]]) -> None:
    from ecg_core.training.tables import targets_table
    from ecg_core.training.targets import targets

    evaluations = load_evaluations() | scores
    for name, one in scores.items():
        if DEFAULT_MODEL in name:
            print(targets_table(targets(evaluations, name)))
        for tier, found in one["tiers"].items():
            point = found["point"]
            low, high = point["r_interval_95"]
            print(f"{name}, {tier}: r {point['r_mean']:.4f} ({low:.4f} to {high:.4f}), RMSE {point['rmse_mv']:.4f} mV")


def _release(scores: dict[str, dict[str, Any]]) -> None:
    from ecg_core.training.tables import write_tables

    for name, one in scores.items():
        (CHECKPOINTS / name / EVALUATION).write_text(json.dumps(one) + "\n", encoding="utf-8")
    write_tables(CHECKPOINTS)
    print(f"Wrote {EVALUATION} of {', '.join(scores)} and the tables of {CHECKPOINTS.name}/README.md.")


def _calibrate(options: argparse.Namespace) -> None:
    from ecg_core.training.release import recalibrate

    card = recalibrate(load_model(options.model), options.data, options.out, passes=options.passes)
    for state, calibration in card.calibrations.items():
        print(f"{state}: {calibration.fitted_on}, {calibration.records} records.")
    print(f"Wrote {options.out}.")


def _answers(options: argparse.Namespace) -> None:
    from ecg_core.training.answerability import write_belief

    for line in write_belief(load_model(options.model), options.data, CHECKPOINTS / options.model, options.passes):
        print(line)


def _population(options: argparse.Namespace) -> None:
    from ecg_core.models.population import MEAN_BEAT
    from ecg_core.training.population import write_population

    for line in write_population(load_model(MEAN_BEAT), options.data, CHECKPOINTS / MEAN_BEAT):
        print(line)
