"""Visitors at once on one server, each with a recording of its own, who upload and reconstruct again and again.

``ECG_LOAD_VISITORS`` (20) and ``ECG_LOAD_SECONDS`` (300) choose how many and for how long (`make load`). They are no
browsers but speak as one does, and nothing leaves this computer.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from dashboard.texts import say
from ecg_core import Lead, Recording, examine, read
from tests.benchmarks.visitor import Visitor
from tests.browser.conftest import Server, serve, wait_until_up

VISITORS = int(os.environ.get("ECG_LOAD_VISITORS", "20"))
SECONDS = float(os.environ.get("ECG_LOAD_SECONDS", "300"))
SAMPLE = Path(__file__).parents[2] / "sample_data" / "A0009_apple_watch.csv"
MOST_GROWTH = 0.10


def resident_mb(server: Server) -> float:
    """Memory that the server takes, in MB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def patient(number: int, turn: int) -> bytes:
    """Lead I that nobody else has at any time, as CSV: another stretch and another amplitude."""
    recording: Recording = read({SAMPLE.name: SAMPLE.read_bytes()})
    lead_i = (0.7 + 0.05 * (turn % 7)) * recording[Lead.I][100 * number :][:5000]
    rows = "\n".join(f"{index / 500:.3f},{value:.4f}" for index, value in enumerate(lead_i))
    return f"time (s),I (mV)\n{rows}".encode()


def visit(server: Server, number: int, until: float) -> list[float]:
    """Upload and reconstruct until then; returns how long each reconstruction took, in s."""
    visitor, times, turn = Visitor(server.address), [], 0
    visitor.choose("button_group", say("review.recording"), string_array_value={"data": [say("source.upload")]})
    visitor.run()
    while time.monotonic() < until or not times:
        content = patient(number, turn)
        visitor.upload(say("review.upload"), f"{turn}.csv", content)
        visitor.run()
        begun = time.monotonic()
        visitor.run(pressed=say("review.reconstruct"))
        times.append(time.monotonic() - begun)
        assert not visitor.elements.get("exception"), "an exception on the page"
        of_its_own(visitor, content)
        turn += 1
    visitor.close()
    return times


def of_its_own(visitor: Visitor, content: bytes) -> None:
    """The measured lead on the page is that of the file just uploaded, and twelve leads are drawn."""
    lead_i = examine(read({"x.csv": content})).lead_i
    at, shown = visitor.trace("I measured")
    good = np.isfinite(shown) & (at <= at[0] + 2.4)
    expected = np.interp(at[good] - at[0], np.arange(lead_i.size) / 500, lead_i)
    difference = shown[good] - expected
    assert np.ptp(difference) < 0.02, "another visitor's recording"
    assert visitor.trace("V6 estimated")[0].size


@pytest.mark.parametrize("visitors", [VISITORS])
def test_visitors_at_once(tmp_path, visitors):
    with serve(tmp_path, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="1") as server:
        wait_until_up(server, "healthz")
        for number in range(2):  # what every process takes once
            visit(server, number, 0)
        time.sleep(10)
        before, until = resident_mb(server), time.monotonic() + SECONDS
        with ThreadPoolExecutor(visitors) as pool:
            waiting = [pool.submit(visit, server, number, until) for number in range(visitors)]
            busiest = before
            while not all(one.done() for one in waiting):
                time.sleep(1)
                busiest = max(busiest, resident_mb(server))
            times = [seconds for one in waiting for seconds in one.result()]
        time.sleep(15)
        after = resident_mb(server)
        print(
            f"\n{visitors} visitors, {SECONDS:g} s, {len(times)} reconstructions: median {np.median(times):.1f} s, p95 "
            f"{np.percentile(times, 95):.1f} s; server {before:.0f} MB before, {busiest:.0f} at most, {after:.0f} after"
        )
        assert "Traceback" not in server.log.read_text(errors="replace")
        assert after <= before * (1 + MOST_GROWTH)
