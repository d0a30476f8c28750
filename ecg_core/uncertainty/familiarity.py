"""How unlike its training records a network finds a Lead I: the distance of its encoding from theirs.

After Lee et al. 2018 (Mahalanobis distance in feature space): the encoding's mean and spread over time are brought to
the principal axes of the training records and scaled there. What a distance means is counted on records that were not
trained on. A small one proves nothing: a halved gain and most other leads pass for Lead I (`Familiarity.caught`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save

from ecg_core.errors import CheckpointRefused
from ecg_core.models.checkpoint import CHECKPOINTS, Model
from ecg_core.results import ModelCard
from ecg_core.signals.windows import cut
from ecg_core.vocabulary import FloatArray

__all__ = [
    "FAMILIARITY",
    "SPOILT",
    "UNFAMILIAR",
    "Familiarity",
    "embed",
    "fit_familiarity",
    "load_familiarity",
    "save_familiarity",
]

FAMILIARITY = "familiarity.safetensors"
"""Beside a released checkpoint: where its training records lie."""
COMPONENTS = 64
SPOILT = ("reversed", "doubled", "halved", "ii", "v1")
"""What is done to Lead I to see whether it is noticed: its sign changed, its gain wrong, another lead taken for it."""
UNFAMILIAR = 0.99
"""A Lead I is unfamiliar that lies farther off than this share of held-out records."""


@dataclass(frozen=True, eq=False)
class Familiarity:
    """Where a network's training records lie.

    ``centre (feature,)`` and ``axes (component, feature)`` bring an embedding to principal components of unit variance;
    ``distances (record,)``, sorted, are those of records that were not trained on, ``told_by`` names them;
    ``error_ratio``: how much larger the network's error was on the unfamiliar ones of them than on all; ``caught``: the
    share of them that are unfamiliar once they are spoilt, by what was done to them (`SPOILT`).
    """

    centre: FloatArray
    axes: FloatArray
    distances: FloatArray
    error_ratio: float
    told_by: str
    caught: Mapping[str, float] = field(default_factory=dict)

    def distance(self, embedding: FloatArray) -> float:
        """Root mean square over the components, about 1 for a usual record; ``embedding (feature,)``."""
        return float(np.sqrt(np.mean(np.square(self.axes @ (embedding - self.centre)))))

    def farther_share(self, distance: float) -> float:
        """The share of held-out records that lie at least so far off."""
        return float(1 - np.searchsorted(self.distances, distance) / len(self.distances))

    def is_unfamiliar(self, distance: float) -> bool:
        """Whether it lies farther off than `UNFAMILIAR` of the held-out records."""
        return distance > float(np.quantile(self.distances, UNFAMILIAR))

    def distance_of(self, lead_i: FloatArray, model: Model) -> float:
        """The median distance of the windows of a Lead I ``(sample,)``, prepared and at the network's rate."""
        windows = [window.signal for window in cut(lead_i, model.card.preparation)]
        return float(np.median([self.distance(embed(model, window[None])[0]) for window in windows]))


@torch.inference_mode()
def embed(model: Model, lead_i: FloatArray) -> FloatArray:
    """Mean and standard deviation over time of the encoding of ``lead_i (row, sample)``, ``(row, feature)``."""
    stride = model.network.stride
    heard = torch.from_numpy(np.array(lead_i[:, : lead_i.shape[1] // stride * stride], dtype=np.float32))
    deep = model.network.encode_signal(heard)
    found: FloatArray = torch.cat([deep.mean(dim=-1), deep.std(dim=-1)], dim=1).numpy()
    return found


def fit_familiarity(trained: FloatArray, held_out: FloatArray, errors: FloatArray, told_by: str) -> Familiarity:
    """From the embeddings ``(record, feature)`` of training and of held-out records, these with their ``errors``.

    >>> rng = np.random.default_rng(0)
    >>> found = fit_familiarity(rng.normal(size=(900, 80)), rng.normal(size=(200, 80)), np.ones(200), "noise")
    >>> found.is_unfamiliar(found.distance(np.full(80, 3.0))), round(found.error_ratio, 2)
    (True, 1.0)
    """
    centre, scale = trained.mean(axis=0), trained.std(axis=0) + 1e-6
    _, lengths, axes = np.linalg.svd((trained - centre) / scale, full_matrices=False)
    spread = lengths[:COMPONENTS, None] / np.sqrt(len(trained) - 1)
    bare = Familiarity(centre, axes[:COMPONENTS] / spread / scale, np.empty(0), 1.0, told_by)
    distances = np.array([bare.distance(one) for one in held_out])
    far = distances > np.quantile(distances, UNFAMILIAR)
    ratio = float(errors[far].mean() / errors.mean())
    return Familiarity(bare.centre, bare.axes, np.sort(distances), ratio, told_by)


def save_familiarity(found: Familiarity, card: ModelCard, folder: Path) -> Path:
    """Write it beside the checkpoint of ``card`` in ``folder``."""
    arrays = {
        "centre": found.centre.astype(np.float32),
        "axes": found.axes.astype(np.float32),
        "distances": found.distances.astype(np.float32),
    }
    said: dict[str, object] = {
        "weights_sha256": card.weights_sha256,
        "error_ratio": found.error_ratio,
        "told_by": found.told_by,
    }
    said["caught"] = dict(found.caught)
    file = folder / FAMILIARITY
    file.write_bytes(save(arrays, metadata={"familiarity": json.dumps(said)}))
    return file


def load_familiarity(card: ModelCard, folder: Path = CHECKPOINTS) -> Familiarity | None:
    """Where the training records of a model lie; None where nobody has looked.

    Raises `CheckpointRefused` where the file was made with other weights than those of ``card``.

    >>> from ecg_core import load_model
    >>> found = load_familiarity(load_model().card)
    >>> found.told_by, found.farther_share(0.0)
    ('PTB-XL fold 8', 1.0)
    """
    file = folder / card.name / FAMILIARITY
    if not file.is_file():
        return None
    with safe_open(file, "numpy") as content:
        said = json.loads((content.metadata() or {})["familiarity"])
        centre, axes, distances = (content.get_tensor(name) for name in ("centre", "axes", "distances"))
    if said["weights_sha256"] != card.weights_sha256:
        raise CheckpointRefused(
            f"Found {FAMILIARITY} of {card.name} made with other weights; expected those of its card: run ecg-core "
            "answers anew."
        )
    return Familiarity(centre, axes, distances, float(said["error_ratio"]), said["told_by"], said["caught"])
