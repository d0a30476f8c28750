"""Hypothesis damages files of every format: a sentence or a valid recording comes of each, and nothing else."""

import warnings
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecg_core.errors import EcgError
from ecg_core.readers import patient_from, read
from tests.benchmarks.fuzz import ANSWERS, DAMAGES, Files, seeds
from tests.readers import devices

EXAMPLES = 200
LARGEST = 200_000
"""Larger files are copied for longer than they are read; `make fuzz` damages them too."""


@pytest.fixture(scope="module")
def whole() -> dict[str, Files]:
    return {name: files for name, files in seeds().items() if sum(map(len, files.values())) < LARGEST}


def test_files_of_every_format_are_damaged(whole):
    assert set(devices.WRITERS) <= set(whole)


@settings(max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(
    place=st.integers(0, 10**6),
    part=st.integers(0, 3),
    damages=st.lists(st.sampled_from(DAMAGES), min_size=1, max_size=3),
    seed=st.integers(0, 2**32 - 1),
    mended=st.booleans(),
)
def test_a_sentence_or_a_valid_recording_comes_of_any_damage(
    whole: dict[str, Files],
    place: int,
    part: int,
    damages: list[Callable[[bytes, np.random.Generator], bytes]],
    seed: int,
    mended: bool,
) -> None:
    kind = list(whole)[place % len(whole)]
    files, rng = dict(whole[kind]), np.random.default_rng(seed)
    name = list(files)[part % len(files)]
    for damage in damages:
        if len(files[name]) > 16:
            files[name] = damage(files[name], rng)
    if kind == "SCP-ECG" and mended and len(files[name]) > 16:
        files[name] = devices.with_sums(files[name])  # so that what lies behind the checksums is met
    only_a_sentence_or_a_recording(files)


def only_a_sentence_or_a_recording(files: Files) -> None:
    with warnings.catch_warnings(action="ignore"):
        for answers in ({}, ANSWERS):
            with suppress(EcgError):
                recording = read(files, **answers)
                assert np.isfinite(recording.signals).all()
                assert 5 <= recording.duration <= 86400
        patient_from(files)
