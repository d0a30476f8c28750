"""Errors of the estimated leads of many recordings as a table: one row a recording and lead."""

from collections.abc import Iterable, Mapping
from importlib.metadata import version

import pandas as pd

from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.export.provenance import analysed
from ecg_core.lead_errors import LEAST_S_MV, LeadError
from ecg_core.results import Analysis
from ecg_core.vocabulary import Lead

__all__ = ["to_csv"]

ABOUT = (
    RESEARCH_ONLY,
    "Each error is estimated minus recorded. r, rmse_mv and inside_band: over the whole recording. R, S and ST: on the "
    "median beat, over the level before QRS. QRS and QT: medians over the beats, waves found alike in both leads.",
    f"Empty: could not be measured; S: neither QRS dips {LEAST_S_MV:g} mV below its starting level.",
)


def to_csv(cases: Iterable[tuple[str, Analysis, Mapping[Lead, LeadError]]]) -> str:
    """Return the errors as CSV; lines that begin with ``#`` say what the columns are.

    ``cases`` are a name, an analysis and its errors (`ecg_core.lead_errors.lead_errors`). A recording is named by
    that name and by the hash of its Lead I; ``told`` lists what the network was told of the patient, with its origin.
    """
    rows = [row for name, analysis, errors in cases for row in _rows(name, analysis, errors)]
    about = "".join(f"# {line}\n" for line in (*ABOUT, f"ecg-core {version('ecg-core')}"))
    return about + pd.DataFrame(rows).to_csv(index=False)


def _rows(name: str, analysis: Analysis, errors: Mapping[Lead, LeadError]) -> Iterable[dict[str, object]]:
    common = {"case": name} | analysed(analysis)
    for lead, error in errors.items():
        yield common | {
            "lead": str(lead),
            "r": error.score.r,
            "rmse_mv": error.score.rmse_mv,
            "inside_band": error.score.coverage,
            "band_promised": analysis.reconstruction.coverage,
            "recorded_r_amplitude_mv": error.recorded_r_mv,
            "r_amplitude_error_mv": error.r_mv,
            "s_amplitude_error_mv": error.s_mv,
            "st_error_mv": error.st_mv,
            "qrs_error_ms": error.qrs_ms,
            "qt_error_ms": error.qt_ms,
        }
