"""The words of the field, spelled once: leads, waves, sexes, and where a number came from."""

from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DERIVED",
    "ESTIMATED",
    "ESTIMATED_MARK",
    "LEADS",
    "MEASURED",
    "PREDICTED",
    "Basis",
    "BoolArray",
    "FloatArray",
    "IntArray",
    "Lead",
    "Origin",
    "Provenance",
    "Removed",
    "Sex",
    "Verdict",
    "Wave",
]

FloatArray = NDArray[np.floating[Any]]
IntArray = NDArray[np.integer[Any]]
BoolArray = NDArray[np.bool_]


class Lead(StrEnum):
    """One of the twelve standard leads; its value is how it is printed.

    >>> Lead.AVR.value
    'aVR'
    """

    I = "I"  # noqa: E741 - the name of the lead
    II = "II"
    III = "III"
    AVR = "aVR"
    AVL = "aVL"
    AVF = "aVF"
    V1 = "V1"
    V2 = "V2"
    V3 = "V3"
    V4 = "V4"
    V5 = "V5"
    V6 = "V6"


LEADS = tuple(Lead)
"""The twelve leads in the order in which they are shown and stored."""

MEASURED = (Lead.I,)
PREDICTED = (Lead.II, Lead.V1, Lead.V2, Lead.V3, Lead.V4, Lead.V5, Lead.V6)
"""What a network predicts; the other estimated leads follow from these and Lead I."""
DERIVED = (Lead.III, Lead.AVR, Lead.AVL, Lead.AVF)
ESTIMATED = tuple(lead for lead in LEADS if lead not in MEASURED)
ESTIMATED_MARK = "ESTIMATED-FROM-LEAD-I-BY-ECG-CORE"
"""Stands in every export, so that no reader takes its estimated leads for recorded ones."""


class Wave(StrEnum):
    """The part of the heart beat to which a sample belongs."""

    QRS = "QRS"
    T = "T"
    REST = "rest"


class Sex(StrEnum):
    """The patient's sex as recorded with the ECG."""

    MALE = "male"
    FEMALE = "female"


class Provenance(StrEnum):
    """Whether a lead was recorded, or computed by a model from Lead I."""

    MEASURED = "measured"
    ESTIMATED = "estimated"


class Removed(StrEnum):
    """What a reader leaves out of a file because it is personal, or somebody's opinion; its value is how it is printed.

    >>> ", ".join((Removed.NAME, Removed.BIRTH))
    'name, date of birth'
    """

    NAME = "name"
    IDENTIFIER = "patient identifier"
    BIRTH = "date of birth"
    SERIAL = "device serial or station name"
    STAFF = "names of staff"
    PLACE = "institution and place"
    TEXT = "free text"
    INTERPRETATION = "machine interpretation"
    CONTACT = "address or telephone"
    PERSON = "other particulars of the person"
    STUDY = "identifiers of the examination"
    PRIVATE = "private fields of the maker"


class Origin(StrEnum):
    """Where a value of the patient's metadata came from; its value is how it is printed."""

    TYPED = "typed by the user"
    FILE = "read from the file"
    LEAD_I = "measured on Lead I"
    EARLIER = "measured on an earlier twelve-lead ECG"
    TWELVE_LEADS = "measured on the same twelve leads"


class Basis(StrEnum):
    """On what an answer to a clinical question rests."""

    MEASURED = "measured"
    TOLD = "told"
    ESTIMATED = "estimated"
    WITHHELD = "withheld"


class Verdict(StrEnum):
    """What to do with a recording after looking at its quality."""

    PASS = "pass"
    REVIEW = "review"
    STOP = "stop"
