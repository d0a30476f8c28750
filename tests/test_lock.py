"""The lock file holds all that pyproject.toml asks for, each at a version that it allows and with its hashes."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / ".requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ASKED = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]


@pytest.fixture(scope="module")
def locked() -> dict[str, str]:
    """Versions by name."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", LOCK, re.MULTILINE))


@pytest.mark.parametrize("asked", ASKED)
def test_every_dependency_is_locked_at_a_version_that_is_allowed(locked, asked):
    requirement = Requirement(asked)
    assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)], prereleases=True)


def test_every_package_has_a_hash_and_no_place_is_named(locked):
    packages = re.split(r"\n(?=[a-z])", LOCK.strip())
    assert len(packages) == len(locked) > 100
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", package) for package in packages)
    assert not re.search(r"://|--(extra-)?index-url|--find-links", LOCK)
