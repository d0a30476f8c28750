"""A real browser for the tests in this folder."""

import os
import shutil
from pathlib import Path

import pytest

DEBIAN = "/usr/bin/chromium"


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
