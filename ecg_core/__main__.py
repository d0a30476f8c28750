"""The command line: ``ecg-core reconstruct | replay | train | calibrate | answers | population | evaluate``."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ecg_core.errors import AnswerNeeded, DataMissing, EcgError, Question, UnreadableFile
from ecg_core.export.arrays import to_npz
from ecg_core.export.formats import FORMATS
from ecg_core.export.long import write_long
from ecg_core.export.notice import EARLIER_WARNING
from ecg_core.export.recipe import model_of, replay, result_sha256, to_recipe
from ecg_core.export.report import to_pdf
from ecg_core.export.report_words import WORDS
from ecg_core.export.sheet import Sheet
from ecg_core.export.summary import to_json
from ecg_core.limits import MOST_BYTES, MOST_FILES
from ecg_core.metadata import FIELDS, merge
from ecg_core.models.checkpoint import (
    CHECKPOINTS,
    DEFAULT_MODEL,
    EVALUATION,
    Model,
    list_models,
    load_evaluations,
    load_model,
)
from ecg_core.pipeline import analyse, read_earlier
from ecg_core.readers import patient_from, read
from ecg_core.records import EarlierEcg, PatientMetadata, Recording, days_between
from ecg_core.results import Analysis
from ecg_core.stretches import LONG_SECONDS, analyse_stretches
from ecg_core.vocabulary import Sex

__all__ = ["main"]

BAD_INPUT, STOPPED = 2, 130
MOST_THREADS = 2
"""At work on a long recording; each more takes the memory of another stretch."""
RIVALS = ("linear", "mean-beat", "unet", "unet-metadata", "nakanishi", "nakanishi-metadata")
TIERS = ("none", "wearable", "prior-axes", "prior", "paper", "all")
"""Both as in `ecg_core.training`, which takes seconds to import and is not needed for most commands."""
ANSWERS = {
    Question.RATE: "--rate HZ",
    Question.UNIT: "--unit mV or --unit uV",
    Question.LEAD: "--lead NAME",
    Question.RECORDING: "--member NUMBER or --member FILE",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status: 0, or 2 for bad input, told in one sentence on standard error."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except AnswerNeeded as error:
        offered = f" ({'; '.join(error.choices)})" if error.question is Question.RECORDING else ""
        print(f"ecg-core: {error} Say it with {ANSWERS[error.question]}{offered}.", file=sys.stderr)
        return BAD_INPUT
    except EcgError as error:
        print(f"ecg-core: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("ecg-core: stopped.", file=sys.stderr)
        return STOPPED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ecg-core", description="Twelve leads from Lead I, with calibrated doubt.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_reconstruct(commands.add_parser("reconstruct", help="estimate eleven leads from a recording's Lead I"))
    _add_replay(commands.add_parser("replay", help="make the result of a recipe again, bit for bit"))
    _add_train(commands.add_parser("train", help="train, calibrate and score a network on PTB-XL"))
    _add_calibrate(commands.add_parser("calibrate", help="recalibrate the band on records of one's own"))
    _add_answers(commands.add_parser("answers", help="measure which estimated answers of a model may be shown"))
    _add_population(commands.add_parser("population", help="average beats by sex and age, to be compared with"))
    _add_evaluate(
        commands.add_parser("evaluate", help="score a model, the wave finder or the quality check on real records")
    )
    return parser


def _add_reconstruct(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="the recording, or the folder or ZIP archive that holds it"
    )
    parser.add_argument("--age", type=float, dest="age_years", metavar="YEARS")
    parser.add_argument("--sex", type=Sex, choices=tuple(Sex), metavar="male|female")
    parser.add_argument("--ventricular-rate", type=float, metavar="BPM")
    parser.add_argument("--qrs-duration", type=float, dest="qrs_ms", metavar="MS")
    parser.add_argument("--qrs-count", type=float, metavar="N", help="QRS complexes in ten seconds")
    parser.add_argument("--r-axis", type=float, dest="r_axis_deg", metavar="DEG")
    parser.add_argument("--t-axis", type=float, dest="t_axis_deg", metavar="DEG")
    _add_prior(parser, "an earlier twelve-lead ECG of the patient: its beats and axes")
    parser.add_argument(
        "--prior-days", type=float, metavar="N", help="how many days before this recording the earlier ECG was made"
    )
    parser.add_argument("--rate", type=float, metavar="HZ", help="sampling rate, where the file does not say it")
    parser.add_argument("--unit", choices=("mV", "uV"), help="unit of the samples, where the file does not say it")
    parser.add_argument("--lead", metavar="NAME", help="which channel is Lead I, where its name does not say it")
    parser.add_argument(
        "--member", metavar="N", help="which of several recordings: its number in the order of names, or a file's name"
    )
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, metavar="NAME", help="a released model, or the folder of a checkpoint"
    )
    parser.add_argument(
        "--passes", type=_whole(2, 1000), metavar="N", help="Monte Carlo passes (default 50; beyond half an hour 10)"
    )
    parser.add_argument("--seed", type=_whole(0, 2**31 - 1), default=0, metavar="N")
    parser.add_argument("--out", required=True, type=_folder, metavar="DIR")
    what = "what to write (default: arrays as npz and a summary; of more than half an hour wfdb)"
    _add_format(parser, (*FORMATS, "recipe"), what)
    parser.set_defaults(run=_reconstruct)


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "recipe", type=Path, metavar="RECIPE", help="what reconstruct --format recipe or the page wrote"
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="the recording that it was made from")
    _add_prior(parser, "the earlier ECG, where there was one")
    parser.add_argument(
        "--model", metavar="NAME", help="the folder of its checkpoint, where it is none of the released"
    )
    parser.add_argument("--out", type=_folder, metavar="DIR", help="where to write the result as well")
    _add_format(parser, FORMATS, "what is written there (default: arrays as npz and a summary)")
    parser.set_defaults(run=_replay)


def _add_format(parser: argparse.ArgumentParser, choices: Iterable[str], what: str) -> None:
    parser.add_argument("--format", nargs="+", choices=tuple(choices), help=what)
    parser.add_argument("--paper", choices=("a4", "letter"), help="of the report (--format pdf); A4 unless said")
    parser.add_argument("--language", choices=tuple(WORDS), help="of the report (--format pdf); English unless said")


def _add_prior(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--prior", nargs="+", type=Path, metavar="FILE", help=what)
    parser.add_argument("--prior-rate", type=float, metavar="HZ", help="sampling rate, where its file does not say it")
    parser.add_argument("--prior-unit", choices=("mV", "uV"), help="unit, where the earlier ECG's file does not say it")
    parser.add_argument("--prior-lead", metavar="NAME", help="which of its channels is Lead I, where no name says it")
    parser.add_argument("--prior-member", metavar="N", help="which of several recordings, as --member says it")


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
    parser.add_argument(
        "--network", choices=("dual-branch", *RIVALS), default="dual-branch", help="which network (default dual-branch)"
    )
    parser.add_argument(
        "--epochs", type=_whole(1, 10_000), default=None, metavar="N", help="of the dual-branch network"
    )
    parser.add_argument("--seed", type=_whole(0, 2**31 - 1), default=0, metavar="N")
    parser.set_defaults(run=_train)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
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
        "--passes", type=_whole(2, 1000), default=30, metavar="N", help="Monte Carlo passes (default 30)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every score to this file")
    parser.add_argument(
        "--release", action="store_true", help="write evaluation.json beside each model and the tables of its folder"
    )
    parser.set_defaults(run=_evaluate)


def _add_calibrate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", required=True, type=Path, metavar="DIR", help="LUDB or a folder of twelve-lead WFDB records"
    )
    parser.add_argument("--model", default=DEFAULT_MODEL, metavar="NAME")
    parser.add_argument(
        "--passes", type=_whole(2, 1000), default=16, metavar="N", help="Monte Carlo passes (default 16)"
    )
    parser.add_argument("--out", required=True, type=_folder, metavar="DIR", help="where the recalibrated model goes")
    parser.set_defaults(run=_calibrate)


def _add_answers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="PTB-XL as published, 100 Hz records")
    parser.add_argument("--model", default=DEFAULT_MODEL, choices=list_models(), metavar="NAME")
    parser.add_argument(
        "--passes", type=_whole(2, 1000), default=16, metavar="N", help="Monte Carlo passes (default 16)"
    )
    parser.set_defaults(run=_answers)


def _add_population(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", required=True, type=Path, metavar="DIR", help="PTB-XL as published, 100 Hz records")
    parser.set_defaults(run=_population)


def _read_files(paths: Sequence[Path]) -> dict[str, bytes]:
    """The bytes of the files, of what is in a folder, and of the signal files beside a WFDB header of the same name."""
    if len(paths) == 1 and paths[0].is_dir():
        return _read_folder(paths[0])
    wanted = list(paths)
    for path in paths:
        if path.suffix == ".hea":
            beside = (path.with_suffix(suffix) for suffix in (".dat", ".mat"))
            wanted += [other for other in beside if other.is_file() and other not in paths]
    for path in wanted:
        if not path.is_file():
            raise DataMissing(f"Found no file {path}; expected a recording: check the path.")
    return {path.name: path.read_bytes() for path in wanted}


def _read_folder(folder: Path) -> dict[str, bytes]:
    """The bytes of every file in ``folder`` and below it, links left out."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    size = sum(path.stat().st_size for path in found)
    if not 0 < len(found) <= MOST_FILES or size > MOST_BYTES:
        raise DataMissing(
            f"Found {len(found)} files of {size >> 20} MB in {folder}; expected one recording, in at most {MOST_FILES} "
            f"files of {MOST_BYTES >> 20} MB: give its file or files."
        )
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def _prior(options: argparse.Namespace) -> Recording | None:
    """The earlier ECG as it was recorded."""
    answers = {"sampling_rate": options.prior_rate, "unit": options.prior_unit, "lead": options.prior_lead}
    answers["member"] = options.prior_member
    if options.prior is None:
        if any(answer is not None for answer in (getattr(options, "prior_days", None), *answers.values())):
            raise DataMissing(
                "Found --prior-days, --prior-rate, --prior-unit, --prior-lead or --prior-member without --prior; "
                "expected the earlier ECG as well: give its file."
            )
        return None
    try:
        return read(_read_files(options.prior), **answers)
    except AnswerNeeded as error:
        raise UnreadableFile(
            f"Of the earlier ECG: {error} Say it with --prior-rate, --prior-unit, --prior-lead or --prior-member."
        ) from error


