"""Thin wrappers around `ecg_core`. Only the models are shared between sessions; what belongs to a patient never is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard.texts import language, strings
from ecg_core import load_model
from ecg_core.models.checkpoint import Model

__all__ = ["SAMPLES", "Sample", "model", "samples"]

SAMPLES = Path(__file__).parents[1] / "sample_data"


@dataclass(frozen=True)
class Sample:
    """A recording that comes with the project: its name, what it shows, its files, and how many leads they hold."""

    name: str
    title: str
    shows: str
    paths: tuple[Path, ...]
    leads: int

    def files(self) -> Mapping[str, bytes]:
        """The content of its files by name."""
        return {path.name: path.read_bytes() for path in self.paths}


@st.cache_resource(show_spinner=False, max_entries=3)
def model(name: str) -> Model:
    """The model called ``name``, loaded once for all sessions."""
    return load_model(name)


def _said(entry: Mapping[str, str], what: str) -> str:
    """What the index says of a sample, in the language of the page as far as that has a text for it."""
    return strings(language()).get(f"samples.{entry['id']} {what}", entry[what])


def samples(folder: Path = SAMPLES) -> tuple[Sample, ...]:
    """The recordings in ``folder``, as its index lists them.

    >>> samples()[0].title
    'Sinus rhythm'
    """
    entries = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return tuple(
        Sample(
            entry["id"],
            _said(entry, "title"),
            _said(entry, "shows"),
            tuple(folder / name for name in entry["files"]),
            entry["leads"],
        )
        for entry in entries
    )
