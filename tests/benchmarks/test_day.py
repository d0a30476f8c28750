"""A day of one lead at 250 Hz through the command line: its memory and its time, as a share of the day."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from edfio import Edf, EdfSignal

from ecg_core.readers import read
from ecg_core.signals.filters import resample
from ecg_core.vocabulary import FloatArray, Lead

HOURS = float(os.environ.get("ECG_HOURS", "24"))
RATE = 250.0
MOST_BYTES, MOST_SHARE = 1.5e9, 1 / 200


@pytest.fixture(scope="module")
def lead_i(sample_files) -> FloatArray:
    """A day of Lead I in mV: a sample over and over, faster and slower, taller and smaller, with some noise."""
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
    return lead_i


def written(lead_i: FloatArray, kind: str, path: Path) -> None:
    """The recording as a file of a ``kind``."""
    if kind == "edf":
        Edf([EdfSignal(lead_i, RATE, label="I", physical_dimension="mV", physical_range=(-8, 8))]).write(path)
    else:
        np.savetxt(path, lead_i, "%.3f", header="I (mV)", comments="")


@pytest.mark.parametrize("kind", ["edf", "csv"])
def test_a_day(lead_i, kind, tmp_path):
    day = tmp_path / f"day.{kind}"
    written(lead_i, kind, day)
    command = [sys.executable, "-m", "ecg_core", "reconstruct", str(day), "--passes", "10", "--out", str(tmp_path)]
    command += ["--rate", f"{RATE:g}"] if kind == "csv" else []
    began = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)  # what this process took, and not those before it
    process.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - began
    size = used.ru_maxrss * 1024
    share, busy = took / (HOURS * 3600), (used.ru_utime + used.ru_stime) / (HOURS * 3600)
    print(
        f"\n{HOURS:g} h as {kind}: {took:.0f} s, 1/{1 / share:.0f} of it; "
        f"processors at work {1000 * busy:.2f} s in 1000; at most {size / 1e6:.0f} MB"
    )
    assert process.returncode == 0
    assert size < MOST_BYTES
    assert share <= MOST_SHARE
