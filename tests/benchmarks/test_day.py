"""A day of one lead at 250 Hz through the command line: its memory and its time, as a share of the day."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from edfio import Edf, EdfSignal

from ecg_core.readers import read
from ecg_core.signals.filters import resample
from ecg_core.vocabulary import Lead

HOURS = float(os.environ.get("ECG_HOURS", "24"))
RATE = 250.0
MOST_BYTES, MOST_SHARE = 1.5e9, 1 / 200


@pytest.fixture(scope="module")
def day(tmp_path_factory, sample_files) -> Path:
    """A sample recording over and over, faster and slower, taller and smaller, with some noise."""
    strip = read(sample_files("A0002.hea", "A0002.mat"))
    once = resample(strip[Lead.I], strip.sampling_rate, RATE)
    random = np.random.default_rng(0)
    samples = round(HOURS * 3600 * RATE)
    lead_i = random.normal(0, 0.004, samples)
    first = 0
    while first < samples:
        pace = random.uniform(0.7, 1.3)
        piece = np.interp(np.arange(0, len(once), pace), np.arange(len(once)), once)[: samples - first]
        lead_i[first : first + len(piece)] += random.uniform(0.8, 1.2) * piece
        first += len(piece)
    path = tmp_path_factory.mktemp("day") / "day.edf"
    Edf([EdfSignal(lead_i, RATE, label="I", physical_dimension="mV", physical_range=(-8, 8))]).write(path)
    return path


def test_a_day(day, tmp_path):
    command = [sys.executable, "-m", "ecg_core", "reconstruct", str(day), "--passes", "10", "--out", str(tmp_path)]
    began = time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    took, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    size = used.ru_maxrss * 1024
    share, busy = took / (HOURS * 3600), (used.ru_utime + used.ru_stime) / (HOURS * 3600)
    print(
        f"\n{HOURS:g} h: {took:.0f} s, 1/{1 / share:.0f} of it; processors at work {1000 * busy:.2f} s in 1000; "
        f"at most {size / 1e6:.0f} MB"
    )
    assert size < MOST_BYTES
    assert share <= MOST_SHARE
