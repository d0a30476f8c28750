"""PR on Lead I against cardiologists, and its absence where there is no P wave."""

import numpy as np
import pytest
import wfdb

from ecg_core.records import Preparation
from ecg_core.signals.atrial import measure_pr_ms
from ecg_core.signals.filters import band_pass
from ecg_core.signals.waves import find_waves


def pr_of(raw: np.ndarray, rate: float) -> float | None:
    filtered = band_pass(raw[None], rate, Preparation())[0][0]
    return measure_pr_ms(filtered, find_waves(filtered, rate))


def test_pr_is_the_same_upside_down_and_at_half_the_rate(lead_i_500):
    pr = pr_of(lead_i_500, 500.0)
    assert pr_of(-lead_i_500, 500.0) == pytest.approx(pr, abs=4)
    assert pr_of(lead_i_500[::2], 250.0) == pytest.approx(pr, abs=6)


def test_pr_is_within_27_ms_of_the_cardiologists_and_absent_without_p(shared_data):
    folder = shared_data("data/ludb/data")
    errors, false = [], 0
    for number in (1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 101, 35):
        record = wfdb.rdrecord(str(folder / str(number)), channels=[0])
        marks = wfdb.rdann(str(folder / str(number)), "i")
        onsets = {
            kind: np.array([marks.sample[row - 1] for row, symbol in enumerate(marks.symbol) if symbol == kind])
            for kind in "pN"
        }
        pr = pr_of(record.p_signal[:, 0], record.fs)
        if not len(onsets["p"]):
            false += pr is not None
        elif pr is not None:
            after = [onsets["N"][onsets["N"] > start][0] - start for start in onsets["p"] if start < onsets["N"][-1]]
            errors.append(abs(pr - 1000 * np.median(after) / record.fs))
    assert false == 0
    assert len(errors) >= 6
    assert max(errors) < 27
