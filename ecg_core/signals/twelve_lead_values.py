"""What is read from a twelve-lead beat: axis, R progression, voltages of hypertrophy, ST by territory.

Of an estimated beat these are shown only where it has been measured how far they can be trusted
(`ecg_core.answers`).
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from ecg_core.limb_leads import axis_degrees
from ecg_core.signals.beats import BEAT_RATE, global_qrs
from ecg_core.vocabulary import LEADS, FloatArray, Lead

__all__ = ["TERRITORIES", "UNITS", "twelve_lead_values"]

TERRITORIES: Mapping[str, tuple[Lead, ...]] = MappingProxyType(
    {
        "st_anterior_mv": (Lead.V1, Lead.V2, Lead.V3, Lead.V4),
        "st_lateral_mv": (Lead.I, Lead.AVL, Lead.V5, Lead.V6),
        "st_inferior_mv": (Lead.II, Lead.III, Lead.AVF),
    }
)
"""ST is the mean over these leads, `ST_SECONDS` after the end of QRS."""
UNITS: Mapping[str, str] = MappingProxyType(
    {"r_axis_deg": "°", "r_progression": "", "sokolow_lyon_mv": "mV", "cornell_mv": "mV"}
    | dict.fromkeys(TERRITORIES, "mV")
)
"""Every value by its name, with its unit."""
CHEST = (Lead.V1, Lead.V2, Lead.V3, Lead.V4, Lead.V5, Lead.V6)
ST_SECONDS = 0.06
LEAST_NET_AREA = 0.001
"""mV·s; below it in both leads an axis would be noise."""


def twelve_lead_values(beat: FloatArray, *, bounds_from: tuple[Lead, ...] = LEADS) -> dict[str, float]:
    """Read a median beat ``(12, sample)`` in mV at `ecg_core.signals.beats.BEAT_RATE`, over the level before QRS.

    ``r_axis_deg``: from the net areas of I and aVF; ``r_progression``: where from V1 (1) to V6 (6) R first outweighs
    S, between two leads by interpolation, 6.5 where it never does; ``sokolow_lyon_mv``: S in V1 and the larger R of V5
    and V6 (Sokolow and Lyon 1949); ``cornell_mv``: R in aVL and S in V3 (Casale et al. 1985); ST as in `TERRITORIES`.
    The bounds of QRS are sought in ``bounds_from``, which are the measured leads where the others are estimated. What
    cannot be read is absent.

    >>> beat = np.zeros((12, 400)); beat[LEADS.index(Lead.V3), 145:155] = -1.2; beat[LEADS.index(Lead.AVL), 150] = 0.8
    >>> round(twelve_lead_values(beat)["cornell_mv"], 3)
    2.0
    """
    bounds = global_qrs(beat[[LEADS.index(lead) for lead in bounds_from]])
    if bounds is None:
        return {}
    onset, offset = bounds
    above = beat - beat[:, max(onset - 10, 0) : onset].mean(axis=1, keepdims=True)
    qrs, st_at = above[:, onset:offset], offset + round(ST_SECONDS * BEAT_RATE)
    r, s = np.maximum(qrs.max(axis=1), 0), np.maximum(-qrs.min(axis=1), 0)
    found = {
        "sokolow_lyon_mv": float(s[LEADS.index(Lead.V1)] + max(r[LEADS.index(Lead.V5)], r[LEADS.index(Lead.V6)])),
        "cornell_mv": float(r[LEADS.index(Lead.AVL)] + s[LEADS.index(Lead.V3)]),
        "r_progression": _transition(r, s),
    }
    net_i, net_avf = (float(qrs[LEADS.index(lead)].sum() / BEAT_RATE) for lead in (Lead.I, Lead.AVF))
    if np.hypot(net_i, net_avf) >= LEAST_NET_AREA:
        found["r_axis_deg"] = axis_degrees(net_i, net_avf)
    if st_at < beat.shape[1]:
        for name, leads in TERRITORIES.items():
            found[name] = float(above[[LEADS.index(lead) for lead in leads], st_at].mean())
    return found


def _transition(r: FloatArray, s: FloatArray) -> float:
    """Where along V1 to V6 the share of R in R and S first reaches one half; ``r``, ``s (12,)`` in mV."""
    rows = [LEADS.index(lead) for lead in CHEST]
    shares = r[rows] / np.maximum(r[rows] + s[rows], 1e-6)
    reached = np.flatnonzero(shares >= 0.5)
    if not len(reached):
        return len(CHEST) + 0.5
    first = int(reached[0])
    if first == 0:
        return 1.0
    return float(first + (0.5 - shares[first - 1]) / (shares[first] - shares[first - 1]))
