"""Thousands of damaged files of every format: only an `EcgError` or a valid `Recording` may come of each (`make fuzz`).

Each file has a number, and a number always makes the same file: ``--only N`` repeats one. What is watched: anything
else that is raised, more than 5 s of computing, more than 1 GB of memory, a file written outside the temporary folder,
a connection, and noise that passes for a clean ECG. A worker that dies is noticed by its number and replaced.
"""

import argparse
import io
import multiprocessing
import resource
import signal
import struct
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from scipy.io import savemat

from ecg_core import examine
from ecg_core.errors import EcgError
from ecg_core.readers import patient_from, read
from ecg_core.records import Recording
from ecg_core.vocabulary import LEADS, Lead, Verdict
from tests.readers import devices

SECONDS, BYTES = 5.0, 1 << 30
SAMPLES = Path(__file__).parents[2] / "sample_data"
ANSWERS: Mapping[str, Any] = {"sampling_rate": 500.0, "unit": "mV", "lead": "1"}
Files = dict[str, bytes]


@dataclass(frozen=True)
class Outcome:
    """What came of one file: its number, how it was made, in what it ended, and what of that may not be."""

    number: int
    seed: str
    damage: str
    ended: str
    fault: str
    seconds: float
    megabytes: float


class TooLong(BaseException):
    """No `Exception`, so that no library takes it for its own."""


