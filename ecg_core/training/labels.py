"""Diagnostic superclasses and rhythms, from what three publishers wrote beside their recordings.

The superclasses are PTB-XL's (Wagner et al. 2020, doi 10.1038/s41597-020-0495-6): the ``diagnostic_class`` of every
statement of ``scp_statements.csv`` that is diagnostic, whatever its likelihood. Rhythms have PTB-XL's names.
"""

import ast
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from ecg_core.errors import DataMissing
from ecg_core.vocabulary import FloatArray

__all__ = [
    "NOT_STATED",
    "OTHER",
    "RHYTHMS",
    "SUPERCLASSES",
    "class_matrix",
    "load_statements",
    "ludb_rhythm",
    "ludb_superclasses",
    "rhythm",
    "snomed_rhythm",
    "snomed_superclasses",
    "superclasses",
]

SUPERCLASSES = ("NORM", "MI", "STTC", "CD", "HYP")
"""Normal ECG, myocardial infarction, ST/T change, conduction disturbance, hypertrophy."""

OTHER, NOT_STATED = "other", "not stated"
RHYTHMS = ("PACE", "AFIB", "AFLT", "SVTAC", "SVARR", "STACH", "SBRAD", "SARRH", "SR", OTHER, NOT_STATED)
"""Paced; atrial fibrillation, flutter; supraventricular tachycardia, arrhythmia; sinus tachycardia, bradycardia,
arrhythmia, rhythm. Where several are stated, the first in this order counts."""

_FROM_SCP = {name: name for name in RHYTHMS} | {"PSVT": "SVTAC", "BIGU": OTHER, "TRIGU": OTHER}

SNOMED_RHYTHMS: Mapping[str, str] = MappingProxyType(
    {
        "10370003": "PACE",  # pacing rhythm
        "251266004": "PACE",  # ventricular pacing pattern
        "251268003": "PACE",  # atrial pacing pattern
        "164889003": "AFIB",  # atrial fibrillation
        "195080001": "AFIB",  # atrial fibrillation and flutter
        "282825002": "AFIB",  # paroxysmal atrial fibrillation
        "314208002": "AFIB",  # rapid atrial fibrillation
        "426749004": "AFIB",  # chronic atrial fibrillation
        "164890007": "AFLT",  # atrial flutter
        "426761007": "SVTAC",  # supraventricular tachycardia
        "67198005": "SVTAC",  # paroxysmal supraventricular tachycardia
        "713422000": "SVTAC",  # atrial tachycardia
        "427084000": "STACH",  # sinus tachycardia
        "426177001": "SBRAD",  # sinus bradycardia
        "427393009": "SARRH",  # sinus arrhythmia
        "426783006": "SR",  # sinus rhythm
        "11157007": OTHER,  # ventricular bigeminy
        "251180001": OTHER,  # ventricular trigeminy
        "195101003": OTHER,  # wandering atrial pacemaker
        "29320008": OTHER,  # atrioventricular junctional rhythm
        "81898007": OTHER,  # ventricular escape rhythm
        "164895002": OTHER,  # ventricular tachycardia
        "164896001": OTHER,  # ventricular fibrillation
    }
)
"""SNOMED CT codes of the PhysioNet/CinC Challenge 2021 that state a rhythm. Source of the codes and their meaning:
``dx_mapping_scored.csv`` and ``dx_mapping_unscored.csv`` of github.com/physionetchallenges/evaluation-2021."""

