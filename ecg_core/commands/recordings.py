"""``ecg-core reconstruct`` and ``replay``: twelve leads of a recording."""

import argparse
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from ecg_core.commands.arguments import new_folder, whole_number
from ecg_core.errors import AnswerNeeded, DataMissing, UnreadableFile
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
from ecg_core.models.checkpoint import DEFAULT_MODEL, Model, load_model
from ecg_core.pipeline import analyse, read_earlier
from ecg_core.readers import patient_from, read
from ecg_core.records import EarlierEcg, PatientMetadata, Recording, days_between
from ecg_core.results import Analysis
from ecg_core.stretches import LONG_SECONDS, analyse_stretches
from ecg_core.vocabulary import Sex

__all__ = ["add_reconstruct", "add_replay"]

MOST_THREADS = 2
"""At work on a long recording; each more takes the memory of another stretch."""


def add_reconstruct(parser: argparse.ArgumentParser) -> None:
    """Name what ``reconstruct`` takes, and have it run."""
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
        "--passes",
        type=whole_number(2, 1000),
        metavar="N",
        help="Monte Carlo passes (default 50; beyond half an hour 10)",
    )
    parser.add_argument("--seed", type=whole_number(0, 2**31 - 1), default=0, metavar="N")
    parser.add_argument("--out", required=True, type=new_folder, metavar="DIR")
    what = "what to write (default: arrays as npz and a summary; of more than half an hour wfdb)"
    _add_format(parser, (*FORMATS, "recipe"), what)
    parser.set_defaults(run=_reconstruct)


def add_replay(parser: argparse.ArgumentParser) -> None:
    """Name what ``replay`` takes, and have it run."""
    parser.add_argument(
        "recipe", type=Path, metavar="RECIPE", help="what reconstruct --format recipe or the page wrote"
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="the recording that it was made from")
    _add_prior(parser, "the earlier ECG, where there was one")
    parser.add_argument(
        "--model", metavar="NAME", help="the folder of its checkpoint, where it is none of the released"
    )
    parser.add_argument("--out", type=new_folder, metavar="DIR", help="where to write the result as well")
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
