"""Age and sex from WFDB comments and EDF+ headers, and nothing else."""

import pytest

from ecg_core.readers import patient_from
from ecg_core.vocabulary import Origin, Sex

HEADER = "a 1 500 5000\na.dat 16 1000/mV 16 0 0 0 0 I\n"


def of(comments):
    return patient_from({"a.hea": (HEADER + comments).encode()})


@pytest.mark.parametrize(
    ("comments", "age", "sex"),
    [
        ("# Age: 74\n# Sex: Male\n", 74, Sex.MALE),
        ("#Age: 81\n#Sex: Female\n", 81, Sex.FEMALE),
        ("#<age>: 51\n#<sex>: F\n#<diagnoses>:\n#Rhythm: Sinus bradycardia.\n", 51, Sex.FEMALE),
        ("# <age>: 63 <sex>: M <diagnoses>: none\n", 63, Sex.MALE),
        ("# age: NaN\n# sex: Unknown\n", None, None),
        ("# Age: 300\n", None, None),
        ("# Page: 12\n# Dx: 426783006\n", None, None),
        ("", None, None),
    ],
)
def test_comments(comments, age, sex):
    patient = of(comments)
    assert (patient.age_years, patient.sex) == (age, sex)
    assert all(patient.origin(name) is Origin.FILE for name in patient.known())


def edf(patient, recording, form):
    head = b"0       " + patient.ljust(80) + recording.ljust(80) + b" " * 24 + form.ljust(44)
    return {"a.edf": head.ljust(256)}


@pytest.mark.parametrize(
    ("patient", "recording", "form", "age", "sex"),
    [
        (b"X F 10-DEC-1952 Ada_Lovelace", b"Startdate 09-DEC-2020 X X X", b"EDF+C", 67, Sex.FEMALE),
        (b"X M 10-DEC-1952 X", b"Startdate 10-DEC-2020 X X X", b"EDF+C", 68, Sex.MALE),
        (b"X M 10-DEC-1952 X", b"Startdate X X X X", b"EDF+C", None, Sex.MALE),
        (b"X X X X", b"Startdate X X X X", b"EDF+C", None, None),
        (b"X F 10-DEC-1952 X", b"Startdate 10-DEC-2020 X X X", b"", None, None),
        (b"X", b"", b"EDF+C", None, None),
        (b"X F 99-ZZZ-1952 X", b"Startdate 10-DEC-2020 X X X", b"EDF+C", None, Sex.FEMALE),
    ],
)
def test_edf_headers(patient, recording, form, age, sex):
    found = patient_from(edf(patient, recording, form))
    assert (found.age_years, found.sex) == (age, sex)
    assert "Lovelace" not in repr(found)
    assert "1952" not in repr(found)


@pytest.mark.parametrize("files", [{}, {"a": b""}, {"a": b"\x00" * 300}, {"a": b"0       "}])
def test_files_that_cannot_be_read_state_nothing(files):
    assert patient_from(files).known() == ()
