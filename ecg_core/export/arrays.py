"""``reconstruction.npz``: the twelve leads and their doubt for other programs."""

import io
from typing import Any

import numpy as np

from ecg_core.export.provenance import provenance
from ecg_core.results import Analysis
from ecg_core.vocabulary import ESTIMATED_MARK, LEADS, MEASURED

__all__ = ["to_npz"]


def to_npz(analysis: Analysis) -> bytes:
    """Return the reconstruction as a NumPy archive.

    ``leads (12,)``; ``sampling_rate_hz``; ``time_s (n,)``; ``mean_mv``, ``epistemic_sd_mv``, ``total_sd_mv``,
    ``low_mv``, ``high_mv``, each ``(12, n)`` at the recording's own rate; ``measured (12,)``: whether the lead was
    recorded; ``provenance``: what the file is, in words. The mark of an export is the name of an entry, so that readers
    find it.
    """
    result = analysis.reconstruction
    mark: dict[str, Any] = {ESTIMATED_MARK: np.True_}
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        leads=np.array([lead.value for lead in LEADS]),
        sampling_rate_hz=np.float64(result.sampling_rate),
        time_s=result.time,
        mean_mv=result.mean,
        epistemic_sd_mv=result.epistemic_sd,
        total_sd_mv=result.total_sd,
        low_mv=result.low,
        high_mv=result.high,
        measured=np.array([lead in MEASURED for lead in LEADS]),
        provenance=np.array(provenance(analysis)),
        **mark,
    )
    return buffer.getvalue()
