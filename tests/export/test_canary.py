"""A made-up patient's name in a file of every format is in none of what is exported, whatever its encoding."""

import warnings
from dataclasses import replace

import pytest

from ecg_core import read
from ecg_core.export.formats import FORMATS
from tests.readers.devices import CANARY, WRITERS

ENCODED = [CANARY.encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be")]


@pytest.mark.parametrize("name", WRITERS)
def test_no_export_repeats_what_the_file_says_of_the_patient(analysis, twelve_lead_sample, name):
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # pyedflib wants no space in a name
        data = WRITERS[name](twelve_lead_sample)
    assert ENCODED[0] in data
    recording = replace(read({f"{CANARY}.x": data}), signals=analysis.recording.signals, leads=analysis.recording.leads)
    about = replace(analysis, recording=recording)
    kinds = list(FORMATS) if name == "DICOM" else ["json", "wfdb"]
    for kind in kinds:
        for content in FORMATS[kind](about).values():
            assert not any(mark in content for mark in ENCODED)
