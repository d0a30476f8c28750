"""What holds for every format: it says what it is, it names nobody, and its estimates are never read as recorded."""

import io
import json
import zipfile

import numpy as np
import pypdf
import pytest
from pyarrow import parquet

from ecg_core import Lead, read
from ecg_core.errors import EcgError, LeadMissing, RecordingRefused
from ecg_core.export.formats import FORMATS, one_file
from ecg_core.export.notice import EARLIER_WARNING, RESEARCH_ONLY
from ecg_core.export.provenance import provenance, short_hash
from ecg_core.pipeline import read_earlier
from ecg_core.vocabulary import ESTIMATED_MARK
from tests.export.conftest import CANARY

READ_BACK = ("wfdb", "csv", "edf")
"""Those that our own reader reads, with the largest difference in mV that their integers or digits allow."""
QUANTUM = {"wfdb": 0.0005, "csv": 0.00005, "edf": 0.00005}


@pytest.fixture(scope="module")
def written(analysis):
    return {kind: write(analysis) for kind, write in FORMATS.items()}


def content(kind, files):
    """All bytes of an export, and what is packed inside them."""
    whole = b"\n".join([*(name.encode() for name in files), *files.values()])
    if kind == "npz":
        saved = np.load(io.BytesIO(next(iter(files.values()))))
        whole += b"\n".join(str(saved[name].tolist()).encode() for name in saved.files if saved[name].dtype.kind == "U")
    if kind == "pdf":
        document = pypdf.PdfReader(io.BytesIO(next(iter(files.values()))))
        said = [str(value) for value in document.metadata.values()]
        whole += " ".join("\n".join([*said, document.pages[-1].extract_text()]).split()).encode()
    if kind == "parquet":
        said = parquet.read_schema(io.BytesIO(next(iter(files.values())))).metadata
        whole += b"\n".join([*said.keys(), *said.values()])
    return whole


@pytest.mark.parametrize("kind", FORMATS)
def test_it_says_that_eleven_leads_are_estimated_by_what_and_how_surely(kind, written, analysis):
    whole = content(kind, written[kind])
    assert ESTIMATED_MARK.encode() in b"".join(written[kind].values())
    for said in (
        RESEARCH_ONLY,
        analysis.card.weights_sha256,
        f"Model {analysis.card.name}",
        "4 passes, seed 3",
        "90 % of true values",
        f"Recording {short_hash(analysis)}, made in 2021-03.",
    ):
        assert said.encode() in whole, said
    assert EARLIER_WARNING.encode() not in whole


@pytest.mark.parametrize("kind", FORMATS)
def test_it_names_an_earlier_ecg_and_warns(kind, with_earlier):
    whole = content(kind, FORMATS[kind](with_earlier))
    assert EARLIER_WARNING.encode() in whole
    assert b"earlier ECG of the patient was used, of 12 days" in whole


@pytest.mark.parametrize("kind", FORMATS)
def test_no_name_and_no_day_of_the_file_is_in_it(kind, written):
    whole = content(kind, written[kind])
    for private in (CANARY, "Zebulon", "Jul-1951", "2021-03-17", "20210317", "17/03/2021", "17-MAR-2021", "13:14:15"):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert private.encode(encoding).lower() not in whole.lower(), private


def test_the_name_would_be_found_if_it_were_there(named_files):
    assert CANARY.encode().lower() in content("wfdb", named_files).lower()


@pytest.mark.parametrize("kind", READ_BACK)
def test_our_own_reader_gets_the_measured_lead_alone_and_says_why(kind, written, analysis):
    again = read(written[kind])
    assert again.leads == (Lead.I,)
    assert again.sampling_rate == 500
    assert np.abs(again[Lead.I] - analysis.reconstruction.mean[0]).max() <= QUANTUM[kind] * 1.001
    assert any("eleven of its leads were estimated" in note for note in again.notes)


@pytest.mark.parametrize("kind", READ_BACK)
def test_it_is_never_taken_for_an_earlier_ecg_nor_another_lead_for_lead_i(kind, written):
    with pytest.raises(LeadMissing, match="estimated"):
        read_earlier(read(written[kind]))
    for answer in ("I", "3"):
        with pytest.raises(RecordingRefused, match="leave the answer"):
            read(written[kind], lead=answer)


@pytest.mark.parametrize("kind", FORMATS)
def test_what_our_reader_does_not_read_it_refuses(kind, written):
    if kind in READ_BACK:
        return
    again, refused = None, None
    try:
        again = read(written[kind])
    except EcgError as error:
        refused = error
    assert refused is not None or again.leads == (Lead.I,)


def test_leads_renamed_as_if_recorded_are_still_left_out(written):
    """As where another program has copied the signals and kept the comments."""
    files = {name: data.replace(b"_estimated", b"") for name, data in written["wfdb"].items()}
    assert read(files).leads == (Lead.I,)
    unmarked = {name: data.replace(ESTIMATED_MARK.encode(), b"") for name, data in files.items()}
    assert len(read(unmarked).leads) == 12


def test_the_same_analysis_gives_the_same_bytes(analysis, written):
    for kind in ("wfdb", "dicom", "fhir", "edf", "json", "csv", "pdf"):
        assert FORMATS[kind](analysis) == written[kind]


def test_several_files_become_an_archive(written):
    archive = zipfile.ZipFile(io.BytesIO(one_file(written["wfdb"])))
    assert {name: archive.read(name) for name in archive.namelist()} == written["wfdb"]
    assert one_file(written["edf"]) == written["edf"]["reconstruction.edf"]


def test_json_holds_every_lead_with_its_band(written, analysis):
    told = json.loads(written["json"]["analysis.json"])
    assert told["provenance"] == list(provenance(analysis))
    assert told["leads"]["I"]["provenance"] == "measured"
    assert "low_mv" not in told["leads"]["I"]
    assert told["leads"]["V3"]["provenance"] == "estimated"
    result = analysis.reconstruction
    for name in ("mean", "low", "high", "total_sd", "epistemic_sd"):
        assert np.allclose(told["leads"]["V3"][f"{name}_mv"], getattr(result, name)[8], atol=1e-5)


def test_a_recording_without_a_date_says_so(with_earlier):
    assert any("made in an unknown month" in line for line in provenance(with_earlier))
