"""About and privacy: what is held is listed truly and forgotten wholly; licences are those of the packages."""

import re
from importlib.metadata import version

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.memory import Kind, weigh
from ecg_core import Recording
from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.vocabulary import Lead
from tests.dashboard.pages import APP, press, texts, uploaded


def visit(page: AppTest) -> AppTest:
    """The same visitor on this page."""
    about = AppTest.from_file(str(APP.parent / "views" / "about.py"), default_timeout=120)
    for key in ("main", "case"):
        about.session_state[key] = page.session_state[key]
    return about.run()


def held(page: AppTest) -> dict[str, tuple[str, str]]:
    return {row[0]: (row[1], row[2]) for row in page.table[0].value.itertuples(index=False)}


@pytest.fixture(scope="module")
def looked_at(sample_files) -> AppTest:
    """A recording uploaded and reconstructed."""
    return press(uploaded(sample_files("A0010_lead_I.edf")), "Reconstruct")


def test_what_is_read_at_most_is_said(looked_at):
    said = texts(visit(looked_at))
    for words in ("200 MB a file", "512 MB in 1000 files", "64 channels", "24 hours", "100 to 2000 Hz"):
        assert words in said


def test_everything_held_is_listed_with_its_size(looked_at, sample_files):
    about = visit(looked_at)
    assert not about.exception
    listed = held(about)
    assert listed["Files as they were uploaded"] == (
        "1",
        f"{len(sample_files('A0010_lead_I.edf')['A0010_lead_I.edf']) / 1e3:.1f} kB",
    )
    count, size = listed["Recordings read from them"]
    assert int(count) >= 1
    assert size.endswith("kB")
    analysis = looked_at.session_state["case"].shown.analysis
    estimates = sum(
        getattr(analysis.reconstruction, name).nbytes for name in ("mean", "total_sd", "epistemic_sd", "low", "high")
    )
    assert float(listed["Measurements and estimates"][1].removesuffix(" MB")) >= estimates / 1e6 - 0.05


def test_forget_empties_the_session_and_says_so(looked_at):
    about = press(visit(looked_at), "Forget this patient")
    assert "Forgotten" in about.success[0].value
    assert {count for count, _ in list(held(about).values())[:3]} == {"0"}
    assert "case" not in about.session_state
    assert "main" not in about.session_state


def test_a_thing_is_weighed_once_and_a_view_as_what_it_is_a_view_of():
    whole = Recording(np.zeros((1, 100_000)), (Lead.I,), 500.0, "generated")
    part = whole.between(0.0, 10.0)
    by_kind = {one.kind: one for one in weigh({"a": whole, "b": [part, part]}, whole)}
    assert by_kind[Kind.RECORDINGS].count == 2
    assert 800_000 <= by_kind[Kind.RECORDINGS].size <= 800_000 + part.signals.nbytes + 2000
    assert by_kind[Kind.FILES].size == 0


def test_it_says_what_it_is_not_for_and_names_the_limits_in_force(looked_at):
    about = visit(looked_at)
    said = texts(about)
    assert RESEARCH_ONLY in said
    assert "60 seconds after the page is closed" in said
    assert "up to 200 MB" in said


def test_every_package_it_stands_on_has_its_version_and_licence(looked_at):
    table = visit(looked_at).table[1].value
    rows = {row[0]: row[1:] for row in table.itertuples(index=False)}
    assert rows["ecg-core"][1] == "MIT"
    assert rows["streamlit"] == (version("streamlit"), "Apache-2.0")
    assert rows["wfdb"][1] == "MIT License"
    assert {"torch", "numpy", "scipy", "pydicom", "reportlab"} <= rows.keys()
    assert all(re.fullmatch(r"[\w .,()+\-]+", licence) and licence != "not stated" for _, licence in rows.values())
