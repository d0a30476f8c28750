"""Age, sex and what a device measured, where a file states them, and nothing else about the patient."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from ecg_core.errors import EcgError, UnreadableFile
from ecg_core.readers import device, edf
from ecg_core.readers.bundle import one_recording
from ecg_core.readers.text import decode
from ecg_core.readers.wfdb_header import comments, is_header
from ecg_core.records import METADATA_RANGES, PatientMetadata
from ecg_core.vocabulary import Origin, Sex

__all__ = ["patient_from"]

_AGE = re.compile(r"<?age>?\s*[:=]\s*(\d{1,3}(?:\.\d+)?)(?:\s*(?:y|years?))?\s*(?:<.*|sex.*)?", re.IGNORECASE)
_SEX = re.compile(r"(?:.*\s)?<?(?:sex|gender)>?\s*[:=]\s*(male|female|m|f)\b.*", re.IGNORECASE)
_SEXES = {"m": Sex.MALE, "male": Sex.MALE, "f": Sex.FEMALE, "female": Sex.FEMALE}


def patient_from(files: Mapping[str, bytes], member: str | None = None) -> PatientMetadata:
    """What the files state about the patient, each value with the origin FILE; unknown where they do not.

    ``member`` says which of several recordings is meant, as in `ecg_core.read`.

    Age and sex from WFDB comments or an EDF+ header; from a device's file also rate, QRS duration and count, and axes.

    An EDF+ header gives a date of birth: only the age in whole years at the start of the recording is kept. Never
    raises: files that cannot be read state nothing.

    >>> patient = patient_from({"a.hea": b"a 1 500 5000\\na.dat 16 1000/mV 16 0 0 0 0 I\\n# Age: 74\\n# Sex: Male\\n"})
    >>> patient.age_years, patient.sex.value, patient.origin("sex").value
    (74.0, 'male', 'read from the file')
    """
    try:
        files = one_recording(files, member)
    except EcgError:
        return PatientMetadata()
    if device.claims(files):
        with suppress(UnreadableFile):
            return device.load(files).patient
        return PatientMetadata()
    age: float | None = None
    sex: Sex | None = None
    if edf.claims(files):
        age, sex = _from_edf(next(iter(files.values())))
    for data in files.values():
        if is_header(data):
            age, sex = _from_comments(comments(decode(data) or ""))
    low, high, _ = METADATA_RANGES["age_years"]
    age = age if age is not None and low <= age <= high else None
    known = {"age_years": age, "sex": sex}
    return PatientMetadata(age, sex, origins={name: Origin.FILE for name, value in known.items() if value is not None})


def _from_comments(lines: tuple[str, ...]) -> tuple[float | None, Sex | None]:
    ages = (_AGE.fullmatch(line[:200]) for line in lines)
    sexes = (_SEX.fullmatch(line[:200]) for line in lines)
    age = next((float(match[1]) for match in ages if match), None)
    return age, next((_SEXES[match[1].casefold()] for match in sexes if match), None)


def _from_edf(data: bytes) -> tuple[float | None, Sex | None]:
    """From the patient field of EDF+: code, sex, date of birth, name; plain EDF has no form to rely on."""
    if data[192:196] not in (b"EDF+", b"BDF+"):
        return None, None
    patient = data[8:88].decode("latin-1").split()
    recording = data[88:168].decode("latin-1").split()
    sex = _SEXES.get(patient[1].casefold()) if len(patient) > 1 else None
    if len(patient) < 3 or len(recording) < 2 or recording[0] != "Startdate":
        return None, sex
    with suppress(ValueError):
        born, started = (datetime.strptime(text, "%d-%b-%Y") for text in (patient[2], recording[1]))
        return float(started.year - born.year - ((started.month, started.day) < (born.month, born.day))), sex
    return None, sex
