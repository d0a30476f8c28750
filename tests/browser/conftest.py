"""A real browser for the tests in this folder."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import needed

ROOT = Path(__file__).parents[2]
DEBIAN = "/usr/bin/chromium"
ALONE = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
START_SECONDS = 120


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is: skip without it, but fail where CI is set."""
    found = DEBIAN if Path(DEBIAN).exists() else shutil.which("chromium") or shutil.which("chromium-browser")
    return needed(found, "Chromium was not found; install it with `apt-get install chromium` to run the browser tests.")


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One browser for all tests, each of which gets a page of its own."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path, args=ALONE)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def stranger(browser: Browser) -> Callable[[], Page]:
    """Opens the page of one more visitor, on a common screen, in a browser that knows nothing: no cookie, no file.

    Playwright's ``wait_for_function`` evaluates strings, which the page's own policy forbids: these visitors are not
    held to it. Those of ``test_server.py`` are.
    """
    screen = {"width": 1440, "height": 900}
    return lambda: browser.new_context(viewport=screen, bypass_csp=True).new_page()  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def common(stranger: Callable[[], Page]) -> BrowserContext:
    """What most visitors share: the files of the page, which each would otherwise load and compile anew."""
    return stranger().context


@pytest.fixture(scope="module")
def visitor(common: BrowserContext) -> Iterator[Callable[[], Page]]:
    """Opens the page of one more visitor, with a session of its own on the server; closed with the module."""
    pages: list[Page] = []

    def come() -> Page:
        pages.append(common.new_page())
        return pages[-1]

    yield come
    for page in pages:
        page.close()


@dataclass(frozen=True)
class Server:
    """A running dashboard: its address, what it said, what it was seen to do, and its temporary folder."""

    address: str
    process: "subprocess.Popen[bytes]"
    log: Path
    events: Path
    temporary: Path


@contextmanager
def serve(folder: Path, script: str = "dashboard/server.py", **environment: str) -> Iterator[Server]:
    """Run ``script`` with the project's settings, watched, until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log, events, temporary = folder / "log.txt", folder / "events.txt", folder / "temporary"
    temporary.mkdir()
    command = [sys.executable, "tests/browser/watched.py", str(events), "run", script]
    options = ["--server.headless=true", f"--server.port={port}"]
    surroundings = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)} | environment
    with (
        log.open("wb") as output,
        subprocess.Popen([*command, *options], cwd=ROOT, stdout=output, stderr=output, env=surroundings) as process,
    ):
        try:
            yield Server(f"http://127.0.0.1:{port}", process, log, events, temporary)
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The dashboard, once its model is warm."""
    with serve(tmp_path_factory.mktemp("dashboard")) as running:
        wait_until_up(running, "healthz")
        yield running


@pytest.fixture(scope="session")
def dashboard(server: Server) -> str:
    """The address of a running dashboard."""
    return server.address


@pytest.fixture(scope="session")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that keeps a closed page for one second only."""
    with serve(tmp_path_factory.mktemp("forgetful"), STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL="1") as running:
        wait_until_up(running, "healthz")
        yield running


def upload(page: Page, *files: Path) -> None:
    """Choose a recording on the page *Review*."""
    page.get_by_text("Upload", exact=True).filter(visible=True).first.click()
    uploader = page.get_by_test_id("stFileUploader").filter(has_text="ECG with Lead I")
    uploader.locator("input[type=file]").set_input_files(list(files))


def settle(page: Page) -> None:
    """Wait until the run of the page that was asked for has ended; to be called when it has been asked for."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=60_000)


def wait_until_up(server: Server, path: str) -> None:
    """Wait until ``path`` of the server answers with 200."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.address}/{path}", timeout=5):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"The dashboard was not up within {START_SECONDS} s:\n{server.log.read_text(errors='replace')}")
