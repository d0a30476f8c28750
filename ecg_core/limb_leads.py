"""Einthoven's and Goldberger's laws: four limb leads and the axes follow exactly from Leads I and II.

Sources: Einthoven 1912 (III = II - I); Goldberger 1942 (the augmented leads, each the mean of two of Einthoven's).
"""

import numpy as np

from ecg_core.vocabulary import DERIVED, LEADS, PREDICTED, FloatArray, Lead

__all__ = ["DERIVATION", "axis_degrees", "derive", "twelve"]

DERIVATION: dict[Lead, tuple[float, float]] = {
    Lead.III: (-1.0, 1.0),
    Lead.AVR: (-0.5, -0.5),
    Lead.AVL: (1.0, -0.5),
    Lead.AVF: (-0.5, 1.0),
}
"""Each derived lead as (weight of I, weight of II)."""


def derive(lead: Lead, lead_i: FloatArray, lead_ii: FloatArray) -> FloatArray:
    """Compute a derived limb lead from Leads I and II in mV, of any one shape.

    >>> derive(Lead.AVF, np.array([1.0]), np.array([1.5])).tolist()
    [1.0]
    """
    of_i, of_ii = DERIVATION[lead]
    return of_i * lead_i + of_ii * lead_ii


def twelve(lead_i: FloatArray, predicted: FloatArray) -> FloatArray:
    """Assemble twelve leads, ``(..., 12, sample)``, from Lead I ``(sample,)`` and the predicted ``(..., 7, sample)``.

    >>> twelve(np.zeros(5), np.ones((3, 7, 5))).shape
    (3, 12, 5)
    """
    leads = np.empty((*predicted.shape[:-2], len(LEADS), predicted.shape[-1]), np.float32)
    leads[..., LEADS.index(Lead.I), :] = lead_i
    for row, lead in enumerate(PREDICTED):
        leads[..., LEADS.index(lead), :] = predicted[..., row, :]
    lead_ii = predicted[..., PREDICTED.index(Lead.II), :]
    for lead in DERIVED:
        leads[..., LEADS.index(lead), :] = derive(lead, lead_i, lead_ii)
    return leads


def axis_degrees(net_i: float, net_avf: float) -> float:
    """The frontal axis in degrees (-180, 180] from the net area (or amplitude) in Leads I and aVF.

    aVF is scaled by 2/√3, since an augmented lead records √3/2 of the strength of a bipolar one (Goldberger's leads on
    Einthoven's triangle).

    >>> round(axis_degrees(1.0, 0.0)), round(axis_degrees(0.0, 1.0)), round(axis_degrees(-1.0, 0.0))
    (0, 90, 180)
    """
    angle = float(np.degrees(np.arctan2(net_avf * 2 / np.sqrt(3), net_i)))
    return 180.0 if angle == -180.0 else angle