def _earlier(options: argparse.Namespace, recording: Recording) -> EarlierEcg | None:
    """The earlier ECG, its age as said or else from the dates in both files."""
    prior = _prior(options)
    if prior is None:
        return None
    days = options.prior_days if options.prior_days is not None else days_between(prior, recording)
    return read_earlier(prior, days_before=days)


def _formats(options: argparse.Namespace) -> Mapping[str, Callable[[Analysis], dict[str, bytes]]]:
    """What writes each format, the report on the paper and in the language that were asked for."""
    if "pdf" not in (options.format or ()) and (options.paper or options.language):
        raise DataMissing("Found --paper or --language without --format pdf; expected the report as well: ask for it.")
    sheet, language = Sheet("Letter" if options.paper == "letter" else "A4"), options.language or "en"
    return {**FORMATS, "pdf": lambda analysis: {"report.pdf": to_pdf(analysis, sheet, language=language)}}


def _reconstruct(options: argparse.Namespace) -> None:
    formats = _formats(options)
    typed = PatientMetadata(**{name: getattr(options, name) for name in FIELDS})
    files = _read_files(options.files)
    said = {"sampling_rate": options.rate, "unit": options.unit, "lead": options.lead, "member": options.member}
    recording = read(files, **said)
    metadata = merge(typed, patient_from(files, options.member))
    earlier = _earlier(options, recording)
    model = load_model(options.model)
    if recording.duration > LONG_SECONDS:
        _reconstruct_long(options, recording, metadata, earlier, model)
        return
    analysis = analyse(recording, metadata, model, earlier=earlier, passes=options.passes or 50, seed=options.seed)
    recipe = {"recipe": lambda one: {"recipe.json": to_recipe(one, files, **said).encode()}}
    written = _write(options, analysis, {**formats, **recipe})
    told = ", ".join(analysis.metadata.known()) or "nothing"
    print(
        f"{recording.source}, {recording.duration:.1f} s at {recording.sampling_rate:g} Hz; the model was told {told}."
    )
    if earlier is not None:
        print(f"With an earlier ECG of {earlier.age}. {EARLIER_WARNING}")
    if analysis.change is not None and analysis.change.unusual:
        print(f"Lead I has changed: {'; '.join(analysis.change.unusual)}.")
    for finding in analysis.examination.quality.findings:
        print(f"{finding.verdict.value}: {finding.reason} {finding.advice}")
    print(written)


