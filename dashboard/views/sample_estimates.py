"""Estimates from the recordings that come with the project, for lessons and the quiz, kept in the session."""

from typing import cast

import streamlit as st

from dashboard import cached
from ecg_core import (
    Analysis,
    Origin,
    PatientMetadata,
    Recording,
    analyse,
    examine,
    known_from_lead_i,
    merge,
    patient_from,
    read,
    read_earlier,
)
from ecg_core.models.checkpoint import DEFAULT_MODEL
from ecg_core.signals.disturb import Disturbance, disturb

__all__ = ["PASSES", "TOLD", "estimate", "estimate_from", "recording_of"]

PASSES = 16
SECONDS = 10.0
TOLD = ("none", "wearable", "paper")
"""What the network is told: nothing; age, sex and what Lead I measures; the axes of the same ECG as well."""


def recording_of(record: str) -> tuple[Recording, PatientMetadata]:
    """The first ten seconds of a sample, and what its file says of the patient."""
    (sample,) = (one for one in cached.samples() if one.name == record)
    files = sample.files()
    return read(files).between(0, SECONDS), patient_from(files)


def estimate(record: str, told: str = "none", *, arms: bool = False) -> Analysis:
    """The estimate from a sample, made once; with ``arms`` the arm electrodes are exchanged."""
    kept = cast("dict[tuple[str, str, bool], Analysis]", st.session_state.setdefault("samples estimated", {}))
    if (record, told, arms) not in kept:
        recording, stated = recording_of(record)
        spoilt = disturb(recording, Disturbance(reversed_arms=arms), seed=0)
        known = PatientMetadata() if told == "none" else merge(stated, known_from_lead_i(examine(spoilt)))
        if told == "paper":
            axes = read_earlier(recording).axes  # of the same ECG: its own other leads
            origins = dict.fromkeys(axes.known(), Origin.TWELVE_LEADS)
            own = PatientMetadata(r_axis_deg=axes.r_axis_deg, t_axis_deg=axes.t_axis_deg, origins=origins)
            known = merge(known, own)
        kept[record, told, arms] = estimate_from(spoilt, known)
    return kept[record, told, arms]


def estimate_from(recording: Recording, known: PatientMetadata | None = None) -> Analysis:
    """The estimate of the released model."""
    return analyse(recording, known, cached.model(DEFAULT_MODEL), measure_lead_i=False, passes=PASSES)
