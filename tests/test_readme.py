"""The Python of the README runs as it is printed."""

import re
from pathlib import Path

import numpy as np
import pytest

from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.results import Analysis

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def code() -> str:
    (block,) = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    return block


def test_the_example_is_five_lines(code: str) -> None:
    assert len(code.splitlines()) == 5


def test_the_example_reconstructs_twelve_leads(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    namespace: dict[str, object] = {}
    exec(compile(code, "the Python of README.md", "exec"), namespace)
    analysis = namespace["analysis"]
    assert isinstance(analysis, Analysis)
    assert analysis.reconstruction.mean.shape[0] == 12
    assert np.isfinite(analysis.reconstruction.mean).all()


def test_the_notice_is_there_word_for_word() -> None:
    assert RESEARCH_ONLY in " ".join(README.replace(">", " ").split())


def test_every_path_that_is_linked_exists() -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)\s]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("target", ["app", "test", "check", "train", "bench"])
def test_every_make_target_of_the_readme_exists(target: str) -> None:
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
