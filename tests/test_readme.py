"""The Python of the README runs as it is printed."""

import re
from pathlib import Path

import numpy as np
import pytest

from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.models.checkpoint import load_evaluations
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


@pytest.mark.parametrize("target", ["app", "test", "check", "train", "rivals", "bench"])
def test_every_make_target_of_the_readme_exists(target: str) -> None:
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_the_table_of_scores_is_that_of_the_evaluation() -> None:
    tiers = load_evaluations()["dual-branch"]["tiers"]
    rows = re.findall(r"^\| (none|wearable|paper|all) \|(.*)\|$", README, flags=re.MULTILINE)
    assert [tier for tier, _ in rows] == list(tiers)
    for tier, cells in rows:
        _, r, interval, low, error, held = (cell.strip() for cell in cells.split("|"))
        point, doubt = tiers[tier]["point"], tiers[tier]["doubt"]["kinds"]["both"]
        assert r == f"{point['r_mean']:.3f}"
        assert interval == "{:.3f} to {:.3f}".format(*point["r_interval_95"])
        assert low == f"{point['r_5th_percentile']:.3f}"
        assert error == f"{point['rmse_mv']:.3f}"
        assert held == f"{100 * doubt['coverage']['0.90']['overall']:.1f} %"
