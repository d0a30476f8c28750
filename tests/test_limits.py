"""Every limit of `ecg_core.limits`: refused in one sentence, and said in the README and by the server's settings."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from ecg_core import Lead, limits, read
from ecg_core.errors import EcgError, RecordingRefused
from ecg_core.readers import acceptance, bundle
from ecg_core.readers.acceptance import accept
from ecg_core.readers.channels import Channel, RawFile, StoredChannel

ROOT = Path(__file__).parents[1]


def raw(*channels: Channel) -> RawFile:
    return RawFile(channels, "made up")


def lead(name: str, number: int, samples: int = 5000) -> Channel:
    return Channel(np.sin(np.arange(samples) / 20), number, name, "mV", 500.0)


def one_sentence(error: EcgError) -> bool:
    return str(error).endswith(".") and "\n" not in str(error)


def test_more_channels_than_a_recorder_has(sample_files):
    channels = [lead("I", 1), *(lead(f"c{number}", number) for number in range(2, limits.MOST_CHANNELS + 2))]
    with pytest.raises(RecordingRefused, match="Found 65 channels; at most 64 are read") as refused:
        accept(raw(*channels), None, None, None)
    assert one_sentence(refused.value)
    assert accept(raw(*channels[:-1]), None, None, None).leads == (Lead.I,)


@pytest.mark.parametrize(("samples", "rate", "words"), [(86_401 * 100, 100.0, "at most 24"), (499, 100.0, "5 s")])
def test_longer_than_a_day_or_shorter_than_a_strip(samples, rate, words):
    endless = Channel(np.broadcast_to(np.float64(1), samples), 1, "I", "mV", rate)
    with pytest.raises(RecordingRefused, match=words) as refused:
        accept(raw(endless), None, None, None)
    assert one_sentence(refused.value)


def test_larger_files_than_a_recording_has(sample_files, monkeypatch):
    monkeypatch.setattr(bundle, "MOST_BYTES", 10_000)
    with pytest.raises(EcgError, match="Found 1 files of 0 MB; at most 1000 files") as refused:
        read(sample_files("A0010_lead_I.edf"))
    assert one_sentence(refused.value)


def test_of_very_long_recordings_lead_i_alone_is_worked_out(monkeypatch):
    monkeypatch.setattr(acceptance, "MOST_BESIDE", 10_000)

    def never(_: np.ndarray) -> np.ndarray:
        raise AssertionError("Lead II was worked out")

    second = StoredChannel(np.zeros(6000, np.int16), never, number=2, name="II", unit="mV", sampling_rate=500.0)
    recording = accept(raw(lead("I", 1, 6000), second), None, None, None)
    assert recording.leads == (Lead.I,)
    assert recording.notes == ("Left out: 1 other lead(s); of a recording this long Lead I alone is kept.",)


def test_the_server_takes_no_more_than_is_said():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["maxUploadSize"] == limits.MOST_UPLOAD >> 20


def test_the_readme_says_every_limit():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (said,) = [line for line in readme.splitlines() if line.startswith("**At most**")]
    for number in (
        limits.MOST_UPLOAD >> 20, limits.MOST_BYTES >> 20, limits.MOST_FILES, round(limits.LONGEST_SECONDS / 3600),
        round(limits.SHORTEST_SECONDS), limits.MOST_CHANNELS, round(limits.LOWEST_HZ), round(limits.HIGHEST_HZ),
        limits.LARGEST_TEXT >> 20, limits.MOST_BESIDE // 1_000_000,
    ):  # fmt: skip
        assert f" {number:,} " in said, number
