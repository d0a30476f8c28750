"""An analysis of a file full of personal data, and one that leans on an earlier ECG."""

import re

import pytest

from ecg_core import PatientMetadata, analyse, read, read_earlier

CANARY = "Quibblewick"


@pytest.fixture(scope="session")
def named_files(sample_files):
    """A real recording under a patient's name: in the file names, the record, the channels' lines, and the comments."""
    files = sample_files("A0002.hea", "A0002.mat")
    text = files["A0002.hea"].decode().replace("A0002", CANARY)
    first, rest = text.split("\n", 1)
    assert re.fullmatch(rf"{CANARY} 12 500 \d+", first.strip())
    told = f"# Patient: Zebulon {CANARY}\n# Born 04-Jul-1951, seen by Dr {CANARY}, device {CANARY}-77\n"
    head = f"{first.strip()} 13:14:15 17/03/2021\n{rest.rstrip()}\n{told}"
    return {f"{CANARY}.hea": head.encode(), f"{CANARY}.mat": files["A0002.mat"]}


@pytest.fixture(scope="session")
def analysis(named_files):
    return analyse(read(named_files), PatientMetadata(age_years=49), passes=4, seed=3)


@pytest.fixture(scope="session")
def with_earlier(sample_recordings):
    earlier = read_earlier(sample_recordings["A0001"], days_before=12)
    return analyse(sample_recordings["A0002"], earlier=earlier, passes=2)
