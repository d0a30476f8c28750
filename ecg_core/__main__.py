"""The command line: ``ecg-core reconstruct | train | evaluate``."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ecg_core.errors import AnswerNeeded, DataMissing, EcgError, Question
from ecg_core.export.arrays import to_npz
from ecg_core.export.summary import to_json
from ecg_core.metadata import FIELDS, merge
from ecg_core.models.checkpoint import DEFAULT_MODEL, load_model
from ecg_core.pipeline import analyse, axes_of_earlier
from ecg_core.readers import patient_from, read
from ecg_core.records import PatientMetadata
from ecg_core.vocabulary import Sex

__all__ = ["main"]

BAD_INPUT = 2
ANSWERS = {Question.RATE: "--rate HZ", Question.UNIT: "--unit mV or --unit uV", Question.LEAD: "--lead NAME"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status: 0, or 2 for bad input, told in one sentence on standard error."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except AnswerNeeded as error:
        print(f"ecg-core: {error} Say it with {ANSWERS[error.question]}.", file=sys.stderr)
        return BAD_INPUT
    except EcgError as error:
        print(f"ecg-core: {error}", file=sys.stderr)
        return BAD_INPUT
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ecg-core", description="Twelve leads from Lead I, with calibrated doubt.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_reconstruct(commands.add_parser("reconstruct", help="estimate eleven leads from a recording's Lead I"))
    _add_train(commands.add_parser("train", help="train, calibrate and score a network on PTB-XL"))
    _add_evaluate(
        commands.add_parser("evaluate", help="score a model, the wave finder or the quality check on real records")
    )
    return parser


def _add_reconstruct(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="the recording; for WFDB the header is enough"
    )
    parser.add_argument("--age", type=float, dest="age_years", metavar="YEARS")
    parser.add_argument("--sex", type=Sex, choices=tuple(Sex), metavar="male|female")
    parser.add_argument("--ventricular-rate", type=float, metavar="BPM")
    parser.add_argument("--qrs-duration", type=float, dest="qrs_ms", metavar="MS")
    parser.add_argument("--qrs-count", type=float, metavar="N", help="QRS complexes in ten seconds")
    parser.add_argument("--r-axis", type=float, dest="r_axis_deg", metavar="DEG")
    parser.add_argument("--t-axis", type=float, dest="t_axis_deg", metavar="DEG")
    parser.add_argument(
        "--prior", nargs="+", type=Path, metavar="FILE", help="an earlier twelve-lead ECG of the patient, for the axes"
    )
    parser.add_argument("--rate", type=float, metavar="HZ", help="sampling rate, where the file does not say it")
    parser.add_argument("--unit", choices=("mV", "uV"), help="unit of the samples, where the file does not say it")
    parser.add_argument("--lead", metavar="NAME", help="which channel is Lead I, where its name does not say it")
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, metavar="NAME", help="a released model, or the folder of a checkpoint"
    )
    parser.add_argument(
        "--passes", type=_whole(2, 1000), default=50, metavar="N", help="Monte Carlo passes (default 50)"
    )
    parser.add_argument("--seed", type=_whole(0, 2**31 - 1), default=0, metavar="N")
    parser.add_argument("--out", required=True, type=_folder, metavar="DIR")
    parser.set_defaults(run=_reconstruct)


def _whole(low: int, high: int) -> Callable[[str], int]:
    """A parser of whole numbers from ``low`` to ``high``."""

    def whole(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"found {number}; expected {low} to {high}")
        return number

    return whole


def _folder(text: str) -> Path:
    """The path of a folder to write to, which need not exist yet."""
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise argparse.ArgumentTypeError(f"found a file at {path}; expected a folder: name another")
    return path


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="PTB-XL as published, 100 Hz records")
    parser.add_argument(
        "--out", required=True, type=_folder, metavar="DIR", help="the checkpoint's folder, such as checkpoints/NAME"
    )
    parser.add_argument("--epochs", type=_whole(1, 10_000), default=None, metavar="N")
    parser.add_argument("--seed", type=_whole(0, 2**31 - 1), default=0, metavar="N")
    parser.set_defaults(run=_train)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, metavar="DIR", help="PTB-XL: score a model on a fold")
    source.add_argument(
        "--delineation", type=Path, metavar="DIR", help="LUDB: score the wave finder against cardiologists"
    )
    source.add_argument("--quality", type=Path, metavar="DIR", help="PTB-XL at 500 Hz: pass rates, clean and damaged")
    parser.add_argument("--model", default=DEFAULT_MODEL, metavar="NAME")
    parser.add_argument("--fold", type=int, default=9, metavar="N")
    parser.add_argument("--tiers", nargs="+", default=["none", "paper"], choices=("none", "wearable", "paper", "all"))
    parser.set_defaults(run=_evaluate)


def _read_files(paths: Sequence[Path]) -> dict[str, bytes]:
    """The bytes of the files, and of the signal files that lie beside a WFDB header of the same name."""
    wanted = list(paths)
    for path in paths:
        if path.suffix == ".hea":
            beside = (path.with_suffix(suffix) for suffix in (".dat", ".mat"))
            wanted += [other for other in beside if other.is_file() and other not in paths]
    for path in wanted:
        if not path.is_file():
            raise DataMissing(f"Found no file {path}; expected a recording: check the path.")
    return {path.name: path.read_bytes() for path in wanted}


def _earlier(paths: Sequence[Path] | None) -> PatientMetadata:
    return PatientMetadata() if paths is None else axes_of_earlier(read(_read_files(paths)))


def _reconstruct(options: argparse.Namespace) -> None:
    typed = PatientMetadata(**{name: getattr(options, name) for name in FIELDS})
    files = _read_files(options.files)
    recording = read(files, sampling_rate=options.rate, unit=options.unit, lead=options.lead)
    metadata = merge(merge(typed, _earlier(options.prior)), patient_from(files))
    model = load_model(options.model)
    analysis = analyse(recording, metadata, model, passes=options.passes, seed=options.seed)
    outputs = {"reconstruction.npz": to_npz(analysis), "summary.json": to_json(analysis).encode()}
    options.out.mkdir(parents=True, exist_ok=True)
    for name, content in outputs.items():
        (options.out / name).write_bytes(content)
    told = ", ".join(analysis.metadata.known()) or "nothing"
    print(
        f"{recording.source}, {recording.duration:.1f} s at {recording.sampling_rate:g} Hz; the model was told {told}."
    )
    for finding in analysis.examination.quality.findings:
        print(f"{finding.verdict.value}: {finding.reason} {finding.advice}")
    print(f"Wrote {', '.join(str(options.out / name) for name in outputs)}.")


def _train(options: argparse.Namespace) -> None:
    from ecg_core.training.fit import Settings
    from ecg_core.training.release import train

    epochs = {} if options.epochs is None else {"epochs": options.epochs}
    card = train(options.data, options.out, Settings(seed=options.seed, **epochs))
    print(json.dumps(card.scores, indent=1))


def _evaluate(options: argparse.Namespace) -> None:
    from ecg_core.training.data import load_folds
    from ecg_core.training.evidence import delineation_on_ludb, quality_on_ptbxl500
    from ecg_core.training.release import score

    if options.delineation:
        result: object = delineation_on_ludb(options.delineation)
    elif options.quality:
        result = quality_on_ptbxl500(options.quality)
    else:
        model = load_model(options.model)
        result = score(model, load_folds(options.data, [options.fold], model.card.preparation), options.tiers)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    sys.exit(main())
