"""The sniffing table: every format that is read, in the order in which it is asked whether files are its own.

A new format is a module with ``NAME``, ``claims`` and ``load`` (see `ecg_core.readers.channels.Format`), named here.
"""

from ecg_core.readers import apple, arrays, atc, delimited, device, edf, wfdb, wfdb_segments
from ecg_core.readers.channels import Format

__all__ = ["FORMATS", "READ_TODAY"]

FORMATS = tuple(
    Format(module.NAME, module.claims, module.load)
    for module in (edf, device, atc, arrays, wfdb_segments, wfdb, apple, delimited)
)

READ_TODAY = (
    "WFDB (.hea with .dat or .mat), EDF, Apple Watch CSV, DICOM ECG, GE MUSE XML, Philips Sierra XML, HL7 aECG, "
    "SCP-ECG, ISHNE, Mortara ELI XML, AliveCor ATC, Kardia JSON, BDF, MATLAB .mat and NumPy .npy and .npz arrays, "
    "columns of numbers as text (CSV, TSV), and a ZIP archive of any of these"
)
