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
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
DEBIAN = "/usr/bin/chromium"
ALONE = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
START_SECONDS = 60


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is: skip without it, but fail where CI is set."""
    found = DEBIAN if Path(DEBIAN).exists() else shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    advice = "Chromium was not found; install it with `apt-get install chromium` to run the browser tests."
    if os.environ.get("CI"):
        pytest.fail(advice)
    pytest.skip(advice)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One browser for all tests, each of which gets a page of its own."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path, args=ALONE)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def visitor(browser: Browser) -> Callable[[], Page]:
    """Opens the page of one more visitor, on a common screen."""
    return lambda: browser.new_context(viewport={"width": 1440, "height": 900}).new_page()


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running dashboard."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "dashboard/app.py",
        "--server.headless=true",
        f"--server.port={port}",
    ]
    log = tmp_path_factory.mktemp("dashboard") / "log.txt"
    with log.open("wb") as output, subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_until_up(f"{address}/_stcore/health", server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_until_up(health: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(health, timeout=2):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"The dashboard did not start within {START_SECONDS} s:\n{log.read_text(errors='replace')}")
