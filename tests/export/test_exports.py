"""What is written can be read back, says where numbers came from, and carries the research-only sentence."""

import io
import json

import numpy as np
import pandas as pd
from pyarrow import parquet

from ecg_core import LEADS
from ecg_core.export.arrays import to_npz
from ecg_core.export.notice import EARLIER_WARNING, RESEARCH_ONLY
from ecg_core.export.provenance import provenance
from ecg_core.export.summary import to_json
from ecg_core.export.table import to_csv, to_parquet
from ecg_core.uncertainty.calibration import WITH_EARLIER, WITHOUT_AXES


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
    assert f"# {RESEARCH_ONLY}" in text.splitlines()[1]
    table = pd.read_csv(io.StringIO(text), comment="#")
    assert np.allclose(table["V3_high_mv"], analysis.reconstruction.high[LEADS.index("V3")], atol=1e-4)
    assert np.allclose(table["I_mv"], analysis.reconstruction.mean[0], atol=1e-4)
    assert sum(name.endswith("_estimated_mv") for name in table) == 11
    assert len(table.columns) == 2 + 11 * 5


def test_parquet_is_the_same_table_with_what_it_is_in_its_metadata(analysis):
    written = to_parquet(analysis)
    table = pd.read_parquet(io.BytesIO(written))
    assert list(table) == list(pd.read_csv(io.StringIO(to_csv(analysis)), comment="#"))
    assert np.array_equal(table["V3_high_mv"], analysis.reconstruction.high[LEADS.index("V3")])
    said = parquet.read_schema(io.BytesIO(written)).metadata
    assert said[b"provenance"].decode() == "\n".join(provenance(analysis))
    segments = analysis.examination.segments
    assert np.allclose(json.loads(said[b"qrs_s"]), segments.qrs / segments.sampling_rate)


def test_summary_tells_every_origin(analysis):
    summary = json.loads(to_json(analysis))
    assert summary["notice"] == RESEARCH_ONLY
    assert summary["recording"]["month"] == "2021-03"
    assert summary["metadata"]["age_years"] == {"value": 49, "origin": "typed by the user"}
    assert summary["metadata"]["qrs_ms"]["origin"] == "measured on Lead I"
    assert "r_axis_deg" not in summary["metadata"]
    assert summary["model"]["seed"] == 3
    assert len(summary["segments"]["r_peaks_s"]) == summary["measured_on_lead_i"]["qrs_count"]
    assert set(summary["against_recorded_leads"]) == {lead.value for lead in LEADS} - {"I"}
    assert summary["earlier_ecg"] is None
    assert summary["model"]["calibrated_on"] == analysis.card.calibrations[WITHOUT_AXES].fitted_on


def test_summary_tells_of_an_earlier_ecg_and_warns(with_earlier):
    analysis = with_earlier
    summary = json.loads(to_json(analysis))
    told = summary["earlier_ecg"]
    assert told["warning"] == EARLIER_WARNING
    assert told["days_before"] == 12
    assert told["lead_i_correlation"] == analysis.change.correlation
    assert told["lead_i_qrs_swing_mv_now_then"] == list(analysis.change.qrs_swing_mv)
    assert told["unusual"] == list(analysis.change.unusual)
    assert summary["metadata"]["r_axis_deg"]["origin"] == "measured on an earlier twelve-lead ECG"
    assert summary["model"]["calibrated_on"] == analysis.card.calibrations[WITH_EARLIER].fitted_on
