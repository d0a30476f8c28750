"""EDF+: twelve leads and the doubt of each, with QRS and T of Lead I as annotations.

Source: Kemp and Olivan 2003, https://www.edfplus.info/specs/edfplus.html.
"""

import io

import numpy as np

from ecg_core.corrections import by_hand, marks
from ecg_core.export.provenance import channel_origin, half_width, provenance, short_hash
from ecg_core.results import Analysis
from ecg_core.vocabulary import ESTIMATED_MARK, LEADS, MEASURED, FloatArray

__all__ = ["to_edf"]

LARGEST_RECORD = 61440
"""Bytes of a data record at the most, as EDF recommends."""
LARGEST = 32767


def to_edf(analysis: Analysis) -> bytes:
    """Return an EDF+C file of twenty-four signals in mV, without name and date.

    ``ECG I``, ``ECG II est`` …, then ``Spread I`` …, half the width of the calibrated band. The transducer field of
    each says whether it was measured; the annotations hold `provenance` at 0 s, then QRS and T with their durations.
    EDF knows whole data records only: where no record length fits, less than 0.1 s of the end is left out, and an
    annotation says so.
    """
    import edfio

    result = analysis.reconstruction
    samples, seconds = _record(result.mean.shape[1], result.sampling_rate)
    kept = result.mean.shape[1] // samples * samples
    band = analysis.card.preparation
    names = [f"ECG {lead}" if lead in MEASURED else f"ECG {lead} est" for lead in LEADS]
    signals = [
        edfio.EdfSignal(
            row[:kept].astype(np.float64), samples / seconds, label=name, transducer_type=origin,
            physical_dimension="mV", physical_range=_range(row), digital_range=(-LARGEST, LARGEST),
            prefiltering=f"HP:{band.low_hz:g}Hz LP:{band.high_hz:g}Hz",
        )
        for name, row, origin in [
            *zip(names, result.mean, [channel_origin(analysis, lead) for lead in LEADS], strict=True),
            *((f"Spread {lead}", row, f"Half the width of the band of Lead {lead}")
              for lead, row in zip(LEADS, half_width(analysis), strict=True)),
        ]
    ]  # fmt: skip
    said = list(provenance(analysis))
    if kept < result.mean.shape[1]:
        said.append(f"The last {result.mean.shape[1] - kept} samples fill no data record and were left out.")
    notes = [edfio.EdfAnnotation(0.0, None, line) for line in said]
    corrected, rate = set(by_hand(analysis.examination.segments)), result.sampling_rate
    notes += [
        edfio.EdfAnnotation(
            mark.onset / rate, (mark.offset - mark.onset) / rate,
            f"{mark.wave} on Lead I{', by hand' * (mark in corrected)}",
        )
        for mark in marks(analysis.examination)
        if mark.offset <= kept
    ]  # fmt: skip
    recording = edfio.Recording(equipment_code="ecg-core", additional=(ESTIMATED_MARK, short_hash(analysis)))
    buffer = io.BytesIO()
    edfio.Edf(signals, recording=recording, data_record_duration=seconds, annotations=notes).write(buffer)
    return buffer.getvalue()


def _record(samples: int, rate: float) -> tuple[int, float]:
    """Samples and seconds of a data record: near one second, its length exact where it can be.

    >>> _record(5000, 500.0), _record(5123, 512.0), _record(4999, 500.0)
    ((500, 1.0), (109, 0.212891), (50, 0.1))
    """
    least, most = max(1, round(rate / 10)), min(samples, LARGEST_RECORD // (2 * 2 * len(LEADS)))
    fitting = [count for count in range(least, most + 1) if samples % count == 0] or [least]
    count = min(fitting, key=lambda count: (abs(count / rate - round(count / rate, 6)) > 1e-12, abs(count - rate)))
    return count, round(count / rate, 6)


def _range(row: FloatArray) -> tuple[float, float]:
    """A round range in mV that holds the row, the same on both sides of zero."""
    most = max(1.0, float(np.ceil(10 * np.abs(row).max()) / 10))
    return -most, most
