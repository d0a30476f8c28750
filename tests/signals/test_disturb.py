"""A spoilt Lead I is spoilt as said, repeatably, and the rest of the recording stays."""

import numpy as np
import pytest

from ecg_core import Lead, Recording
from ecg_core.errors import RecordingRefused
from ecg_core.signals.disturb import CLEAN, Disturbance, disturb, smooth


def test_only_lead_i_is_spoilt(twelve_lead_sample):
    spoilt = disturb(twelve_lead_sample, Disturbance(snr_db=6, wander_mv=1, mains_mv=0.2), seed=0)
    assert not np.allclose(spoilt[Lead.I], twelve_lead_sample[Lead.I])
    assert np.array_equal(spoilt[Lead.V3], twelve_lead_sample[Lead.V3])


def test_noise_has_the_strength_that_is_asked_for(twelve_lead_sample):
    clean = twelve_lead_sample[Lead.I]
    noise = disturb(twelve_lead_sample, Disturbance(snr_db=6), seed=0)[Lead.I] - clean
    assert 20 * np.log10(clean.std() / noise.std()) == pytest.approx(6, abs=0.01)


def test_mains_lie_at_their_frequency(twelve_lead_sample):
    hum = disturb(twelve_lead_sample, Disturbance(mains_mv=0.2, mains_hz=60), seed=0)[Lead.I]
    spectrum = np.abs(np.fft.rfft(hum - twelve_lead_sample[Lead.I]))
    assert np.fft.rfftfreq(len(hum), 1 / twelve_lead_sample.sampling_rate)[spectrum.argmax()] == pytest.approx(60)


def test_exchanged_arms_and_a_wrong_gain_change_sign_and_size(twelve_lead_sample):
    spoilt = disturb(twelve_lead_sample, Disturbance(gain=0.5, reversed_arms=True), seed=0)
    assert np.allclose(spoilt[Lead.I], -0.5 * twelve_lead_sample[Lead.I])


def test_the_seed_repeats_it_and_one_disturbance_leaves_the_others(twelve_lead_sample):
    one, again = (disturb(twelve_lead_sample, Disturbance(wander_mv=1), seed=3)[Lead.I] for _ in range(2))
    assert np.array_equal(one, again)
    both = disturb(twelve_lead_sample, Disturbance(wander_mv=1, mains_mv=0.1), seed=3)[Lead.I]
    hum = disturb(twelve_lead_sample, Disturbance(mains_mv=0.1), seed=3)[Lead.I] - twelve_lead_sample[Lead.I]
    assert np.allclose(both - one, hum, atol=1e-6)


def test_nothing_asked_is_nothing_done_and_a_flat_lead_is_refused(twelve_lead_sample):
    assert disturb(twelve_lead_sample, CLEAN, seed=0) is twelve_lead_sample
    flat = Recording(np.zeros((1, 5000)), (Lead.I,), 500.0, "generated")
    with pytest.raises(RecordingRefused, match="flat"):
        disturb(flat, Disturbance(snr_db=6), seed=0)


@pytest.mark.parametrize("low_pass_hz", [25.0, 12.0])
def test_smoothing_takes_half_at_its_corner_and_leaves_what_is_slow(low_pass_hz):
    seconds = np.arange(5000) / 500
    for hz, left in ((low_pass_hz, 0.5), (1.0, 1.0), (6 * low_pass_hz, 0.0)):
        sine = np.sin(2 * np.pi * hz * seconds)
        assert smooth(sine, 500, low_pass_hz)[1000:4000].std() / sine.std() == pytest.approx(left, abs=0.01)
