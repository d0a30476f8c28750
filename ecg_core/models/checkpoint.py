"""A checkpoint: a folder with ``weights.safetensors`` and ``card.json``, from which a network rebuilds itself."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save

from ecg_core.errors import CheckpointRefused, DataMissing
from ecg_core.metadata import FEATURES
from ecg_core.models.dual_branch import DualBranch
from ecg_core.models.ensemble import DualBranchEnsemble
from ecg_core.models.layers import Network
from ecg_core.models.linear import Linear
from ecg_core.models.mean_beat import MeanBeat
from ecg_core.models.nakanishi import Nakanishi
from ecg_core.models.pair import DualBranchPair
from ecg_core.models.unet import UNet
from ecg_core.records import Preparation
from ecg_core.results import Calibration, ModelCard
from ecg_core.vocabulary import Lead, Wave

__all__ = [
    "CHECKPOINTS",
    "DEFAULT_MODEL",
    "EVALUATION",
    "Model",
    "list_models",
    "load_evaluations",
    "load_model",
    "save_model",
]

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"
"""Where the released checkpoints lie in a clone of the repository."""
DEFAULT_MODEL = "dual-branch"
EVALUATION = "evaluation.json"
"""Beside a released checkpoint: what ``ecg-core evaluate --release`` found of it."""
FORMAT_VERSION = 2
NETWORKS: dict[str, type[Network]] = {
    network.__name__: network
    for network in (DualBranch, DualBranchEnsemble, DualBranchPair, Linear, MeanBeat, Nakanishi, UNet)
}


@dataclass(frozen=True, eq=False)
class Model:
    """A network in evaluation mode with its card; safe to share, since nothing that uses it changes it."""

    network: Network
    card: ModelCard


def list_models(folder: Path = CHECKPOINTS) -> tuple[str, ...]:
    """Names of the checkpoints in ``folder``, the default one first.

    >>> list_models()[0]
    'dual-branch'
    """
    names = sorted(path.parent.name for path in folder.glob("*/card.json"))
    return tuple(sorted(names, key=lambda name: name != DEFAULT_MODEL))


def load_model(name: str | Path = DEFAULT_MODEL) -> Model:
    """Load a released model by its name, or any checkpoint by the path of its folder.

    Raises `DataMissing` where there is none, `CheckpointRefused` where it is damaged or of another version.

    >>> load_model().card.architecture
    'DualBranchEnsemble'
    """
    folder = CHECKPOINTS / name
    card_file, weights_file = folder / "card.json", folder / "weights.safetensors"
    if not (card_file.is_file() and weights_file.is_file()):
        raise DataMissing(
            f"Found no checkpoint named {name}; expected one of {', '.join(list_models()) or 'none'}, or the path of "
            "a folder with card.json and weights.safetensors."
        )
    content, weights = json.loads(card_file.read_text(encoding="utf-8")), weights_file.read_bytes()
    card = _card_from(content, folder.name)
    if hashlib.sha256(weights).hexdigest() != card.weights_sha256:
        raise CheckpointRefused(
            f"Found weights in {folder.name} that are not those its card names; expected the file as released: "
            "fetch it again."
        )
    network = NETWORKS[card.architecture](**card.settings)
    try:
        network.load_state_dict(load(weights), strict=True)
    except (SafetensorError, RuntimeError) as error:
        raise CheckpointRefused(
            f"Found weights in {folder.name} that do not fit a {card.architecture} of this version; expected those of "
            "one: use the version of ecg-core that wrote it, or train it anew."
        ) from error
    return Model(network.eval(), card)


def load_evaluations(folder: Path = CHECKPOINTS) -> dict[str, dict[str, Any]]:
    """What was found of each model in ``folder`` that has been evaluated, the default model first.

    >>> load_evaluations()["dual-branch"]["tiers"]["none"]["point"]["records"]
    2185
    """
    files = {name: folder / name / EVALUATION for name in list_models(folder)}
    return {name: json.loads(file.read_text(encoding="utf-8")) for name, file in files.items() if file.is_file()}


def save_model(folder: Path, network: Network, card: Mapping[str, Any]) -> ModelCard:
    """Write ``network`` and its card into ``folder``; return the card as it can be loaded.

    ``card`` holds the fields of `ModelCard` but those that follow from the network (architecture, features, checksum,
    version). Weights are kept in half precision: their rounding moves estimates by less than a recorder's resolution.
    """
    folder.mkdir(parents=True, exist_ok=True)
    halved = {
        name: value.half() if value.is_floating_point() else value for name, value in network.state_dict().items()
    }
    weights = save({name: value.contiguous() for name, value in halved.items()})
    full = ModelCard(
        **card,
        architecture=type(network).__name__,
        features=FEATURES,
        weights_sha256=hashlib.sha256(weights).hexdigest(),
        format_version=FORMAT_VERSION,
    )
    (folder / "weights.safetensors").write_bytes(weights)
    (folder / "card.json").write_text(json.dumps(asdict(full), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return full


def _card_from(content: dict[str, Any], name: str) -> ModelCard:
    if content.get("format_version") != FORMAT_VERSION:
        raise CheckpointRefused(
            f"Found checkpoint {name} of format version {content.get('format_version')}; expected {FORMAT_VERSION}: "
            "use the version of ecg-core that wrote it."
        )
    if tuple(content["features"]) != FEATURES or content["architecture"] not in NETWORKS:
        raise CheckpointRefused(
            f"Found checkpoint {name} made for other metadata features or another network; expected those of this "
            "version: train it anew."
        )
    preparation = Preparation(**{**content["preparation"], "mains_hz": tuple(content["preparation"]["mains_hz"])})
    return ModelCard(
        **{
            **content,
            "preparation": preparation,
            "features": tuple(content["features"]),
            "always_told": None if content.get("always_told") is None else tuple(content["always_told"]),
            "calibrations": _calibrations_from(content["calibrations"]),
            "other_spreads": {key: _calibrations_from(value) for key, value in content["other_spreads"].items()},
        }
    )


def _calibrations_from(content: dict[str, Any]) -> dict[str, Calibration]:
    return {key: _calibration_from(value) for key, value in content.items()}


def _calibration_from(content: dict[str, Any]) -> Calibration:
    factors = {level: _factors_from(leads) for level, leads in content["factors"].items()}
    return Calibration(**{**content, "factors": factors, "scale": _factors_from(content["scale"])})


def _factors_from(leads: dict[str, dict[str, float]]) -> dict[Lead, dict[Wave, float]]:
    return {Lead(lead): {Wave(wave): factor for wave, factor in waves.items()} for lead, waves in leads.items()}
