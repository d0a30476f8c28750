"""Calipers: the distance between two points of one lead, with its doubt where the lead is estimated."""

from ecg_core.errors import EcgError
from ecg_core.results import Analysis, Caliper
from ecg_core.vocabulary import Lead, Provenance

__all__ = ["place_caliper"]


def place_caliper(analysis: Analysis, lead: Lead, start: float, end: float, name: str = "") -> Caliper:
    """Measure ``lead`` from ``start`` to ``end`` (s), each moved to the nearest sample.

    On an estimated lead the difference lies between the end's lowest value less the start's highest, and the reverse,
    *as long as both* lie inside their bands. For two points together that is less certain than for one, so that the
    coverage of the band is not that of this interval. Raises `EcgError` unless the ends lie in the recording
    one after the other.

    >>> from pathlib import Path
    >>> from ecg_core import analyse, read
    >>> files = {path.name: path.read_bytes() for path in Path("sample_data").glob("A0002.*")}
    >>> caliper = place_caliper(analyse(read(files), passes=4), Lead.V2, 1.0, 1.5)
    >>> caliper.end - caliper.start, caliper.interval_mv[0] < caliper.to_mv - caliper.from_mv < caliper.interval_mv[1]
    (0.5, True)
    """
    reconstruction = analysis.reconstruction
    rate, samples = reconstruction.sampling_rate, reconstruction.mean.shape[1]
    first, last = round(start * rate), round(end * rate)
    if not 0 <= first < last < samples:
        raise EcgError(
            f"Found a caliper from {start:g} s to {end:g} s; expected its start before its end, both from 0 to "
            f"{(samples - 1) / rate:g} s."
        )
    row = reconstruction.row(lead)
    from_mv, to_mv = (float(reconstruction.mean[row, sample]) for sample in (first, last))
    interval = None
    if reconstruction.provenance(lead) is Provenance.ESTIMATED:
        low, high = reconstruction.low[row], reconstruction.high[row]
        interval = float(low[last] - high[first]), float(high[last] - low[first])
    return Caliper(name, lead, first / rate, last / rate, from_mv, to_mv, interval)