SNOMED_SUPERCLASSES: Mapping[str, str] = MappingProxyType(
    {
        "164865005": "MI",  # myocardial infarction
        "164867002": "MI",  # old myocardial infarction
        "57054005": "MI",  # acute myocardial infarction
        "54329005": "MI",  # anterior myocardial infarction
        "164861001": "STTC",  # myocardial ischaemia
        "413444003": "STTC",  # acute myocardial ischaemia
        "413844008": "STTC",  # chronic myocardial ischaemia
        "426434006": "STTC",  # anterior ischaemia
        "425419005": "STTC",  # inferior ischaemia
        "425623009": "STTC",  # lateral ischaemia
        "428750005": "STTC",  # nonspecific ST-T abnormality
        "55930002": "STTC",  # ST changes (PTB-XL: NST_)
        "111975006": "STTC",  # prolonged QT interval (PTB-XL: LNGQT)
        "59118001": "CD",  # right bundle branch block
        "713427006": "CD",  # complete right bundle branch block
        "713426002": "CD",  # incomplete right bundle branch block
        "164909002": "CD",  # left bundle branch block
        "733534002": "CD",  # complete left bundle branch block
        "251120003": "CD",  # incomplete left bundle branch block
        "6374002": "CD",  # bundle branch block
        "445118002": "CD",  # left anterior fascicular block
        "445211001": "CD",  # left posterior fascicular block
        "698252002": "CD",  # nonspecific intraventricular conduction disorder
        "270492004": "CD",  # first degree AV block
        "195042002": "CD",  # second degree AV block
        "54016002": "CD",  # Mobitz type I
        "426183003": "CD",  # Mobitz type II
        "27885002": "CD",  # complete heart block
        "74390002": "CD",  # Wolff-Parkinson-White pattern
        "195060002": "CD",  # ventricular pre-excitation
        "164873001": "HYP",  # left ventricular hypertrophy
        "89792004": "HYP",  # right ventricular hypertrophy
        "266249003": "HYP",  # ventricular hypertrophy
        "446813000": "HYP",  # left atrial hypertrophy
        "67741000119109": "HYP",  # left atrial enlargement
        "446358003": "HYP",  # right atrial hypertrophy
    }
)
"""The same for superclasses: codes that mean what a diagnostic statement of PTB-XL means. ST depression and elevation,
T changes, Q waves, voltages and axis deviations are form and not diagnosis there, so they are not here; sinus rhythm
alone does not state a normal ECG."""

_LUDB_RHYTHMS = {
    "sinus rhythm": "SR",
    "sinus bradycardia": "SBRAD",
    "sinus tachycardia": "STACH",
    "sinus arrhythmia": "SARRH",
    "irregular sinus rhythm": "SARRH",
    "atrial fibrillation": "AFIB",
    "atrial flutter, typical": "AFLT",
}
_LUDB_SUPERCLASSES = {
    "Conduction abnormalities": (("bundle branch", "hemiblock", "av block", "av-block", "conduction delay"), "CD"),
    "Hypertrophies": (("hypertrophy", "overload"), "HYP"),
    "Ischemia": (("scar formation", "stemi:"), "MI"),
    "Non-specific repolarization abnormalities": (("",), "STTC"),
}


def load_statements(folder: Path) -> pd.DataFrame:
    """PTB-XL's table of statements, indexed by their acronym; raises `DataMissing` where the folder lacks it."""
    path = folder / "scp_statements.csv"
    if not path.is_file():
        raise DataMissing(
            f"Found no scp_statements.csv in {folder}; expected it beside ptbxl_database.csv as PhysioNet publishes "
            "PTB-XL: copy it there."
        )
    return pd.read_csv(path, index_col=0)


def _acronyms(scp_codes: str) -> tuple[str, ...]:
    """The statements of a cell of PTB-XL's column ``scp_codes``, in their order there."""
    return tuple(ast.literal_eval(scp_codes))


def superclasses(scp_codes: str, statements: pd.DataFrame) -> frozenset[str]:
    """The superclasses that a cell of PTB-XL's column ``scp_codes`` states; empty where it states none.

    ``statements`` is what `load_statements` gives.

    >>> table = pd.DataFrame({"diagnostic": [1.0, 1.0, None], "diagnostic_class": ["MI", "CD", None]},
    ...                      index=["IMI", "LAFB", "SR"])
    >>> sorted(superclasses("{'IMI': 35.0, 'LAFB': 100.0, 'SR': 0.0}", table)), sorted(superclasses("{}", table))
    (['CD', 'MI'], [])
    """
    columns = (statements.index, statements["diagnostic"], statements["diagnostic_class"])
    diagnostic = {code: name for code, flag, name in zip(*columns, strict=True) if flag == 1}
    return frozenset(diagnostic[code] for code in _acronyms(scp_codes) if code in diagnostic)


