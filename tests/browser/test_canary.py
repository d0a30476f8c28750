"""A made-up name, in files of every format and in their names, walked through the page: it is found nowhere after.

And two visitors at once, who never see each other's patient.
"""

import csv
import io
import json
import re
import warnings
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from ecg_core import examine, read
from tests.browser.conftest import Server, settle
from tests.browser.test_review import wait_for_trace
from tests.readers import devices

FILE_NAME = "Quillfeather"
"""Stands in the names of the files, which the browser shows to whoever chose them, and nobody else does."""
CANARIES = (devices.CANARY, "Zebulon", FILE_NAME)
WITHOUT_UPLOADER = """() => {
    const copy = document.documentElement.cloneNode(true);
    copy.querySelectorAll("[data-testid=stFileUploader]").forEach(one => one.remove());
    return copy.outerHTML + JSON.stringify([...document.querySelectorAll(".js-plotly-plot")].map(
        chart => [chart.data, chart.layout]));
}"""


def opened(name: str, content: bytes) -> bytes:
    """What a file says, out of any packing."""
    if name.endswith((".zip", ".npz")):
        packed = zipfile.ZipFile(io.BytesIO(content))
        return b"".join(one.encode() + packed.read(one) for one in packed.namelist())
    if name.endswith(".parquet"):
        table = pq.read_table(io.BytesIO(content))
        return repr((table.schema.metadata, table.schema.names, table.slice(0, 5).to_pylist())).encode()
    if name.endswith(".pdf"):
        whole = PdfReader(io.BytesIO(content))
        return repr((whole.metadata, [page.extract_text() for page in whole.pages])).encode()
    return content


def finds(content: bytes | str) -> list[str]:
    text = content if isinstance(content, bytes) else content.encode()
    return [name for name in CANARIES if name.lower().encode() in text.lower()]


@dataclass
class Walk:
    """All that came out of a walk through the page: its states by name, what was downloaded, what the server sent."""

    states: dict[str, str] = field(default_factory=dict)
    downloads: dict[str, bytes] = field(default_factory=dict)
    frames: list[bytes] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def look(self, page: Page, name: str) -> None:
        """Keep what the page holds now."""
        self.states[name] = page.evaluate(WITHOUT_UPLOADER)
        self.addresses.append(page.url)


@pytest.fixture(scope="module")
def files(twelve_lead_sample, sample_data) -> dict[str, bytes]:
    """The same recording in every format, each with the name wherever its format has room for it."""
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # pyedflib wants no space in a name
        written = {name: write(twelve_lead_sample) for name, write in devices.WRITERS.items()}
    apple = (sample_data / "A0009_apple_watch.csv").read_text(encoding="utf-8")
    named = apple.replace("Name,", f"Name,{devices.CANARY} Zebulon", 1)
    assert devices.CANARY in named
    return written | {"Apple Watch CSV": named.encode()}


def choose(page: Page, content: bytes) -> None:
    uploader = page.get_by_test_id("stFileUploader").filter(has_text="ECG with Lead I")
    for chosen in uploader.get_by_test_id("stFileChipDeleteBtn").all():
        chosen.get_by_role("button").click()
    expect(page.get_by_text("Drop a recording that holds Lead I")).to_be_visible(timeout=60_000)
    settle(page)  # a file chosen while the widget is drawn anew is lost
    uploader.locator("input[type=file]").set_input_files(
        {"name": f"{FILE_NAME}.dat", "mimeType": "application/octet-stream", "buffer": content}
    )


