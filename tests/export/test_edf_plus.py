"""EDF+, as pyedflib (EDFlib) reads it."""

from dataclasses import replace

import numpy as np
import pyedflib
import pytest

from ecg_core import Lead, read
from ecg_core.export.edf_plus import to_edf
from ecg_core.export.provenance import half_width, provenance


@pytest.fixture(scope="module")
def opened(analysis, tmp_path_factory):
    path = tmp_path_factory.mktemp("edf") / "reconstruction.edf"
    path.write_bytes(to_edf(analysis))
    with pyedflib.EdfReader(str(path)) as reader:
        yield reader


def test_signals_and_spreads_are_the_result(opened, analysis):
    assert opened.getSignalLabels()[:2] == ["ECG I", "ECG II est"]
    assert opened.getSignalLabels()[12:14] == ["Spread I", "Spread II"]
    expected = np.concatenate([analysis.reconstruction.mean, half_width(analysis)])
    for place, row in enumerate(expected):
        assert opened.getSampleFrequency(place) == 500
        assert opened.getPhysicalDimension(place) == "mV"
        assert np.abs(opened.readSignal(place) - row).max() <= 0.0001
    assert opened.getTransducer(0).startswith("Measured")
    assert opened.getTransducer(8).startswith("Estimated from Lead I, not recorded")


def test_annotations_say_what_it_is_and_where_the_waves_are(opened, analysis):
    onsets, durations, said = opened.readAnnotations()
    assert set(said[onsets == 0]) == set(provenance(analysis))
    segments = analysis.examination.segments
    for word, waves in (("QRS on Lead I", segments.qrs), ("T on Lead I", segments.t)):
        assert np.allclose(onsets[said == word], waves[:, 0] / 500, atol=1e-6)
        assert np.allclose(durations[said == word].astype(float), np.diff(waves)[:, 0] / 500, atol=1e-6)


@pytest.mark.parametrize(("samples", "rate"), [(4999, 500.0), (4096, 511.9), (4999, 128.0), (4800, 100.0)])
def test_odd_lengths_and_rates_keep_time(samples, rate, analysis):
    result = analysis.reconstruction
    parts = {name: getattr(result, name)[:, :samples] for name in ("mean", "epistemic_sd", "total_sd", "low", "high")}
    cut = replace(analysis, reconstruction=replace(result, sampling_rate=rate, **parts))
    again = read({"a.edf": to_edf(cut)})
    assert again.sampling_rate == pytest.approx(rate, rel=1e-5)
    lost = samples - again.signals.shape[1]
    assert 0 <= lost < 0.1 * rate
    assert np.abs(again[Lead.I] - parts["mean"][0, : samples - lost]).max() <= 0.0001
    said = f"The last {lost} samples fill no data record".encode()
    assert (said in to_edf(cut)) is (lost > 0)
