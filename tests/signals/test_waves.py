"""Delineation on real strips: beats counted by eye, plausible bounds, and nothing found where there is nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.readers import read
from ecg_core.records import Preparation
from ecg_core.results import Segments
from ecg_core.signals import waves
from ecg_core.signals.filters import band_pass, resample
from ecg_core.signals.waves import find_waves, label_waves
from ecg_core.vocabulary import Lead, Wave

# (files, complexes counted by eye in the plotted Lead I, of which the first or last lies within 0.2 s of an end)
BY_EYE = [
    (("A0001.hea", "A0001.mat"), 25, 0),
    (("A0002.hea", "A0002.mat"), 13, 0),
    (("A0003.hea", "A0003.mat"), 25, 1),
    (("A0005.hea", "A0005.mat"), 50, 1),
    (("A0008.hea", "A0008.mat"), 17, 0),
    (("A0006_lead_I.csv",), 15, 0),
    (("A0010_lead_I.edf",), 12, 1),
    (("A0009_apple_watch.csv",), 16, 0),
]


def filtered(raw, rate):
    return band_pass(np.asarray(raw)[np.newaxis], rate, Preparation())[0][0]


@pytest.fixture(scope="module")
def sinus(lead_i_500):
    return filtered(lead_i_500, 500.0)


@pytest.mark.parametrize(("names", "by_eye", "at_the_ends"), BY_EYE, ids=[names[0] for names, _, _ in BY_EYE])
def test_every_sample_recording_is_delineated_as_counted_by_eye(sample_files, names, by_eye, at_the_ends):
    recording = read(sample_files(*names))
    segments = find_waves(filtered(recording[Lead.I], recording.sampling_rate), recording.sampling_rate)

    assert segments.not_delineated is None
    assert by_eye - at_the_ends <= len(segments.r_peaks) <= by_eye
    assert len(segments.qrs) == len(segments.r_peaks)
    durations = np.diff(segments.qrs, axis=1) / recording.sampling_rate
    assert 0.06 < np.median(durations) < 0.17
    assert durations.min() > 0.03
    assert durations.max() < 0.26
    assert len(segments.t) >= 0.8 * len(segments.r_peaks)
    assert np.all((segments.qrs[:, 0] <= segments.r_peaks) & (segments.r_peaks < segments.qrs[:, 1]))


def test_bundle_branch_block_is_wider_than_sinus_rhythm(sample_recordings):
    widths = {}
    for name in ("A0001", "A0002"):
        segments = find_waves(filtered(sample_recordings[name][Lead.I], 500.0), 500.0)
        widths[name] = np.diff(segments.qrs, axis=1).mean() / 500
    assert widths["A0001"] > 0.12 > widths["A0002"]


def test_waves_come_in_order_and_do_not_overlap(sample_recordings):
    for recording in sample_recordings.values():
        segments = find_waves(filtered(recording[Lead.I], 500.0), 500.0)
        bounds = np.concatenate([segments.qrs, segments.t])
        bounds = bounds[np.argsort(bounds[:, 0])]
        assert np.all(bounds[:, 1] > bounds[:, 0])
        assert np.all(bounds[1:, 0] >= bounds[:-1, 1])
        assert bounds.min() >= 0
        assert bounds.max() <= recording.signals.shape[1]


@pytest.mark.parametrize("rate", [100.0, 128.0, 250.0, 512.0, 1000.0, 2000.0])
def test_the_sampling_rate_hardly_matters(sinus, rate):
    truth = find_waves(sinus, 500.0)
    found = find_waves(resample(sinus, 500.0, rate), rate)
    np.testing.assert_allclose(found.r_peaks / rate, truth.r_peaks / 500, atol=0.010)
    np.testing.assert_allclose(np.median(found.qrs / rate - truth.qrs / 500, axis=0), 0, atol=0.012)


def test_an_upside_down_lead_has_the_same_bounds(sinus):
    upright, inverted = find_waves(sinus, 500.0), find_waves(-sinus, 500.0)
    np.testing.assert_array_equal(inverted.r_peaks, upright.r_peaks)
    np.testing.assert_allclose(inverted.qrs, upright.qrs, atol=15)


def test_gain_does_not_matter(sinus):
    np.testing.assert_array_equal(find_waves(3 * sinus, 500.0).qrs, find_waves(sinus, 500.0).qrs)


def test_pacing_spikes_do_not_hide_the_complexes(sinus):
    truth = find_waves(sinus, 500.0)
    spiked = sinus.astype(float).copy()
    for onset in truth.qrs[:, 0]:
        spiked[onset - 75] += 1.0  # an atrial spike of 2 ms, 150 ms before each QRS complex, three times as tall
    found = find_waves(filtered(spiked, 500.0), 500.0)
    assert len(found.r_peaks) == len(truth.r_peaks)
    assert np.abs(found.r_peaks - truth.r_peaks).max() <= 15


@pytest.mark.parametrize(
    ("signal", "why"),
    [
        (np.zeros(5000), "flat"),
        (np.full(5000, 1.5), "flat"),
        (np.zeros(800), "less than 3 s"),
        (np.empty(0), "less than 3 s"),
        (np.sin(np.arange(5000) / 200), "no QRS"),
        (np.concatenate([np.zeros(2500), np.ones(2500)]), "no QRS"),
    ],
    ids=["zeros", "constant", "short", "empty", "sine", "step"],
)
def test_what_is_no_ecg_is_not_delineated(signal, why):
    segments = find_waves(signal, 500.0)
    assert why in segments.not_delineated
    assert len(segments.r_peaks) == len(segments.qrs) == len(segments.t) == 0


@pytest.mark.parametrize("seconds", [5, 10, 30])
@pytest.mark.parametrize("seed", range(8))
def test_white_noise_is_not_delineated(seconds, seed):
    noise = np.random.default_rng(seed).normal(0, 0.3, 500 * seconds)
    assert find_waves(filtered(noise, 500.0), 500.0).not_delineated is not None


@given(seed=st.integers(0, 2**32 - 1), samples=st.integers(0, 3000), beats=st.integers(0, 4))
@settings(max_examples=40, deadline=None)
def test_it_never_raises(seed, samples, beats):
    random = np.random.default_rng(seed)
    signal = random.normal(0, 0.001, samples)
    for at in random.integers(0, max(samples, 1), beats):
        signal[at : at + 20] += random.normal()
    segments = find_waves(signal, 250.0)
    assert (segments.not_delineated is None) == (len(segments.r_peaks) > 0)


def test_a_long_recording_is_delineated_in_chunks_as_if_it_were_one(sinus, monkeypatch):
    once = find_waves(sinus, 500.0)
    # joined 200 ms before a QRS complex, so that each copy is a whole number of beats
    start, stop = once.qrs[1, 0] - 100, once.qrs[-2, 0] - 100
    long = np.tile(sinus[start:stop], 10)
    monkeypatch.setattr(waves, "CHUNK_SECONDS", 1000.0)
    whole = find_waves(long, 500.0)
    monkeypatch.setattr(waves, "CHUNK_SECONDS", 3.7)
    chunked = find_waves(long, 500.0)
    assert len(whole.r_peaks) >= 10 * (len(once.r_peaks) - 3) - 1
    np.testing.assert_allclose(chunked.r_peaks, whole.r_peaks, atol=2)
    np.testing.assert_allclose(chunked.qrs, whole.qrs, atol=10)


def test_labels_name_the_wave_of_every_sample(sinus):
    segments = find_waves(sinus, 500.0)
    labels = label_waves(segments, len(sinus))
    names = tuple(Wave)
    assert labels.shape == sinus.shape
    assert labels.dtype == np.int8
    assert np.all(labels[segments.r_peaks] == names.index(Wave.QRS))
    assert np.sum(labels == names.index(Wave.T)) == np.diff(segments.t, axis=1).sum()
    assert np.sum(labels == names.index(Wave.QRS)) == np.diff(segments.qrs, axis=1).sum()


def test_without_waves_every_label_is_rest():
    assert set(label_waves(Segments.none(500.0, "nothing"), 7).tolist()) == {tuple(Wave).index(Wave.REST)}
