"""Reading recordings: one module a format, chosen by what is in the file, never by its name.

The first of ``FORMATS`` (`ecg_core.readers.formats`) that claims the files reads them.
"""

from collections.abc import Mapping

from ecg_core.errors import RecordingRefused, UnreadableFile
from ecg_core.readers.acceptance import accept
from ecg_core.readers.bundle import check_size, one_recording
from ecg_core.readers.estimated import keep_measured
from ecg_core.readers.formats import FORMATS, READ_TODAY
from ecg_core.readers.patient import patient_from
from ecg_core.readers.strangers import name_of
from ecg_core.records import Recording

__all__ = ["FORMATS", "patient_from", "read"]


def read(
    files: Mapping[str, bytes],
    *,
    sampling_rate: float | None = None,
    unit: str | None = None,
    lead: str | None = None,
    member: str | None = None,
) -> Recording:
    """The one recording that ``files`` (name to content), or ZIP archives among them, hold, in mV, with Lead I.

    ``sampling_rate`` in Hz, ``unit`` ("mV" or "uV") and ``lead`` (the name or, from 1, the number of the channel that
    is Lead I) answer what the file does not say; where it does, they have to agree with it. ``member`` says which of
    several recordings (its number in the order of their names, or a file's name). Names, dates of birth and file names
    never enter the result.

    Raises `UnreadableFile` for a format that is not read or a damaged file; `AnswerNeeded` where the file leaves
    rate, unit or lead open, or there are several; `LeadMissing` without Lead I; `RecordingRefused` for a recording that
    cannot be used.

    >>> rows = "\\n".join(f"{0.2 * (k % 250 == 9) - 0.01 * (k % 7):.3f}" for k in range(2500))
    >>> strip = read({"strip.csv": ("I (mV)\\n" + rows).encode()}, sampling_rate=250)
    >>> strip.leads, strip.duration, strip.source
    ((<Lead.I: 'I'>,), 10.0, 'delimited text')
    """
    check_size(files)
    held = one_recording(files, member)
    if not held:
        raise RecordingRefused("The file is empty; choose the recording itself.")
    for reader in FORMATS:
        if reader.claims(held):
            return keep_measured(accept(reader.load(held), sampling_rate, unit, lead), held, lead)
    if len(held) > 1:
        raise UnreadableFile(
            f"Found {len(held)} files that do not belong together; expected one file, or a WFDB header (.hea) with its "
            ".dat or .mat."
        )
    raise UnreadableFile(f"{name_of(next(iter(held.values())))}. Formats read today: {READ_TODAY}.")
