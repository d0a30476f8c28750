"""Rates from time columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.errors import UnreadableFile
from ecg_core.readers.time_column import clock_seconds, looks_like_time, rate_of


@given(rate=st.integers(100, 2000), start=st.floats(-1e6, 1e6), unit=st.sampled_from([None, "s", "ms", "us"]))
def test_the_rate_is_found_in_every_unit_and_from_any_start(rate, start, unit):
    scale = {None: 1.0, "s": 1.0, "ms": 1e3, "us": 1e6}[unit]
    times = (start + np.arange(5 * rate) / rate) * scale
    assert rate_of(times, unit) == pytest.approx(rate, rel=1e-5)


@given(rate=st.integers(100, 1000))
def test_times_rounded_to_milliseconds_still_give_the_whole_rate(rate):
    times = np.round(np.arange(10 * rate) / rate, 3)
    if 1 / rate > 0.002:
        assert rate_of(times, "s") == pytest.approx(rate, rel=2e-4)


def test_a_watch_keeps_its_fraction():
    assert rate_of(np.arange(15000) / 513.625, "s") == pytest.approx(513.625, rel=1e-9)


@pytest.mark.parametrize(
    "times",
    [
        np.array([0.0]),
        np.zeros(100),
        -np.arange(100.0),
        np.delete(np.arange(1000.0), 500),
        np.insert(np.arange(1000.0), 500, 500.0),
        np.where(np.arange(100) == 50, np.nan, np.arange(100.0)),
        np.array([0, 1e308, -1e308, 1.0]),
    ],
)
def test_uneven_times_are_refused(times):
    with pytest.raises(UnreadableFile):
        rate_of(times, "s")


def test_clocks_across_midnight_and_dates():
    np.testing.assert_allclose(clock_seconds(["23:59:59.9", "00:00:00.0", "00:00:00.1"]), [0, 0.1, 0.2], atol=1e-9)
    np.testing.assert_allclose(clock_seconds(["2020-02-28 23:59:59", "2020-02-29 00:00:01"]), [0, 2])
    assert clock_seconds(["2020-02-31 00:00:00"]) is None
    assert clock_seconds(["noon"]) is None


def test_an_ecg_does_not_look_like_time(sample_files):
    from ecg_core.readers import read

    for signal in read(sample_files("A0002.hea", "A0002.mat")).signals:
        assert not looks_like_time(signal)
    assert looks_like_time(np.arange(100) / 500)
