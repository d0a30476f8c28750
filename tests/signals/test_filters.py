"""Filtering and resampling keep what belongs to the heart and take what does not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.records import Preparation
from ecg_core.signals.filters import band_pass, find_mains, resample


def sine(hz: float, rate: float, seconds: float = 20) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)[None]


def gain(hz: float, rate: float) -> float:
    filtered, _ = band_pass(sine(hz, rate), rate, Preparation(mains_hz=()))
    middle = slice(int(5 * rate), int(15 * rate))
    return float(filtered[0, middle].std() / sine(hz, rate)[0, middle].std())


@pytest.mark.parametrize("rate", [100.0, 250.0, 513.625, 1000.0])
def test_pass_band_is_kept_and_stop_band_removed(rate):
    assert gain(5, rate) == pytest.approx(1, abs=0.02)
    assert gain(20, rate) == pytest.approx(1, abs=0.05)
    assert gain(0.1, rate) < 0.02
    if rate > 200:
        assert gain(80, rate) < 0.02


def test_filter_shifts_nothing_in_time():
    rate = 500.0
    pulse = np.zeros((1, 5000))
    pulse[0, 2500] = 1
    filtered, _ = band_pass(pulse, rate, Preparation())
    assert int(filtered[0].argmax()) == 2500
    assert np.allclose(filtered[0, 2400:2500], filtered[0, 2501:2601][::-1], atol=1e-6)


@pytest.mark.parametrize("mains", [50.0, 60.0])
def test_mains_is_removed_where_it_is_found(mains, lead_i_500):
    noisy = lead_i_500 + 0.2 * sine(mains, 500.0, len(lead_i_500) / 500)[0]
    filtered, removed = band_pass(noisy[None], 500.0, Preparation())
    clean, said = band_pass(lead_i_500[None], 500.0, Preparation())
    assert f"mains at {mains:g} Hz" in removed
    assert not any("mains" in words for words in said)
    assert np.abs(filtered - clean)[0, 500:-500].max() < 0.05


def test_no_mains_is_found_in_a_real_strip(lead_i_500):
    assert find_mains(lead_i_500[None], 500.0, (50.0, 60.0)) is None


@given(
    st.sampled_from([125.0, 200.0, 250.0, 257.0, 300.0, 360.0, 500.0, 512.0, 513.625, 1000.0, 2000.0]),
    st.integers(0, 50),
)
def test_there_and_back_gives_the_same_signal(rate, seed):
    random = np.random.default_rng(seed)
    slow = resample(random.normal(size=60), 10, 100, 600)  # nothing above 5 Hz
    fast = resample(slow, 100, rate)
    assert abs(len(fast) - 6 * rate) <= 1
    assert np.abs(resample(fast, rate, 100, 600) - slow)[30:-30].max() < 0.02


def test_exact_length_on_demand():
    assert resample(np.ones((2, 100)), 100, 500, 507).shape == (2, 507)
    assert resample(np.ones((2, 100)), 100, 500, 493).shape == (2, 493)
