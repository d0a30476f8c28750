"""A WFDB record: twelve leads, the doubt of each, and QRS and T of Lead I as annotations.

Source: https://physionet.org/physiotools/wag/header-5.htm and annot-5.htm.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ecg_core.export.provenance import channel_origin, half_width, provenance
from ecg_core.results import Analysis
from ecg_core.vocabulary import LEADS, MEASURED

__all__ = ["FINEST", "LARGEST", "marks", "signal_names", "to_wfdb"]

LARGEST = 32000
FINEST = 1000.0
"""Integers a mV at the most: what a 12-lead device stores, 1 µV."""


def to_wfdb(analysis: Analysis, name: str = "reconstruction") -> dict[str, bytes]:
    """Return the files of the record ``name``: ``.hea``, ``.dat`` and ``.atr``.

    Twenty-four signals in mV: ``I``, ``II_estimated`` …, then ``I_spread``, ``II_spread`` …, half the width of the
    calibrated band (zero for the measured lead). The annotator ``atr`` holds, on signal 0, ``(`` and ``)`` at the first
    and last sample of each QRS and T, ``?`` (a beat that nobody has classified) at its R peak, and ``t`` where Lead I
    is farthest from zero in the T wave.
    """
    from wfdb import wrann, wrsamp

    signals = np.concatenate([analysis.reconstruction.mean, half_width(analysis)]).astype(np.float64)
    gain = min(FINEST, np.floor(LARGEST / max(float(np.abs(signals).max()), 1e-3)))
    names = signal_names()
    comments = [*provenance(analysis), "Each _spread is half the width of the band: the estimate plus or minus it."]
    comments += [f"{lead}: {channel_origin(analysis, lead)}" for lead in LEADS]
    found = marks(analysis)
    with TemporaryDirectory(prefix="ecg-") as folder:
        wrsamp(
            name, analysis.reconstruction.sampling_rate, ["mV"] * len(names), names, p_signal=signals.T,
            fmt=["16"] * len(names), adc_gain=[gain] * len(names), baseline=[0] * len(names), comments=comments,
            write_dir=folder,
        )  # fmt: skip
        if found:
            samples, symbols = (list(column) for column in zip(*found, strict=True))
            wrann(
                name, "atr", np.array(samples), symbols, chan=np.zeros(len(found), int),
                fs=analysis.reconstruction.sampling_rate, write_dir=folder,
            )  # fmt: skip
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def signal_names() -> list[str]:
    """What the twenty-four signals are called, in their order."""
    return [
        *(str(lead) if lead in MEASURED else f"{lead}_estimated" for lead in LEADS),
        *(f"{lead}_spread" for lead in LEADS),
    ]


def marks(analysis: Analysis) -> list[tuple[int, str]]:
    """Sample and symbol of each annotation, in the order of time."""
    segments, lead_i = analysis.examination.segments, analysis.examination.lead_i
    found = [(int(peak), "?") for peak in segments.r_peaks]
    found += [(int(onset + np.abs(lead_i[onset:offset]).argmax()), "t") for onset, offset in segments.t]
    for waves in (segments.qrs, segments.t):
        found += [(int(onset), "(") for onset, _ in waves] + [(int(offset) - 1, ")") for _, offset in waves]
    return sorted(found)
