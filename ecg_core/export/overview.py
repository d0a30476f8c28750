"""Many recordings as a table: one row a recording."""

from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version

import pandas as pd

from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.export.provenance import analysed
from ecg_core.overview import Overview
from ecg_core.results import Analysis

__all__ = ["to_csv"]

ABOUT = (
    RESEARCH_ONLY,
    "verdict, ventricular_rate (beats per minute) and qrs_ms are measured on Lead I. half_width_mv is half the width "
    "of the band around the estimated leads, on average over leads and time.",
    "farther_share: share of held-out records that the network finds at least as unlike its training records. r "
    "and inside_band: against the recorded leads, mean over leads; empty where the file held none.",
    "Recordings that could not be used are not in it.",
)


def to_csv(cases: Iterable[tuple[str, Analysis, Overview]]) -> str:
    """Return one row a recording as CSV; lines that begin with ``#`` say what the columns are.

    ``cases`` are a name, an analysis and what it comes to (`ecg_core.overview.overview`).
    """
    rows = [{"case": name} | analysed(analysis) | asdict(found) for name, analysis, found in cases]
    about = "".join(f"# {line}\n" for line in (*ABOUT, f"ecg-core {version('ecg-core')}"))
    return about + pd.DataFrame(rows).to_csv(index=False)
