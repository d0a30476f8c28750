"""Whatever DICOM's confidentiality profile takes out is named in words where a file holds it."""

import io

import pydicom
import pytest
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset

from ecg_core.readers import read
from ecg_core.readers.dicom_removed import KEYWORDS, removed_from_dicom
from ecg_core.vocabulary import Removed
from tests.readers import devices

VALUES = {"DA": "19510704", "TM": "1314", "UI": "1.2.3", "US": 1, "PN": "Doe^Jane", "AE": "CART", "CS": "YES"}


@pytest.fixture(scope="module")
def bare(twelve_lead_sample) -> Dataset:
    """A recording in which nothing of the kind is present."""
    whole = pydicom.dcmread(io.BytesIO(devices.dicom(twelve_lead_sample.between(0, 6))))
    kept = ("SOPClassUID", "Modality", "AcquisitionDateTime", "WaveformSequence")
    for element in list(whole):
        if element.keyword not in kept:
            del whole[element.tag]
    return whole


def written(whole: Dataset) -> bytes:
    buffer = io.BytesIO()
    whole.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def copied(bare: Dataset) -> Dataset:
    whole = Dataset()
    whole.update(bare)
    whole.file_meta = bare.file_meta
    return whole


def with_one(bare: Dataset, keyword: str) -> bytes:
    whole = copied(bare)
    form = dictionary_VR(tag_for_keyword(keyword))
    setattr(whole, keyword, [Dataset()] if form == "SQ" else VALUES.get(form, "something"))
    if form == "SQ":
        whole[keyword].value[0].CodeMeaning = "something"
    return written(whole)


def test_where_nothing_personal_is_nothing_is_named(bare):
    assert removed_from_dicom(written(bare)) == ()
    assert read({"x": written(bare)}).removed == ()


@pytest.mark.parametrize("kind", KEYWORDS)
def test_every_attribute_of_the_profile_is_named(bare, kind):
    found = {keyword: removed_from_dicom(with_one(bare, keyword)) for keyword in KEYWORDS[kind].split()}
    assert found == dict.fromkeys(found, (kind,))


@pytest.mark.parametrize(
    ("keyword", "kind"),
    [
        ("NameOfPhysiciansReadingStudy", Removed.STAFF),
        ("PatientComments", Removed.TEXT),
        ("VisitComments", Removed.TEXT),
    ],
)
def test_other_names_are_of_staff_and_any_text_counts(bare, keyword, kind):
    assert read({"x": with_one(bare, keyword)}).removed == (kind,)


def test_what_stands_in_a_sequence_and_private_fields_are_found(bare):
    whole, inner = copied(bare), Dataset()
    inner.RequestedProcedureID, inner.RequestingPhysician = "7", "Doe^Jane"
    whole.RequestAttributesSequence = [inner]
    whole.private_block(0x0029, "MAKER", create=True).add_new(0x01, "LO", "Doe")
    assert removed_from_dicom(written(whole)) == (Removed.STAFF, Removed.STUDY, Removed.PRIVATE)


def test_an_empty_attribute_is_not_named(bare):
    whole = copied(bare)
    whole.PatientName = whole.PatientID = ""
    assert removed_from_dicom(written(whole)) == ()