def seeds() -> dict[str, Files]:
    """One small whole recording of each format, by its name."""
    names = [("A0002.hea", "A0002.mat"), ("A0006_lead_I.csv",), ("A0009_apple_watch.csv",), ("A0010_lead_I.edf",)]
    found = {group[0]: {name: (SAMPLES / name).read_bytes() for name in group} for group in names}
    recording = read(found["A0002.hea"]).between(0, 5.5)
    with warnings.catch_warnings(action="ignore"):
        found |= {name: {"x": write(recording)} for name, write in devices.WRITERS.items()}
    arrays = {"ecg": recording.signals, "fs": 500.0, "leads": np.array(list(LEADS)), "unit": "mV"}
    npy, npz, mat = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(npy, recording.signals)
    np.savez_compressed(npz, **arrays)  # type: ignore[arg-type]
    savemat(mat, arrays, do_compression=False)
    found |= {"npy": {"x": npy.getvalue()}, "npz": {"x": npz.getvalue()}, "mat": {"x": mat.getvalue()}}
    stored = (recording.signals[:1] * 1000).astype("<i2").tobytes()
    head = "{} 1 500 {}\n{}.dat 16 1000/mV 16 0 0 0 0 I\n"
    found["segments"] = {"r.hea": b"r/2 1 500 2750\na 1000\nb 1750\n"}
    for name, part in (("a", stored[:2000]), ("b", stored[2000:])):
        found["segments"] |= {f"{name}.hea": head.format(name, len(part) // 2, name).encode(), f"{name}.dat": part}
    found["zip"] = {"x": _packed({f"g/{name}": data for name, data in found["A0002.hea"].items()})}
    return found


def _packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def flipped(data: bytes, rng: np.random.Generator) -> bytes:
    """Some bits turned over, half of the times in the heading, where the claims are."""
    hit = bytearray(data)
    reach = min(len(hit), 1000) if rng.random() < 0.5 else len(hit)
    for _ in range(int(rng.integers(1, 33))):
        hit[int(rng.integers(reach))] ^= 1 << int(rng.integers(8))
    return bytes(hit)


def truncated(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(len(data)))]


def lying(data: bytes, rng: np.random.Generator) -> bytes:
    """Numbers of the heading made other numbers: as digits, or as 2 or 4 bytes."""
    hit = bytearray(data)
    reach = min(len(hit) - 8, 4000)
    digits = [place for place in range(max(reach, 1)) if 48 <= hit[place] < 58]
    for _ in range(int(rng.integers(1, 7))):
        if digits and rng.random() < 0.7:
            hit[int(rng.choice(digits))] = int(rng.integers(48, 58))
        elif reach > 0:
            value = int(rng.choice([0, 1, 2**15 - 1, 2**16 - 1, 2**31 - 1, 2**32 - 1, int(rng.integers(2**32))]))
            form, most = ("<I", 2**32) if rng.random() < 0.5 else ("<H", 2**16)
            struct.pack_into(form, hit, int(rng.integers(reach)), value % most)
    return bytes(hit)


def odd_numbers(data: bytes, rng: np.random.Generator) -> bytes:
    """A number in the text made NaN, infinite, huge, negative, or written in another way."""
    at = int(rng.integers(len(data)))
    words = (b"NaN", b"inf", b"-1e308", b"1e400", b"99999999999999999999", b"-7", b"0", b"1,5", b"0x10", "٣".encode())
    end = at
    while end < len(data) and end < at + 12 and chr(data[end]) in "0123456789.-+eE":
        end += 1
    return data[:at] + words[int(rng.integers(len(words)))] + data[max(end, at + 1) :]


def cut_out(data: bytes, rng: np.random.Generator) -> bytes:
    """A piece taken out, doubled, or put elsewhere."""
    start, size, to = (int(rng.integers(len(data))) for _ in range(3))
    piece = data[start : start + size % 5000]
    rest = data if rng.random() < 0.5 else data[:start] + data[start + len(piece) :]
    return rest if rng.random() < 0.4 else rest[:to] + piece + rest[to:]


def swapped(data: bytes, rng: np.random.Generator) -> bytes:
    """Every two bytes from somewhere on in the wrong order."""
    start = int(rng.integers(len(data)))
    rest = np.frombuffer(data[start : start + (len(data) - start) // 2 * 2], "<u2").byteswap().tobytes()
    return data[:start] + rest + data[start + len(rest) :]


def noise(data: bytes, rng: np.random.Generator) -> bytes:
    """Everything behind the heading made random bytes."""
    start = int(rng.choice([256, 600, 2000, len(data) // 10]))
    return data[:start] + rng.bytes(max(len(data) - start, 0))


DAMAGES: tuple[Callable[[bytes, np.random.Generator], bytes], ...] = (
    flipped, truncated, lying, odd_numbers, cut_out, swapped, noise
)  # fmt: skip


def bombs() -> Iterator[tuple[str, Files]]:
    """Files made to hurt: what unfolds, what points elsewhere, what claims the impossible."""
    laughs = "".join(f'<!ENTITY a{k} "{f"&a{k - 1};" * 10}">' for k in range(1, 12))
    for root in ("RestingECG", "AnnotatedECG", "restingecgdata", "ECG"):
        inside = f'<!DOCTYPE a [<!ENTITY a0 "ha">{laughs}]><{root}>&a11;</{root}>'
        yield "entities", {"x": inside.encode()}
        outside = f'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><{root}>&b;</{root}>'
        yield "outside entity", {"x": outside.encode()}
        yield "deep", {"x": (f"<{root}>" + "<a>" * 200_000).encode()}
    yield "zip bomb", {"x": _packed({f"{k}.csv": bytes(100 << 20) for k in range(6)})}
    yield "json deep", {"x": b'{"recordedAt":1,"patientID":' + b"[" * 200_000}
    for name in ("../../x.hea", "/tmp/x.hea", "..\\x.hea", "C:\\x.hea"):
        yield "path", {"x": _packed({name: b"r 1 500 9\nr.dat 16 200 16 0 0 0 0 I\n"})}
    yield "path in a header", {"r.hea": b"r 1 500 9\n../../etc/passwd 16 200 16 0 0 0 0 I\n", "r.dat": bytes(9000)}
    yield "claims", {"r.hea": b"r 1 500 900000000000\nr.dat 16 200 16 0 0 0 0 I\n", "r.dat": bytes(9000)}
    segment = {"a.hea": b"a 1 500 1\na.dat 16 200 16 0 0 0 0 I\n", "a.dat": b"12"}
    yield "gaps", {"r.hea": b"r/2 1 500\na 1\n~ 900000000000\n", **segment}


def made(number: int, whole: Mapping[str, Files], special: list[tuple[str, Files]]) -> tuple[str, str, Files]:
    """Seed, damage and files of this ``number``."""
    if number < len(special):
        return "bomb", *special[number]
    rng = np.random.default_rng(number)
    seed = list(whole)[int(rng.integers(len(whole)))]
    files, damage = dict(whole[seed]), DAMAGES[int(rng.integers(len(DAMAGES)))]
    name = list(files)[int(rng.integers(len(files)))]
    files[name] = damage(files[name], rng)
    if seed == "SCP-ECG" and rng.random() < 0.5:
        files[name] = devices.with_sums(files[name])  # so that what lies behind the checksums is met
    return seed, damage.__name__, files


def tried(number: int, seed: str, damage: str, files: Files, whole: Recording | None, strayed: list[str]) -> Outcome:
    """Read ``files`` with and without answers and say in what it ended."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    begun, fault, ended = time.process_time(), "", "refused"
    strayed.clear()
    try:
        for answers in ({}, ANSWERS):
            try:
                recording = read(files, **answers)
            except EcgError:
                continue
            ended = "read"
            if not (np.isfinite(recording.signals).all() and 5 <= recording.duration <= 86400):
                fault = "an invalid recording"
            if damage == "noise" and whole is not None:
                fault = fault or _believed(recording, whole)
        patient_from(files)
    except TooLong:
        fault = f"more than {SECONDS:g} s"
    except BaseException:
        fault = traceback.format_exc(limit=-3)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    if strayed:
        fault = fault or strayed[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Outcome(number, seed, damage, ended, fault, time.process_time() - begun, peak)


def _believed(recording: Recording, whole: Recording) -> str:
    """Whether random samples pass for a clean ECG; what was left as it was may."""
    samples = min(recording.signals.shape[1], whole.signals.shape[1])
    if np.isclose(recording[Lead.I][:samples], whole[Lead.I][:samples], atol=0.01).mean() > 0.5:
        return ""
    verdict = examine(recording).quality.verdict
    return "noise that passes for a clean ECG" if verdict is Verdict.PASS else ""


def work(numbers: range, pipe: Any) -> None:
    """Try each number and send what came of it."""
    strayed: list[str] = []
    temporary = (tempfile.gettempdir(), "/dev/null")

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and any(sign in str(arguments[1]) for sign in "wax+"):
            if not arguments[0].startswith(temporary):
                strayed.append("a file written outside the temporary folder")
        elif event == "socket.connect":
            strayed.append("a connection")

    def ring(_: int, __: FrameType | None) -> None:
        raise TooLong

    whole, special = seeds(), list(bombs())
    read_whole = {seed: read(files, **(ANSWERS if seed == "npy" else {})) for seed, files in whole.items()}
    examine(read_whole["A0002.hea"])
    signal.signal(signal.SIGVTALRM, ring)
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + BYTES + (BYTES >> 2), resource.RLIM_INFINITY))
    sys.addaudithook(watch)
    for number in numbers:
        pipe.send(number)
        seed, damage, files = made(number, whole, special)
        pipe.send(tried(number, seed, damage, files, read_whole.get(seed), strayed))
    pipe.close()


def outcomes(numbers: range) -> Iterator[Outcome]:
    """What came of each number, from a worker that is replaced when it dies."""
    context = multiprocessing.get_context("spawn")
    while numbers:
        ours, theirs = context.Pipe(duplex=False)
        worker = context.Process(target=work, args=(numbers, theirs), daemon=True)
        worker.start()
        theirs.close()
        at = numbers[0]
        try:
            while True:
                at = ours.recv()
                yield ours.recv()
                numbers = range(at + 1, numbers.stop)
        except EOFError:
            worker.join()
        if numbers:
            yield Outcome(at, "?", "?", "died", f"the worker died ({worker.exitcode})", 0.0, 0.0)
            numbers = range(at + 1, numbers.stop)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after so long, with a summary")
    parser.add_argument("--only", type=int, help="try this number again and show what is wrong with it")
    options = parser.parse_args()
    numbers = range(options.first, options.first + options.files)
    if options.only is not None:
        numbers = range(options.only, options.only + 1)
    begun, ended, faults, worst, peaks = time.monotonic(), Counter[tuple[str, str]](), [], Counter[str](), []
    for one in outcomes(numbers):
        ended[one.seed, one.ended] += 1
        worst[one.seed] = max(worst[one.seed], round(1000 * one.seconds))
        peaks.append(one.megabytes)
        if one.fault:
            faults.append(one)
            print(f"number {one.number} ({one.seed}, {one.damage}): {one.fault}", flush=True)
        if time.monotonic() - begun > 60 * options.minutes:
            break
    print(f"{'seed':24}{'files':>8}{'refused':>9}{'read':>8}{'slowest ms':>12}")
    for seed in sorted(worst):
        refused, accepted = ended[seed, "refused"], ended[seed, "read"]
        print(f"{seed:24}{refused + accepted:8}{refused:9}{accepted:8}{worst[seed]:12}")
    print(f"{len(peaks)} files in {time.monotonic() - begun:.0f} s; {len(faults)} faults.")
    print(f"Memory of the worker from {peaks[0]:.0f} to {max(peaks):.0f} MB.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
