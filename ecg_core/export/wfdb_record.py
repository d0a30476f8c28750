"""WFDB: twelve leads, the doubt of each, and QRS and T of Lead I as annotations; or these annotations alone.

Source: https://physionet.org/physiotools/wag/header-5.htm and annot-5.htm.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ecg_core import corrections
from ecg_core.export.provenance import channel_origin, half_width, provenance
from ecg_core.results import Analysis
from ecg_core.vocabulary import LEADS, MEASURED, Wave

__all__ = ["FINEST", "LARGEST", "marks", "signal_names", "to_annotations", "to_wfdb"]

LARGEST = 32000
FINEST = 1000.0
"""Integers a mV at the most: what a 12-lead device stores, 1 µV."""


def to_wfdb(analysis: Analysis, name: str = "reconstruction") -> dict[str, bytes]:
    """Return the files of the record ``name``: ``.hea``, ``.dat`` and ``.atr``.

    Twenty-four signals in mV: ``I``, ``II_estimated`` …, then ``I_spread``, ``II_spread`` …, half the width of the
    calibrated band (zero for the measured lead). The annotator ``atr`` holds, on signal 0, ``(`` and ``)`` at the first
    and last sample of each QRS and T, ``?`` (a beat that nobody has classified) at its R peak, and ``t`` where Lead I
    is farthest from zero in the T wave or where a hand has put the peak. The note of a mark corrected by hand is
    ``by hand``.
    """
    from wfdb import wrsamp

    signals = np.concatenate([analysis.reconstruction.mean, half_width(analysis)]).astype(np.float64)
    gain = min(FINEST, np.floor(LARGEST / max(float(np.abs(signals).max()), 1e-3)))
    names = signal_names()
    comments = [*provenance(analysis), "Each _spread is half the width of the band: the estimate plus or minus it."]
    comments += [f"{lead}: {channel_origin(analysis, lead)}" for lead in LEADS]
    with TemporaryDirectory(prefix="ecg-") as folder:
        wrsamp(
            name, analysis.reconstruction.sampling_rate, ["mV"] * len(names), names, p_signal=signals.T,
            fmt=["16"] * len(names), adc_gain=[gain] * len(names), baseline=[0] * len(names), comments=comments,
            write_dir=folder,
        )  # fmt: skip
        _write_annotations(analysis, name, folder)
        return _written(folder)


def signal_names() -> list[str]:
    """What the twenty-four signals are called, in their order."""
    return [
        *(str(lead) if lead in MEASURED else f"{lead}_estimated" for lead in LEADS),
        *(f"{lead}_spread" for lead in LEADS),
    ]


def to_annotations(analysis: Analysis, name: str = "marks") -> dict[str, bytes]:
    """Return the annotations alone: ``.atr`` as in `to_wfdb`, and ``.hea``, the header of a record without signals.

    The header holds rate and length of the recording, the provenance of the marks, and each correction by hand.
    """
    result = analysis.reconstruction
    said = f"QRS and T of measured Lead I, marked by {corrections.marked_by(analysis.examination.segments)}."
    lines = [f"{name} 0 {result.sampling_rate:.10g} {result.mean.shape[1]}"]
    lines += [f"# {line}" for line in (said, *provenance(analysis))]
    with TemporaryDirectory(prefix="ecg-") as folder:
        (Path(folder) / f"{name}.hea").write_text("\n".join(lines) + "\n", encoding="ascii")
        _write_annotations(analysis, name, folder)
        return _written(folder)


def _written(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def _write_annotations(analysis: Analysis, name: str, folder: str) -> None:
    from wfdb import wrann

    noted = _annotations(analysis)
    if noted:
        samples, symbols, notes = (list(column) for column in zip(*noted, strict=True))
        wrann(
            name, "atr", np.array(samples), symbols, chan=np.zeros(len(noted), int), aux_note=notes,
            fs=analysis.reconstruction.sampling_rate, write_dir=folder,
        )  # fmt: skip


def marks(analysis: Analysis) -> list[tuple[int, str]]:
    """Sample and symbol of each annotation, in the order of time."""
    return [(sample, symbol) for sample, symbol, _ in _annotations(analysis)]


def _annotations(analysis: Analysis) -> list[tuple[int, str, str]]:
    """Sample, symbol and note of each annotation, in the order of time."""
    corrected = set(corrections.by_hand(analysis.examination.segments))
    noted = []
    for mark in corrections.marks(analysis.examination):
        note = "by hand" if mark in corrected else ""
        at = ((mark.onset, "("), (mark.peak, "?" if mark.wave is Wave.QRS else "t"), (mark.offset - 1, ")"))
        noted += [(sample, symbol, note) for sample, symbol in at]
    return sorted(noted)