def rhythm(scp_codes: str) -> str:
    """The rhythm, one of `RHYTHMS`, that a cell of PTB-XL's column ``scp_codes`` states.

    Paroxysmal supraventricular tachycardia counts as SVTAC; a bi- or trigeminal pattern alone as "other".

    >>> rhythm("{'NORM': 100.0, 'SR': 0.0}"), rhythm("{'SR': 0.0, 'AFIB': 0.0}"), rhythm("{'IMI': 35.0}")
    ('SR', 'AFIB', 'not stated')
    """
    return _leading(_FROM_SCP[code] for code in _acronyms(scp_codes) if code in _FROM_SCP)


def _leading(stated: Iterable[str]) -> str:
    """The first of `RHYTHMS` among those stated."""
    return min(stated, key=RHYTHMS.index, default=NOT_STATED)


def _codes(dx: str) -> list[str]:
    return [code.strip() for code in dx.split(",")]


def snomed_rhythm(dx: str) -> str:
    """The rhythm, one of `RHYTHMS`, that the comma-separated SNOMED CT codes of a CinC header's Dx line state.

    >>> snomed_rhythm("164865005,427393009"), snomed_rhythm("59118001"), snomed_rhythm("")
    ('SARRH', 'not stated', 'not stated')
    """
    return _leading(SNOMED_RHYTHMS[code] for code in _codes(dx) if code in SNOMED_RHYTHMS)


def snomed_superclasses(dx: str) -> frozenset[str]:
    """The superclasses that the comma-separated SNOMED CT codes of a CinC header's Dx line state, perhaps none.

    >>> sorted(snomed_superclasses("164865005, 59118001")), sorted(snomed_superclasses("426783006"))
    (['CD', 'MI'], [])
    """
    return frozenset(SNOMED_SUPERCLASSES[code] for code in _codes(dx) if code in SNOMED_SUPERCLASSES)


def _statements(cell: object) -> list[str]:
    """The lines of a cell of ``ludb.csv`` in lower case; none where it is empty."""
    return [line.strip().casefold() for line in cell.splitlines() if line.strip()] if isinstance(cell, str) else []


def ludb_rhythm(row: "pd.Series[str]") -> str:
    """The rhythm, one of `RHYTHMS`, of a row of ``ludb.csv``; anything said of cardiac pacing makes it PACE.

    >>> ludb_rhythm(pd.Series({"Rhythms": "Atrial fibrillation\\nAberrant conduction", "Cardiac pacing": None}))
    'AFIB'
    """
    paced = ["PACE"] if _statements(row["Cardiac pacing"]) else []
    return _leading([*paced, *(_LUDB_RHYTHMS.get(line, OTHER) for line in _statements(row["Rhythms"]))])


def ludb_superclasses(row: "pd.Series[str]") -> frozenset[str]:
    """The superclasses of a row of ``ludb.csv``, perhaps none.

    LUDB has no such classes: this is a reading of its columns. Blocks and conduction delays are CD; hypertrophy and
    overload HYP; a scar or ST elevation infarction MI; ischaemia and repolarisation STTC; "undefined
    ischemia/scar/supp. NSTEMI" may be MI or STTC and counts as neither. Nothing states a normal ECG.

    >>> columns = dict.fromkeys(_LUDB_SUPERCLASSES)
    >>> sorted(ludb_superclasses(pd.Series(columns | {"Ischemia": "Stemi: apical\\nIschemia: lateral wall"})))
    ['MI', 'STTC']
    """
    found = {
        name
        for column, (words, name) in _LUDB_SUPERCLASSES.items()
        for line in _statements(row[column])
        if not line.startswith("undefined") and any(word in line for word in words)
    }
    ischaemia = any(line.startswith("ischemia") for line in _statements(row["Ischemia"]))
    return frozenset(found | {"STTC"} if ischaemia else found)


def class_matrix(stated: Iterable[Collection[str]]) -> FloatArray:
    """Superclasses of each record → ``(record, 5)`` float32 of 0 and 1, columns as in `SUPERCLASSES`.

    >>> class_matrix([{"MI", "CD"}, set()]).tolist()
    [[0.0, 1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0]]
    """
    rows = [[name in classes for name in SUPERCLASSES] for classes in stated]
    return np.array(rows, np.float32).reshape(-1, len(SUPERCLASSES))
