"""Clean real strips pass; the same strips, damaged in each way, do not, and the finding says what is wrong."""

import re

import numpy as np
import pytest

from ecg_core.records import Preparation
from ecg_core.results import Segments
from ecg_core.signals.filters import band_pass, resample
from ecg_core.signals.quality import assess
from ecg_core.signals.waves import find_waves
from ecg_core.training.evidence import DAMAGES
from ecg_core.vocabulary import Lead, Verdict


def judged(signal, rate=500.0):
    lead_i = np.asarray(signal, dtype=float)
    return assess(lead_i, rate, find_waves(band_pass(lead_i[np.newaxis], rate, Preparation())[0][0], rate))


@pytest.fixture(scope="module")
def upright(sample_recordings):
    """Lead I of the samples whose QRS complexes point up."""
    return {name: sample_recordings[name][Lead.I] for name in ("A0002", "A0003", "A0005", "A0008")}


@pytest.mark.parametrize("name", ["A0001", "A0002", "A0003", "A0005", "A0008"])
def test_clean_strips_pass(sample_recordings, name):
    assert judged(sample_recordings[name][Lead.I]).verdict is Verdict.PASS


def test_clean_strips_pass_at_a_low_rate_too(upright):
    for signal in upright.values():
        assert judged(resample(signal, 500.0, 100.0), 100.0).verdict is Verdict.PASS


@pytest.mark.parametrize("damage", [damage for damage in DAMAGES if not damage.startswith("reversed")])
@pytest.mark.parametrize("name", ["A0002", "A0003", "A0005", "A0008"])
def test_damaged_strips_do_not_pass(upright, name, damage):
    expected, spoil = DAMAGES[damage]
    quality = judged(spoil(upright[name], 500.0, np.random.default_rng(7)))
    assert quality.verdict is not Verdict.PASS
    names = {finding.name for finding in quality.findings}
    assert expected in names or (expected == "too few beats" and "no beats" in names)


@pytest.mark.parametrize("name", ["A0002", "A0008"])
def test_a_lead_with_inverted_waves_is_called_reversed(upright, name):
    quality = judged(-upright[name])
    assert [finding.name for finding in quality.findings] == ["reversed"]
    assert quality.verdict is Verdict.REVIEW
    assert "inverted" in quality.findings[0].reason
    assert "wrist" in quality.findings[0].advice


def test_a_right_bundle_branch_block_with_deep_s_is_not_called_reversed(sample_recordings):
    assert judged(sample_recordings["A0001"][Lead.I]).findings == ()  # QRS mostly negative, P and T upright


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_finding_says_what_was_measured_and_what_to_try(upright, damage):
    _, spoil = DAMAGES[damage]
    for finding in judged(spoil(upright["A0002"], 500.0, np.random.default_rng(7))).findings:
        assert re.search(r"\d", finding.reason) or finding.name == "no beats", finding
        assert finding.reason.endswith(".")
        assert finding.advice.endswith(".")


@pytest.mark.parametrize("signal", [np.zeros(5000), np.full(5000, 0.7)])
def test_flat_stops(signal):
    quality = judged(signal)
    assert [finding.name for finding in quality.findings] == ["flat"]
    assert quality.verdict is Verdict.STOP


def test_too_short_stops():
    quality = assess(np.ones(100), 500.0, Segments.none(500.0, "short"))
    assert quality.verdict is Verdict.STOP
    assert "0.2 s" in quality.findings[0].reason


def test_a_jump_of_many_millivolts_is_lost_contact(upright):
    signal = upright["A0002"].copy()
    signal[2000:2400] += 8.0
    assert "loss of contact" in {finding.name for finding in judged(signal).findings}


def test_beats_taller_than_any_heart_gives_are_pointed_out(upright):
    for name in ("A0002", "A0008"):
        unit = upright[name] / np.ptp(upright[name])
        assert "too tall" in {finding.name for finding in judged(8 * unit).findings}
        assert "too tall" not in {finding.name for finding in judged(3 * unit).findings}


def test_mains_at_60_hz_is_named(upright):
    signal = upright["A0002"] + 0.1 * np.sin(2 * np.pi * 60 * np.arange(5000) / 500)
    assert any(finding.name == "mains" and "60 Hz" in finding.reason for finding in judged(signal).findings)


def test_a_short_disturbance_of_a_long_recording_passes_and_a_third_does_not(upright):
    minutes = np.tile(upright["A0008"], 48)[: 12 * 60 * 500]
    hum = 0.1 * np.sin(2 * np.pi * 50 * np.arange(len(minutes)) / 500)
    little, much = minutes.copy(), minutes.copy()
    little[:6000] += hum[:6000]
    much[: len(minutes) // 3] += hum[: len(minutes) // 3]
    assert "mains" not in {finding.name for finding in judged(little).findings}
    assert "mains" in {finding.name for finding in judged(much).findings}
