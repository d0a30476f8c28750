"""Long recordings: what is written by the stretch, and that nothing is left of what was broken off."""

import json

import numpy as np
import pytest
import wfdb
from pyarrow import parquet

from ecg_core import Lead, analyse, load_model, read
from ecg_core.__main__ import main
from ecg_core.commands import recordings
from ecg_core.readers.estimated import LEFT_OUT
from ecg_core.vocabulary import LEADS


@pytest.fixture(autouse=True)
def twenty_seconds_are_long(monkeypatch):
    monkeypatch.setattr(recordings, "LONG_SECONDS", 20.0)


def run(sample_data, out, *arguments: object) -> int:
    strip = sample_data / "A0005.hea"
    return main(["reconstruct", str(strip), "--passes", "2", "--out", str(out), *map(str, arguments)])


@pytest.fixture(scope="module")
def whole(sample_recordings):
    return analyse(sample_recordings["A0005"].only(Lead.I), model=load_model("linear"), passes=2)


def test_it_is_what_the_ordinary_way_gives(sample_data, tmp_path, whole, capsys):
    out = tmp_path / "out"
    assert run(sample_data, out, "--model", "linear", "--format", "wfdb", "parquet") == 0
    assert "by the stretch" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    record = wfdb.rdrecord(str(out / "reconstruction"))
    assert np.abs(record.p_signal[:, :12].T - whole.reconstruction.mean).max() < 6e-4
    assert record.comments[0].startswith("ESTIMATED-FROM-LEAD-I")
    symbols = wfdb.rdann(str(out / "reconstruction"), "atr").symbol
    segments = whole.examination.segments
    assert (symbols.count("?"), symbols.count("t")) == (len(segments.r_peaks), len(segments.t))
    table = parquet.read_table(out / "reconstruction.parquet").to_pandas()
    assert np.abs(table["V2_high_mv"] - whole.reconstruction.high[LEADS.index(Lead.V2)]).max() < 1e-4
    assert np.abs(table["time_s"] - whole.reconstruction.time).max() < 1e-9
    summary = json.loads((out / "summary.json").read_text())
    assert summary["minutes"][0]["verdict"] == "pass"


def test_read_again_it_is_lead_i_alone(sample_data, tmp_path, whole):
    run(sample_data, tmp_path, "--model", "linear")
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.suffix in (".hea", ".dat")}
    again = read(files)
    assert again.leads == (Lead.I,)
    assert LEFT_OUT in again.notes
    assert np.abs(again[Lead.I] - whole.examination.lead_i).max() < 6e-4


def test_a_format_that_has_to_be_whole_is_refused_before_any_work(sample_data, tmp_path, capsys):
    assert run(sample_data, tmp_path / "out", "--format", "pdf", "wfdb") == 2
    assert "to be written as pdf" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_what_is_stopped_leaves_nothing_and_what_was_there_stays(sample_data, tmp_path, capsys, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    (out / "reconstruction.hea").write_text("of before")
    monkeypatch.setattr("tqdm.tqdm.update", _interrupt)
    assert run(sample_data, out) == 130
    assert "stopped" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "reconstruction.hea"]
    assert (out / "reconstruction.hea").read_text() == "of before"


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
