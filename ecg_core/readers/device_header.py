"""What the header of a device's file states about the patient, and what personal things in it are left out."""

from typing import Any

from ecg_core.records import METADATA_RANGES, PatientMetadata
from ecg_core.vocabulary import Origin, Removed, Sex

__all__ = ["patient_of", "removed_from"]

_SEXES = {"M": Sex.MALE, "F": Sex.FEMALE}
_TEN_SECONDS = (9.5, 10.5)


def patient_of(record: Any) -> PatientMetadata:
    """Age, sex, rate, QRS duration and axes as an ecgdatakit record states them; what is out of range is unknown."""
    said, lead = record.measurements, record.leads[0]
    seconds = len(lead.samples) / lead.sampling_rate
    stated = {
        "age_years": record.patient.age,
        "ventricular_rate": said.heart_rate,
        "qrs_ms": said.qrs_duration,
        "qrs_count": said.qrs_count if _TEN_SECONDS[0] <= seconds <= _TEN_SECONDS[1] else None,
        "r_axis_deg": said.qrs_axis,
        "t_axis_deg": said.t_axis,
    }
    values: dict[str, Any] = {name: _within(name, value) for name, value in stated.items()}
    values["sex"] = _SEXES.get(record.patient.sex)
    known = [name for name, value in values.items() if value is not None]
    return PatientMetadata(**values, origins=dict.fromkeys(known, Origin.FILE))


def _within(name: str, value: float | None) -> float | None:
    low, high, _ = METADATA_RANGES[name]
    return float(value) if value is not None and low <= value <= high else None


def removed_from(record: Any) -> tuple[Removed, ...]:
    """What an ecgdatakit record holds that must not go further."""
    patient, recording, device = record.patient, record.recording, record.recording.device
    found = {
        Removed.NAME: (patient.first_name, patient.last_name),
        Removed.IDENTIFIER: (patient.patient_id,),
        Removed.BIRTH: (patient.birth_date,),
        Removed.SERIAL: (device.serial_number, device.name),
        Removed.STAFF: (recording.technician, recording.referring_physician, record.interpretation.interpreter),
        Removed.PLACE: (recording.location, recording.room, device.institution, device.department),
        Removed.TEXT: (patient.clinical_history, patient.medications, patient.race, record.annotations),
        Removed.INTERPRETATION: (record.interpretation.statements,),
    }
    return tuple(kind for kind, values in found.items() if any(values))
