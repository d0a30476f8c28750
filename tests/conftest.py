"""Fixtures that every test may use: the sample recordings, and where other people's data lie."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from ecg_core.readers import read
from ecg_core.records import Recording
from ecg_core.vocabulary import Lead

SAMPLE_DATA = Path(__file__).parents[1] / "sample_data"


@pytest.fixture(scope="session")
def sample_data() -> Path:
    return SAMPLE_DATA


settings.register_profile("no deadline", deadline=None)  # a busy machine is not a fault
settings.load_profile("no deadline")


@pytest.fixture(scope="session")
def sample_files() -> Callable[..., dict[str, bytes]]:
    """Names of files in ``sample_data`` to what `ecg_core.read` takes."""
    return lambda *names: {name: (SAMPLE_DATA / name).read_bytes() for name in names}


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """What lies at a path below ``ECG_SHARED_DATA``: recordings that are not part of the repository.

    ``formats/`` holds files as devices write them; ``data/ludb/``, ``data/ptbxl500/`` … databases as published.
    """

    def at(path: str) -> Path:
        folder = os.environ.get("ECG_SHARED_DATA")
        if not folder:
            pytest.skip("ECG_SHARED_DATA is not set: recordings outside the repository are not tested")
        if not (Path(folder) / path).exists():
            pytest.skip(f"there is no {path} below ECG_SHARED_DATA")
        return Path(folder) / path

    return at


def needed(program: str | None, advice: str) -> str:
    """The path of a ``program``; where there is none skip with the ``advice``, but fail where CI is set."""
    if program:
        return program
    if os.environ.get("CI"):
        pytest.fail(advice)
    pytest.skip(advice)


TWELVE_LEAD_SAMPLES = ("A0001", "A0002", "A0003", "A0005", "A0008")


@pytest.fixture(scope="session")
def sample_recordings(sample_files) -> dict[str, Recording]:
    """The twelve-lead recordings of ``sample_data`` by their name."""
    return {name: read(sample_files(f"{name}.hea", f"{name}.mat")) for name in TWELVE_LEAD_SAMPLES}


@pytest.fixture(scope="session")
def twelve_lead_sample(sample_recordings) -> Recording:
    """Sinus rhythm, ten seconds at 500 Hz."""
    return sample_recordings["A0002"]


@pytest.fixture(scope="session")
def lead_i_500(twelve_lead_sample) -> np.ndarray:
    """Lead I of it as recorded, in mV."""
    return twelve_lead_sample[Lead.I]
