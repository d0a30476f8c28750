"""What is written can be read back, says where numbers came from, and carries the research-only sentence."""

import io
import json

import numpy as np
import pandas as pd
import pytest

from ecg_core import LEADS, PatientMetadata, analyse
from ecg_core.export.arrays import to_npz
from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.export.summary import to_json
from ecg_core.export.table import to_csv


@pytest.fixture(scope="module")
def analysis(twelve_lead_sample):
    return analyse(twelve_lead_sample, PatientMetadata(age_years=49), passes=4, seed=3)


def test_npz_holds_what_is_promised(analysis):
    saved = np.load(io.BytesIO(to_npz(analysis)))
    assert saved["leads"].tolist() == [lead.value for lead in LEADS]
    assert saved["sampling_rate_hz"] == 500
    assert saved["time_s"].shape == (5000,)
    assert saved["measured"].tolist() == [True] + [False] * 11
    for name in ("mean_mv", "epistemic_sd_mv", "total_sd_mv", "low_mv", "high_mv"):
        assert saved[name].shape == (12, 5000)
    assert np.array_equal(saved["mean_mv"], analysis.reconstruction.mean)


def test_csv_agrees_with_the_result(analysis):
    text = to_csv(analysis)
    assert text.splitlines()[0] == f"# {RESEARCH_ONLY}"
    assert "90 % of true values" in text.splitlines()[1]
    table = pd.read_csv(io.StringIO(text), comment="#")
    assert np.allclose(table["V3_high_mv"], analysis.reconstruction.high[LEADS.index("V3")], atol=1e-4)
    assert "I_measured_mv" in table
    assert not any(name.startswith("I_") and "estimated" in name for name in table)


def test_summary_tells_every_origin(analysis):
    summary = json.loads(to_json(analysis))
    assert summary["notice"] == RESEARCH_ONLY
    assert summary["metadata"]["age_years"] == {"value": 49, "origin": "typed by the user"}
    assert summary["metadata"]["qrs_ms"]["origin"] == "measured on Lead I"
    assert "r_axis_deg" not in summary["metadata"]
    assert summary["model"]["seed"] == 3
    assert len(summary["segments"]["r_peaks_s"]) == summary["measured_on_lead_i"]["qrs_count"]
    assert set(summary["against_recorded_leads"]) == {lead.value for lead in LEADS} - {"I"}
