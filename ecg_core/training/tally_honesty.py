"""Whether amplitudes are honest: how far they lean to the average, what ST is made up or missed, how intervals fare.

All of it is measured on the median beat of a record, between the bounds of QRS over the twelve true leads, against the
level just before QRS.
"""

from typing import Any

import numpy as np

from ecg_core.metrics import bland_altman, slope_and_r2
from ecg_core.results import Calibration
from ecg_core.signals.amplitudes import ST_SECONDS, Amplitudes, amplitudes
from ecg_core.signals.beats import BEAT_RATE, global_qrs, median_beat
from ecg_core.signals.waves import find_waves
from ecg_core.training.cases import ROWS, Case
from ecg_core.uncertainty.calibration import half_widths
from ecg_core.vocabulary import ESTIMATED, LEADS, FloatArray, Lead

__all__ = ["HonestyTally"]

RATE = 100.0
ST_MV = 0.1
ST_LEADS = (Lead.V1, Lead.V2, Lead.V3, Lead.V4)
QT_EVERY = 4
"""QT is measured on every fourth record: finding waves takes as long as the network does."""


class HonestyTally:
    """Collects the amplitudes and durations of true and estimated beats."""

    def __init__(self) -> None:
        self._true: list[Amplitudes] = []
        self._estimated: list[Amplitudes] = []
        self._st_half: list[FloatArray] = []
        self._qrs: list[tuple[float, float]] = []
        self._qt: list[tuple[float, float]] = []

    def add(self, case: Case, calibration: Calibration) -> None:
        """Take one record in; one without a whole beat is left out."""
        half = half_widths(case.moments.total_sd, case.waves, calibration, 0.9)
        true, estimated, width = (
            median_beat(leads, case.r_peaks, RATE) for leads in (case.truth, case.moments.mean, half)
        )
        bounds = None if true is None else global_qrs(true)
        if true is None or estimated is None or width is None or bounds is None:
            return
        onset, offset = bounds
        st_at = offset + round(ST_SECONDS * BEAT_RATE)
        if st_at + 10 >= true.shape[1]:
            return
        self._true.append(amplitudes(true, onset, offset))
        self._estimated.append(amplitudes(estimated, onset, offset))
        self._st_half.append(width[:, st_at])
        own = global_qrs(estimated)
        if own is not None:
            self._qrs.append(((own[1] - own[0]) * 1000 / BEAT_RATE, (offset - onset) * 1000 / BEAT_RATE))
        if len(self._true) % QT_EVERY == 1:
            pair = [_qt_ms(leads[LEADS.index(Lead.II)]) for leads in (case.moments.mean, case.truth)]
            if pair[0] is not None and pair[1] is not None:
                self._qt.append((pair[0], pair[1]))

    def result(self) -> dict[str, Any]:
        """Amplitudes by lead, the tie between I and V3, ST in V1-V4, QRS duration and QT."""
        true_r, estimated_r = (np.stack([one.r for one in kind]) for kind in (self._true, self._estimated))
        true_t, estimated_t = (np.stack([one.t for one in kind]) for kind in (self._true, self._estimated))
        i, v3 = LEADS.index(Lead.I), LEADS.index(Lead.V3)
        return {
            "records": len(self._true),
            "r_by_lead": {
                lead.value: _lean(estimated_r[:, row], true_r[:, row])
                for lead, row in zip(ESTIMATED, ROWS, strict=True)
            },
            "t_by_lead": {
                lead.value: _lean(estimated_t[:, row], true_t[:, row])
                for lead, row in zip(ESTIMATED, ROWS, strict=True)
            },
            "tie_of_r_in_i_and_v3": {
                "true": float(np.corrcoef(true_r[:, i], true_r[:, v3])[0, 1]),
                "estimated": float(np.corrcoef(true_r[:, i], estimated_r[:, v3])[0, 1]),
            },
            "st_elevation": {lead.value: self._st(lead) for lead in ST_LEADS},
            "qrs_ms": bland_altman(*np.array(self._qrs).T)._asdict(),
            "qt_ms_in_ii": bland_altman(*np.array(self._qt).T)._asdict(),
        }

    def _st(self, lead: Lead) -> dict[str, int]:
        row = LEADS.index(lead)
        true, estimated = (np.array([one.st[row] for one in kind]) for kind in (self._true, self._estimated))
        unsure = np.abs(estimated - ST_MV) <= np.array([half[row] for half in self._st_half])
        made_up, missed = (estimated >= ST_MV) & (true < ST_MV), (estimated < ST_MV) & (true >= ST_MV)
        return {
            "true": int((true >= ST_MV).sum()),
            "without": int((true < ST_MV).sum()),
            "made_up": int(made_up.sum()),
            "made_up_flagged": int((made_up & unsure).sum()),
            "missed": int(missed.sum()),
            "missed_flagged": int((missed & unsure).sum()),
            "flagged": int(unsure.sum()),
        }


def _lean(estimated: FloatArray, true: FloatArray) -> dict[str, float]:
    """How far the estimates of an amplitude ``(record,)`` lean to the average."""
    return {
        "spread_ratio": float(estimated.std() / true.std()),
        "slope_of_truth_on_estimate": slope_and_r2(estimated, true).slope,
        "r2_of_error_on_truth": slope_and_r2(true, estimated - true).r2,
    }


def _qt_ms(lead: FloatArray) -> float | None:
    """Median QT in ms from the waves of one lead ``(sample,)``, None where no beat has both bounds."""
    segments = find_waves(lead, RATE)
    qrs_of_t = [segments.qrs[segments.qrs[:, 0] < end] for _, end in segments.t]
    durations = [end - before[-1, 0] for before, (_, end) in zip(qrs_of_t, segments.t, strict=True) if len(before)]
    return float(np.median(durations)) * 1000 / RATE if durations else None
