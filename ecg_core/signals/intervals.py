"""What is measured on Lead I itself: rate, QRS count and QRS duration."""

import numpy as np

from ecg_core.results import Measurements, Segments

__all__ = ["measure"]


def measure(segments: Segments, samples: int) -> Measurements:
    """Measure the rate and the waves that were found in ``samples`` samples of Lead I.

    The ventricular rate is 60 over the mean R-R interval, first to last beat; the count in ten seconds is the number of
    complexes scaled by the length of the recording; the QRS duration is the mean over all complexes.

    >>> measure(Segments([50, 150, 250], [[45, 55], [144, 156], [245, 255]], [], 100.0), 500)
    Measurements(ventricular_rate=60.0, qrs_count=3, qrs_count_10s=6.0, qrs_ms=106.66..., t_count=0)
    """
    count = len(segments.qrs)
    if segments.not_delineated is not None or samples <= 0:
        return Measurements(None, 0, None, None, 0)
    rate = segments.sampling_rate
    intervals = np.diff(segments.r_peaks) / rate
    widths = np.diff(segments.qrs, axis=1) / rate
    return Measurements(
        ventricular_rate=float(60.0 / intervals.mean()) if len(intervals) else None,
        qrs_count=count,
        qrs_count_10s=count * 10.0 * rate / samples,
        qrs_ms=float(1000.0 * widths.mean()) if count else None,
        t_count=len(segments.t),
    )
