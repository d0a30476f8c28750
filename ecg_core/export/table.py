"""The reconstruction as a table: one row a sample, mean, spread and band of each lead in mV."""

import numpy as np
import pandas as pd

from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.results import Analysis
from ecg_core.vocabulary import LEADS, MEASURED

__all__ = ["to_csv"]


def to_csv(analysis: Analysis) -> str:
    """Return the reconstruction as CSV with the research-only sentence as a comment (``#``) in the first line.

    Columns: ``time_s``; for the measured lead ``I_measured_mv``; for each estimated lead ``…_estimated_mv``,
    ``…_spread_between_passes_mv``, ``…_total_spread_mv``, ``…_low_mv`` and ``…_high_mv`` (the calibrated band; its
    coverage is in the second line).
    """
    result = analysis.reconstruction
    columns = {"time_s": np.round(result.time, 6)}
    for row, lead in enumerate(LEADS):
        if lead in MEASURED:
            columns[f"{lead}_measured_mv"] = result.mean[row]
            continue
        columns |= {
            f"{lead}_estimated_mv": result.mean[row],
            f"{lead}_spread_between_passes_mv": result.epistemic_sd[row],
            f"{lead}_total_spread_mv": result.total_sd[row],
            f"{lead}_low_mv": result.low[row],
            f"{lead}_high_mv": result.high[row],
        }
    about = f"# Model {analysis.card.name}; {100 * result.coverage:.0f} % of true values lie between low and high."
    return f"# {RESEARCH_ONLY}\n{about}\n" + pd.DataFrame(columns).round(4).to_csv(index=False)
