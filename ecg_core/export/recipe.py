"""A recipe: everything that made a result, so that it can be made again from the same file and compared bit for bit."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import Any

import numpy as np
import torch

from ecg_core.corrections import BOUNDS, revise
from ecg_core.errors import EcgError, RecipeDiffers
from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.export.recipe_form import RECIPE, parse
from ecg_core.export.summary import PACKAGES
from ecg_core.models.checkpoint import Model
from ecg_core.pipeline import analyse
from ecg_core.readers import read
from ecg_core.records import EarlierEcg, PatientMetadata
from ecg_core.results import Analysis, Correction, Examination, Mark, ModelCard, Reconstruction, Segments
from ecg_core.uncertainty.calibration import calibration_for
from ecg_core.vocabulary import Origin, Sex, Wave

__all__ = ["model_of", "replay", "result_sha256", "to_recipe"]


def to_recipe(
    analysis: Analysis,
    files: Mapping[str, bytes],
    *,
    sampling_rate: float | None = None,
    unit: str | None = None,
    lead: str | None = None,
    member: str | None = None,
    part: tuple[float, float] | None = None,
) -> str:
    """Return, as JSON, what made an analysis of ``files``, without their names.

    ``sampling_rate``, ``unit``, ``lead`` and ``member`` are what `ecg_core.read` was told; ``part`` is from where to
    where of the recording it goes, in s, None for all of it. Of an earlier ECG it holds a hash of its median beats. Age
    and sex are in it where the network was told. Marks corrected by hand are in it, in samples, as what was found and
    what was made of it.
    """
    result, earlier, segments = analysis.reconstruction, analysis.earlier, analysis.examination.segments
    content = {
        "recipe": RECIPE,
        "notice": RESEARCH_ONLY,
        "files_sha256": _files_sha256(files),
        "read_as": {"sampling_rate": sampling_rate, "unit": unit, "lead": lead, "member": member},
        "part_s": None if part is None else list(part),
        "metadata": {
            name: {"value": getattr(analysis.metadata, name), "origin": analysis.metadata.origin(name).value}
            for name in analysis.metadata.known()
        },
        "earlier_ecg": None
        if earlier is None
        else {"beats_sha256": _sha256(earlier.beat), "days_before": earlier.days_before},
        "model": {
            "name": analysis.card.name,
            "weights_sha256": analysis.card.weights_sha256,
            "calibrated_on": _calibrated_on(analysis.card, analysis.metadata, earlier),
        },
        "passes": result.passes,
        "seed": result.seed,
        "coverage": result.coverage,
        "result_sha256": result_sha256(result),
        "corrections": [asdict(one) for one in segments.corrections],
        "marks_sha256": _marks_sha256(segments),
        "threads": torch.get_num_threads(),
        "versions": {name: version(name) for name in PACKAGES},
    }
    return json.dumps(content, indent=1) + "\n"


def result_sha256(result: Reconstruction) -> str:
    """The SHA-256 of the five arrays of a reconstruction, in the order of its fields."""
    return _sha256(result.mean, result.epistemic_sd, result.total_sd, result.low, result.high)


def model_of(recipe: str) -> str:
    """The name of the model of a recipe. Raises `UnreadableFile` where it is none, or not as it was written.

    >>> model_of("{}")
    Traceback (most recent call last):
    ecg_core.errors.UnreadableFile: Found no recipe; expected a file that ecg-core wrote with --format recipe...
    """
    return str(parse(recipe)["model"]["name"])


def replay(recipe: str, files: Mapping[str, bytes], model: Model, *, earlier: EarlierEcg | None = None) -> Analysis:
    """Make the result of a recipe again, its marks corrected; returns it where every bit of it is the same.

    ``model`` is that which the recipe names, ``earlier`` the earlier ECG where it used one. Raises `RecipeDiffers`,
    which says in one sentence what is not as it was: the file, the model, the earlier ECG, a version.

    >>> from pathlib import Path
    >>> from ecg_core import load_model
    >>> files = {path.name: path.read_bytes() for path in Path("sample_data").glob("A0002.*")}
    >>> recipe = to_recipe(analyse(read(files), passes=2), files)
    >>> replay(recipe, files, load_model()).reconstruction.passes
    2
    """
    told = parse(recipe)
    found, expected = (", ".join(hashes) for hashes in (_files_sha256(files), told["files_sha256"]))
    _same("file", "SHA-256", found, expected)
    _same(
        "model",
        f"weights of {model.card.name} with SHA-256",
        model.card.weights_sha256,
        told["model"]["weights_sha256"],
    )
    earlier = _earlier(told["earlier_ecg"], earlier)
    metadata = _metadata(told["metadata"])
    _same("calibration", "one on", _calibrated_on(model.card, metadata, earlier), told["model"]["calibrated_on"])
    recording = read(files, **told["read_as"])
    if told["part_s"] is not None:
        recording = recording.between(*told["part_s"])
    with _threads(told["threads"]):
        analysis = analyse(
            recording, metadata, model, earlier=earlier, measure_lead_i=False,
            passes=told["passes"], seed=told["seed"], coverage=told["coverage"],
        )  # fmt: skip
    if result_sha256(analysis.reconstruction) != told["result_sha256"]:
        raise RecipeDiffers(_why_it_differs(told["versions"]))
    if told["recipe"] != RECIPE:
        return analysis
    return replace(analysis, examination=_corrected(analysis.examination, told))


def _corrected(examination: Examination, told: Mapping[str, Any]) -> Examination:
    """``examination`` with the corrections of a recipe, where its marks then are those of the recipe."""
    corrections = [Correction(_mark(one["before"]), _mark(one["after"])) for one in told["corrections"]]
    try:
        revised = revise(examination, corrections)
    except EcgError:  # other marks were found than those that were corrected
        raise RecipeDiffers(_why_it_differs(told["versions"])) from None
    if _marks_sha256(revised.segments) != told["marks_sha256"]:
        raise RecipeDiffers(_why_it_differs(told["versions"]))
    return revised


def _mark(told: Mapping[str, Any] | None) -> Mark | None:
    return None if told is None else Mark(Wave(told["wave"]), *(told[bound] for bound in BOUNDS))


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let torch compute with ``count`` threads, on which the last bits of its sums depend."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _files_sha256(files: Mapping[str, bytes]) -> list[str]:
    """The hash of each file, as ``sha256sum`` prints it, in the order of the hashes: names say nothing."""
    return sorted(hashlib.sha256(content).hexdigest() for content in files.values())


def _sha256(*arrays: np.ndarray) -> str:
    whole = hashlib.sha256()
    for array in arrays:
        whole.update(repr(array.shape).encode())
        whole.update(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes())
    return whole.hexdigest()


def _marks_sha256(segments: Segments) -> str:
    return _sha256(*(one.astype(np.int64) for one in (segments.r_peaks, segments.qrs, segments.t)))


def _same(what: str, by: str, found: object, expected: object) -> None:
    if found != expected:
        found = f"{by} {found}".strip()
        raise RecipeDiffers(f"Another {what}: found {found}; expected {expected}: give that of the recipe.")


def _earlier(told: Mapping[str, Any] | None, given: EarlierEcg | None) -> EarlierEcg | None:
    """The earlier ECG with the age that the recipe tells; its axes stand among the recipe's metadata."""
    found = "none" if given is None else f"beats with SHA-256 {_sha256(given.beat)}"
    expected = "none" if told is None else f"beats with SHA-256 {told['beats_sha256']}"
    _same("earlier ECG", "", found, expected)
    if given is None or told is None:
        return None
    return EarlierEcg(given.beat, given.sampling_rate, PatientMetadata(), told["days_before"])


def _calibrated_on(card: ModelCard, metadata: PatientMetadata, earlier: EarlierEcg | None) -> str:
    return calibration_for(card, metadata, earlier_beat=earlier is not None).fitted_on


def _metadata(told: Mapping[str, Mapping[str, Any]]) -> PatientMetadata:
    values: dict[str, Any] = {name: Sex(one["value"]) if name == "sex" else one["value"] for name, one in told.items()}
    return PatientMetadata(**values, origins={name: Origin(one["origin"]) for name, one in told.items()})


def _why_it_differs(then: Mapping[str, str]) -> str:
    changed = [f"{name} {old} then, {version(name)} now" for name, old in then.items() if version(name) != old]
    if changed:
        return f"Another version: file and model are the same, but not every bit of the result; {', '.join(changed)}."
    return (
        "Another machine: file, model and versions are the same, but not every bit of the result; another processor "
        "may round otherwise."
    )
