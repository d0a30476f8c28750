"""The WFDB record, as the wfdb package reads it."""

import numpy as np
import pytest
import wfdb

from ecg_core.export.provenance import half_width
from ecg_core.export.wfdb_record import to_wfdb
from ecg_core.vocabulary import ESTIMATED, LEADS


@pytest.fixture(scope="module")
def folder(analysis, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wfdb")
    for name, data in to_wfdb(analysis).items():
        (folder / name).write_bytes(data)
    return folder


def test_twelve_leads_and_twelve_spreads_are_the_result(folder, analysis):
    record = wfdb.rdrecord(str(folder / "reconstruction"))
    assert record.sig_name == ["I", *(f"{lead}_estimated" for lead in ESTIMATED), *(f"{lead}_spread" for lead in LEADS)]
    assert (record.fs, set(record.units)) == (500, {"mV"})
    assert np.abs(record.p_signal[:, :12].T - analysis.reconstruction.mean).max() <= 0.000501
    assert np.abs(record.p_signal[:, 12:].T - half_width(analysis)).max() <= 0.000501
    assert any(line.startswith("V3: Estimated from Lead I, not recorded") for line in record.comments)


def test_qrs_and_t_are_annotated_on_lead_i(folder, analysis):
    marks = wfdb.rdann(str(folder / "reconstruction"), "atr")
    segments = analysis.examination.segments
    at = {symbol: marks.sample[np.array(marks.symbol) == symbol] for symbol in "?t()"}
    assert set(marks.chan) == {0}
    assert np.array_equal(at["?"], segments.r_peaks)
    assert np.array_equal(at["("], np.sort(np.concatenate([segments.qrs[:, 0], segments.t[:, 0]])))
    assert np.array_equal(at[")"] + 1, np.sort(np.concatenate([segments.qrs[:, 1], segments.t[:, 1]])))
    assert all(onset <= peak < offset for peak, (onset, offset) in zip(at["t"], segments.t, strict=True))
