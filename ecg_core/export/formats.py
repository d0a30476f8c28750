"""Every format that an analysis is written in, by its short name."""

import io
import zipfile
from collections.abc import Callable, Mapping
from types import MappingProxyType

from ecg_core.export.arrays import to_npz
from ecg_core.export.dicom import to_dicom
from ecg_core.export.edf_plus import to_edf
from ecg_core.export.fhir import to_fhir
from ecg_core.export.report import to_pdf
from ecg_core.export.summary import to_json
from ecg_core.export.table import to_csv, to_parquet
from ecg_core.export.wfdb_record import to_annotations, to_wfdb
from ecg_core.results import Analysis

__all__ = ["FORMATS", "one_file"]

Files = dict[str, bytes]

FORMATS: Mapping[str, Callable[[Analysis], Files]] = MappingProxyType(
    {
        "wfdb": to_wfdb,
        "annotations": to_annotations,
        "dicom": lambda analysis: {"reconstruction.dcm": to_dicom(analysis)},
        "fhir": lambda analysis: {"reconstruction.fhir.json": to_fhir(analysis).encode()},
        "csv": lambda analysis: {"reconstruction.csv": to_csv(analysis).encode()},
        "parquet": lambda analysis: {"reconstruction.parquet": to_parquet(analysis)},
        "edf": lambda analysis: {"reconstruction.edf": to_edf(analysis)},
        "json": lambda analysis: {"analysis.json": to_json(analysis, leads=True).encode()},
        "pdf": lambda analysis: {"report.pdf": to_pdf(analysis)},
        "npz": lambda analysis: {"reconstruction.npz": to_npz(analysis)},
    }
)
"""Short name to what writes it: an analysis in, file names and their content out."""


def one_file(files: Mapping[str, bytes]) -> bytes:
    """The content of the only file, or a ZIP archive of several.

    >>> one_file({"a.csv": b"1"}), one_file({"a.hea": b"1", "a.dat": b"2"})[:2]
    (b'1', b'PK')
    """
    if len(files) == 1:
        return next(iter(files.values()))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