def _write(
    options: argparse.Namespace, analysis: Analysis, formats: Mapping[str, Callable[[Analysis], dict[str, bytes]]]
) -> str:
    """Write what was asked for, arrays and a summary unless said; returns a sentence that names the files."""
    outputs = {"reconstruction.npz": to_npz(analysis), "summary.json": to_json(analysis).encode()}
    if options.format is not None:
        outputs = {name: content for kind in options.format for name, content in formats[kind](analysis).items()}
    options.out.mkdir(parents=True, exist_ok=True)
    for name, content in outputs.items():
        (options.out / name).write_bytes(content)
    return f"Wrote {', '.join(str(options.out / name) for name in outputs)}."


def _reconstruct_long(
    options: argparse.Namespace,
    recording: Recording,
    metadata: PatientMetadata,
    earlier: EarlierEcg | None,
    model: Model,
) -> None:
    """The same for a recording whose twelve leads would not fit into memory: written as it is made."""
    from tqdm import tqdm

    seconds = round(recording.duration)
    with tqdm(total=seconds, unit="s", unit_scale=True, desc="reconstructed", leave=False) as bar:
        stretches = analyse_stretches(
            recording, metadata, model=model, earlier=earlier, passes=options.passes or 10, seed=options.seed,
            threads=min(os.cpu_count() or 1, MOST_THREADS),
            progress=lambda share: bar.update(round(share * seconds) - bar.n) and None,
        )  # fmt: skip
        written = write_long(
            stretches, recording, model.card, options.format or ("wfdb",), options.out, earlier=earlier
        )
    print(f"{recording.source}, {recording.duration / 3600:.1f} h at {recording.sampling_rate:g} Hz, by the stretch.")
    if earlier is not None:
        print(f"With an earlier ECG of {earlier.age}. {EARLIER_WARNING}")
    print(f"Wrote {', '.join(str(path) for path in written)}.")


def _replay(options: argparse.Namespace) -> None:
    formats = _formats(options)
    if options.format is not None and options.out is None:
        raise DataMissing("Found --format without --out; expected a folder for what is written: name one.")
    if not options.recipe.is_file():
        raise DataMissing(f"Found no file {options.recipe}; expected a recipe: check the path.")
    recipe = options.recipe.read_text(encoding="utf-8", errors="replace")
    model = load_model(options.model or model_of(recipe))
    prior = _prior(options)
    earlier = None if prior is None else read_earlier(prior)
    analysis = replay(recipe, _read_files(options.files), model, earlier=earlier)
    count = len(analysis.examination.segments.corrections)
    marks = f" QRS and T are marked as they were, {count} corrected by hand." if count else ""
    print(f"The same, bit for bit: SHA-256 {result_sha256(analysis.reconstruction)}.{marks}")
    if options.out is not None:
        print(_write(options, analysis, formats))


def _train(options: argparse.Namespace) -> None:
    from ecg_core.training.fit import Settings
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


if __name__ == "__main__":
    sys.exit(main())
