"""A withheld answer is in no export: neither in what a file says of itself nor in anything else but the curves."""

import io
import json

import edfio
import numpy as np
import pandas as pd
import pydicom
import pypdf
import pytest
from pyarrow import parquet

from ecg_core.answers import QUESTIONS
from ecg_core.export import lead_errors as errors_table
from ecg_core.export import overview as overview_table
from ecg_core.export.formats import FORMATS
from ecg_core.export.recipe import to_recipe
from ecg_core.export.report import to_pdf
from ecg_core.lead_errors import lead_errors
from ecg_core.models.checkpoint import load_model
from ecg_core.overview import overview
from ecg_core.signals.twelve_lead_values import UNITS
from ecg_core.vocabulary import LEADS
from tests.withheld import ALL_SURE, found_in, would_be

ANSWERING = ("json", "fhir", "pdf")
"""Those that hold the answers; the others hold curves."""
CURVES = {"I_mv", "time_s"} | {
    f"{lead}_{kind}_mv" for lead in LEADS[1:]
    for kind in ("estimated", "spread_between_passes", "total_spread", "low", "high")
}  # fmt: skip


def without(content: object, *names: str) -> object:
    """JSON content without the members of these names."""
    if isinstance(content, dict):
        return {name: without(value, *names) for name, value in content.items() if name not in names}
    return [without(one, *names) for one in content] if isinstance(content, list) else content


def said_by_dicom(data: bytes) -> str:
    whole = pydicom.dcmread(io.BytesIO(data))
    return "\n".join(str(one.value) for one in whole.iterall() if one.keyword != "WaveformData" and one.VR != "SQ")


def said_by_npz(data: bytes) -> str:
    saved = np.load(io.BytesIO(data))
    curves = {"time_s", *(f"{kind}_mv" for kind in ("mean", "epistemic_sd", "total_sd", "low", "high"))}
    return "\n".join(str(saved[name].tolist()) for name in saved.files if name not in curves)


def said_by_edf(data: bytes) -> str:
    header = data[: int(data[184:192])].decode("ascii")
    return header + "\n".join(note.text for note in edfio.read_edf(io.BytesIO(data)).annotations)


def said_by_csv(data: bytes) -> str:
    text = data.decode()
    assert set(pd.read_csv(io.StringIO(text), comment="#", nrows=1)) == CURVES
    return "\n".join(line for line in text.splitlines() if line.startswith("#"))


def said_by_parquet(data: bytes) -> str:
    schema = parquet.read_schema(io.BytesIO(data))
    assert set(schema.names) == CURVES
    return "\n".join(value.decode() for value in schema.metadata.values())


def said_by_pdf(data: bytes) -> str:
    document = pypdf.PdfReader(io.BytesIO(data))
    return "\n".join([*map(str, document.metadata.values()), *(page.extract_text() for page in document.pages)])


SAID_BY = {
    "wfdb": lambda data: data.decode("latin-1"),
    "annotations": lambda data: data.decode("latin-1"),
    "dicom": said_by_dicom,
    "fhir": lambda data: json.dumps(without(json.loads(data), "valueSampledData"), ensure_ascii=False),
    "csv": said_by_csv,
    "parquet": said_by_parquet,
    "edf": said_by_edf,
    "json": lambda data: json.dumps(without(json.loads(data), "leads"), ensure_ascii=False),
    "pdf": said_by_pdf,
    "npz": said_by_npz,
}


def said_by(kind: str, analysis) -> str:
    """Everything in an export but the samples of its curves."""
    files = FORMATS[kind](analysis)
    return "\n".join(SAID_BY[kind](data) for name, data in files.items() if not name.endswith(".dat"))


@pytest.fixture(scope="module")
def secret(analysis):
    values = would_be(analysis)
    assert set(values) == set(UNITS)
    return values


@pytest.mark.parametrize("kind", FORMATS)
def test_no_withheld_value_is_in_it(kind, analysis, secret):
    assert found_in(said_by(kind, analysis), secret) == set()


@pytest.mark.parametrize("language", ["en", "de"])
def test_nor_in_the_report_in_either_language(language, analysis, secret):
    assert found_in(said_by_pdf(to_pdf(analysis, language=language)), secret) == set()


def test_nor_in_a_recipe_nor_in_the_tables_of_many(analysis, named_files, secret):
    cases = [("One", analysis, overview(analysis, load_model(), None))]
    errors = [("One", analysis, lead_errors(analysis))]
    for text in (to_recipe(analysis, named_files), overview_table.to_csv(cases), errors_table.to_csv(errors)):
        assert found_in(text, secret) == set()


@pytest.mark.parametrize("kind", ANSWERING)
def test_it_would_be_found_if_it_were_there(kind, analysis, secret, monkeypatch):
    monkeypatch.setattr("ecg_core.answers.load_promises", lambda card: ALL_SURE)
    assert found_in(said_by(kind, analysis), secret) >= set(UNITS) - {"r_progression"}


def test_json_and_fhir_answer_every_question_with_its_basis_or_the_reason_why_not(analysis):
    told = json.loads(FORMATS["json"](analysis)["analysis.json"])["answers"]
    assert tuple(told) == QUESTIONS
    assert told["qrs_ms"]["basis"] == "measured"
    assert told["qrs_ms"]["value"] == analysis.examination.measurements.qrs_ms
    for question in UNITS:
        assert told[question].keys() == {"basis", "why", "cause"}
        assert told[question]["basis"] == "withheld"
