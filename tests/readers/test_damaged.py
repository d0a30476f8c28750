"""Damaged files: whatever the bytes, nothing but an EcgError is raised, and memory stays small."""

import tracemalloc
import warnings
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecg_core.errors import EcgError
from ecg_core.readers import patient_from, read
from tests.readers.devices import WRITERS

FILES = [("A0002.hea", "A0002.mat"), ("A0006_lead_I.csv",), ("A0009_apple_watch.csv",), ("A0010_lead_I.edf",)]
ANSWERS = [{}, {"sampling_rate": 500.0, "unit": "mV", "lead": "1"}]
MOST_BYTES = 64 << 20

quick = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def survives(files):
    """Read with and without answers; only an `EcgError` may come out."""
    for answers in ANSWERS:
        with suppress(EcgError):
            recording = read(files, **answers)
            assert 100 <= recording.sampling_rate <= 2000
            assert recording.duration >= 5
    patient_from(files)


@quick
@given(st.dictionaries(st.text(max_size=8), st.binary(max_size=2000), max_size=3))
def test_random_bytes(files):
    survives(files)


@quick
@given(
    st.sampled_from([b"0       ", b"a 1 500\na.dat 16\n", b"ALIVE", b"\xff\xfe", b"I,II\n"]), st.binary(max_size=2000)
)
def test_random_bytes_behind_a_true_beginning(start, rest):
    survives({"a.hea": start + rest})
    survives({"a.hea": start, "a.dat": rest})


@quick
@given(st.text(alphabet="0123456789.,;-+e \t\n\"'IVa:()mµ", max_size=600))
def test_random_tables(text):
    survives({"a": text.encode()})


@pytest.mark.parametrize("names", FILES, ids=lambda names: names[0])
@quick
@given(data=st.data())
def test_truncated_files(sample_files, names, data):
    files = sample_files(*names)
    cut = data.draw(st.sampled_from(names))
    files[cut] = files[cut][: data.draw(st.integers(0, len(files[cut])))]
    survives(files)


@pytest.mark.parametrize("names", FILES, ids=lambda names: names[0])
@quick
@given(data=st.data())
def test_flipped_bits(sample_files, names, data):
    files = sample_files(*names)
    hit = bytearray(files[names[0]])
    for _ in range(data.draw(st.integers(1, 6))):
        hit[data.draw(st.integers(0, min(len(hit), 800) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    survives({**files, names[0]: bytes(hit)})


@pytest.mark.parametrize("names", FILES, ids=lambda names: names[0])
@quick
@given(data=st.data())
def test_forged_numbers(sample_files, names, data):
    """Digits of the heading become other digits: claims of sizes, rates, gains and counts."""
    files = sample_files(*names)
    head = bytearray(files[names[0]])
    digits = [place for place, byte in enumerate(head[:700]) if chr(byte).isdigit()]
    for place in data.draw(st.lists(st.sampled_from(digits), min_size=1, max_size=8)):
        head[place] = data.draw(st.sampled_from(b"0123456789"))
    survives({**files, names[0]: bytes(head)})


@pytest.fixture(scope="module")
def device_files(twelve_lead_sample):
    short = twelve_lead_sample.between(0, 6)
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # pyedflib wants no space in a name
        return {name: write(short) for name, write in WRITERS.items()}


@pytest.mark.parametrize("name", WRITERS)
@settings(quick, max_examples=12)
@given(data=st.data())
def test_damaged_device_files(device_files, name, data):
    """Bits turned over and pieces cut out, mostly in the heading, where the claims are."""
    hit = bytearray(device_files[name])
    for _ in range(data.draw(st.integers(1, 6))):
        hit[data.draw(st.integers(0, data.draw(st.sampled_from([600, len(hit)])) - 1))] ^= 1 << data.draw(
            st.integers(0, 7)
        )
    start = data.draw(st.integers(0, len(hit)))
    del hit[start : start + data.draw(st.sampled_from([0, 0, 1, 100]))]
    survives({"x": bytes(hit)})


@pytest.mark.parametrize(
    "files",
    [
        {"a.hea": b"a 1 500 900000000000\na.dat 16 1000/mV 16 0 0 0 0 I\n", "a.dat": bytes(6000)},
        {"a.hea": b"a 9999 500 900000000\n" + b"a.dat 8x9999 1000/mV 16 0 0 0 0 I\n" * 9999, "a.dat": bytes(6000)},
        {"a.edf": b"0       " + b" " * 176 + b"512     " + b" " * 44 + b"999999991       1   " + b" " * 256},
    ],
)
def test_forged_claims_ask_for_no_memory(files):
    tracemalloc.start()
    with pytest.raises(EcgError):
        read(files)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST_BYTES
