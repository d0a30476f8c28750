"""The reconstruction as a table: one row a sample, mean, spread and band of each lead in mV."""

import io
import json
from typing import Any

import pandas as pd

from ecg_core.corrections import marked_by
from ecg_core.export.provenance import provenance
from ecg_core.results import Analysis
from ecg_core.vocabulary import LEADS, MEASURED

__all__ = ["as_table", "to_csv", "to_parquet"]


def to_csv(analysis: Analysis) -> str:
    """Return the reconstruction as CSV; lines that begin with ``#`` say what it is (`provenance`).

    Columns: ``time_s``; for the measured lead ``I_mv``; for each estimated lead ``…_estimated_mv``,
    ``…_spread_between_passes_mv``, ``…_total_spread_mv``, ``…_low_mv`` and ``…_high_mv`` (the calibrated band).
    """
    table = as_table(analysis)
    decimals = {name: 6 if name == "time_s" else 4 for name in table}
    about = "".join(f"# {line}\n" for line in provenance(analysis))
    return about + table.round(decimals).to_csv(index=False)


def to_parquet(analysis: Analysis) -> bytes:
    """Return the same table as Parquet; what it is stands in the schema's metadata under ``provenance``.

    There too, as JSON lists in seconds: ``qrs_s`` and ``t_s``, the waves on Lead I; ``marked_by`` says by whom.
    """
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pandas(as_table(analysis), preserve_index=False)
    segments = analysis.examination.segments
    said: dict[str, Any] = {"provenance": "\n".join(provenance(analysis)), "marked_by": marked_by(segments)}
    said |= {f"{name}_s": json.dumps((waves / segments.sampling_rate).tolist()) for name, waves in
             (("qrs", segments.qrs), ("t", segments.t))}  # fmt: skip
    buffer = io.BytesIO()
    parquet.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), **said}), buffer)
    return buffer.getvalue()


def as_table(analysis: Analysis) -> pd.DataFrame:
    """The table of `to_csv` and `to_parquet`."""
    result = analysis.reconstruction
    columns = {"time_s": result.time}
    for row, lead in enumerate(LEADS):
        if lead in MEASURED:
            columns[f"{lead}_mv"] = result.mean[row]
            continue
        columns |= {
            f"{lead}_estimated_mv": result.mean[row],
            f"{lead}_spread_between_passes_mv": result.epistemic_sd[row],
            f"{lead}_total_spread_mv": result.total_sd[row],
            f"{lead}_low_mv": result.low[row],
            f"{lead}_high_mv": result.high[row],
        }
    return pd.DataFrame(columns)