@pytest.fixture(scope="module")
def walk(stranger, server: Server, files) -> Walk:
    """Every format uploaded, the last one reconstructed, everything taken away, every page visited."""
    page, done = stranger(), Walk()
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: done.frames.extend([frame])))
    page.goto(server.address)
    page.get_by_text("Upload", exact=True).filter(visible=True).first.click()
    for name, content in files.items():
        choose(page, content)
        expect(page.get_by_text(f"{name} · 500 Hz")).to_be_visible(timeout=60_000)
        done.look(page, name)
    page.get_by_role("button", name="Reconstruct").click()
    wait_for_trace(page, "V6 estimated")
    done.look(page, "reconstructed")
    page.get_by_role("button", name="Take away").click()
    offered = page.get_by_test_id("stPopoverBody").get_by_test_id("stDownloadButton").get_by_role("button")
    expect(offered.first).to_be_visible()
    for button in offered.all():
        with page.expect_download() as waiting:
            button.click()
        name = waiting.value.suggested_filename
        done.downloads[name] = Path(waiting.value.path()).read_bytes()
    page.keyboard.press("Escape")
    for link in page.get_by_test_id("stTopNavLink").all()[1:]:
        link.click()
        page.wait_for_url(re.compile(re.escape(str(link.get_attribute("href")))))
        settle(page)
        done.look(page, link.inner_text())
    page.context.close()
    return done


def test_the_name_is_in_no_page_no_figure_and_nothing_that_the_server_sent(walk, files):
    assert len(walk.states) >= len(files) + 3
    assert {name: finds(state) for name, state in walk.states.items() if finds(state)} == {}
    assert walk.frames
    assert finds(b"".join(frame if isinstance(frame, bytes) else frame.encode() for frame in walk.frames)) == []


def test_the_name_is_in_no_download(walk):
    assert len(walk.downloads) >= 9
    said = {name: opened(name, content) for name, content in walk.downloads.items()}
    assert {name: finds(content) for name, content in said.items() if finds(content)} == {}
    assert [name for name in walk.downloads if finds(name)] == []


def test_the_name_is_in_no_address_no_output_of_the_server_and_no_file_that_it_left(walk, server):
    assert [address for address in walk.addresses if finds(address)] == []
    assert finds(server.log.read_bytes()) == []
    assert [path for path in server.temporary.rglob("*") if path.is_file()] == []
    assert finds(server.events.read_bytes()) == []
    written = {
        Path(event[1]) for event in map(json.loads, server.events.read_text().splitlines()) if event[0] == "open"
    }
    outside = [path for path in written if path.is_absolute() and server.temporary not in path.parents]
    assert [path for path in outside if path != Path("/dev/null") and path.suffix != ".pyc" and path.exists()] == []


def test_the_canary_would_be_found(files):
    assert all(devices.CANARY in finds(content) for content in files.values())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.txt", f"seen by {devices.CANARY}")
    assert finds(opened("some.zip", packed.getvalue())) == [devices.CANARY]


def lead_i_taken_away(page: Page) -> np.ndarray:
    """Measured Lead I of the table that the page offers, in mV."""
    page.get_by_role("button", name="Take away").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Mean, spread and band (CSV)").click()
    page.keyboard.press("Escape")
    lines = Path(waiting.value.path()).read_text(encoding="utf-8").splitlines()
    return np.array([float(row["I_mv"]) for row in csv.DictReader(line for line in lines if not line.startswith("#"))])


def test_two_visitors_at_once_never_see_each_others_patient(stranger, dashboard, sample_data):
    names = ("A0010_lead_I.edf", "A0006_lead_I.csv")
    pages = [stranger() for _ in names]
    for page in pages:
        page.goto(dashboard)
    for page, name in zip(pages, names, strict=True):
        wait_for_trace(page, "V6 estimated")
        page.get_by_text("Upload", exact=True).filter(visible=True).first.click()
        choose(page, (sample_data / name).read_bytes())
    for page in pages:
        expect(page.get_by_text("Uploaded recording", exact=True)).to_be_visible(timeout=60_000)
    for page in pages:
        page.get_by_role("button", name="Reconstruct").click()
    for page, name in zip(pages, names, strict=True):
        wait_for_trace(page, "V6 estimated")
        expected = examine(read({name: (sample_data / name).read_bytes()})).lead_i
        np.testing.assert_allclose(lead_i_taken_away(page), expected, atol=1e-4)
    for page in pages:
        page.context.close()
