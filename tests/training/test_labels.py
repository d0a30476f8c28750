"""Superclasses and rhythms as three publishers state them."""

import pandas as pd
import pytest

from ecg_core.errors import DataMissing
from ecg_core.training.labels import (
    NOT_STATED,
    OTHER,
    RHYTHMS,
    SNOMED_RHYTHMS,
    SNOMED_SUPERCLASSES,
    SUPERCLASSES,
    class_matrix,
    load_statements,
    ludb_rhythm,
    ludb_superclasses,
    rhythm,
    snomed_rhythm,
    snomed_superclasses,
    superclasses,
)

COLUMNS = (
    "Rhythms", "Conduction abnormalities", "Hypertrophies", "Cardiac pacing", "Ischemia",
    "Non-specific repolarization abnormalities",
)  # fmt: skip


@pytest.fixture
def statements(tmp_path):
    """The head of the published table, with a statement that is form and not diagnosis."""
    (tmp_path / "scp_statements.csv").write_text(
        ",description,diagnostic,form,rhythm,diagnostic_class\n"
        "NDT,non-diagnostic T abnormalities,1.0,1.0,,STTC\n"
        "NORM,normal ECG,1.0,,,NORM\n"
        "IMI,inferior myocardial infarction,1.0,,,MI\n"
        "LVH,left ventricular hypertrophy,1.0,,,HYP\n"
        "ABQRS,abnormal QRS,,1.0,,\n"
        "SR,sinus rhythm,,,1.0,\n"
    )
    return load_statements(tmp_path)


def ludb(**cells):
    return pd.Series(dict.fromkeys(COLUMNS, float("nan")) | {name.replace("_", " "): cells[name] for name in cells})


def test_only_diagnostic_statements_make_superclasses_whatever_their_likelihood(statements):
    stated = superclasses("{'IMI': 15.0, 'NDT': 100.0, 'ABQRS': 0.0, 'SR': 0.0}", statements)
    assert stated == {"MI", "STTC"}
    assert superclasses("{'ABQRS': 0.0, 'SR': 0.0}", statements) == frozenset()


def test_a_folder_without_statements_is_named(tmp_path):
    with pytest.raises(DataMissing, match=r"no scp_statements.csv"):
        load_statements(tmp_path)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("{'SR': 0.0}", "SR"),
        ("{'PACE': 0.0, 'AFIB': 0.0}", "PACE"),
        ("{'AFLT': 0.0, 'AFIB': 0.0}", "AFIB"),
        ("{'AFLT': 0.0, 'SVTAC': 0.0}", "AFLT"),
        ("{'PSVT': 0.0}", "SVTAC"),
        ("{'SR': 0.0, 'BIGU': 0.0}", "SR"),
        ("{'TRIGU': 0.0}", OTHER),
        ("{'IMI': 100.0}", NOT_STATED),
    ],
)
def test_the_rhythm_that_leads_is_given(codes, expected):
    assert rhythm(codes) == expected


def test_every_code_leads_to_a_known_name():
    assert set(SNOMED_RHYTHMS.values()) <= set(RHYTHMS)
    assert set(SNOMED_SUPERCLASSES.values()) <= set(SUPERCLASSES)


def test_cinc_codes_state_rhythm_and_superclass_apart():
    assert (snomed_rhythm(" 164889003"), snomed_superclasses("164889003")) == ("AFIB", frozenset())
    assert (snomed_rhythm("164865005,427393009"), snomed_superclasses("164865005,427393009")) == ("SARRH", {"MI"})
    assert snomed_superclasses("429622005") == frozenset()  # ST depression is form in PTB-XL, not a diagnosis
    assert (snomed_rhythm("Unknown"), snomed_superclasses("Unknown")) == (NOT_STATED, frozenset())


def test_ludb_cells_of_several_lines_are_read():
    assert ludb_rhythm(ludb(Rhythms="Sinus bradycardia\nWandering atrial pacemaker\n")) == "SBRAD"
    assert ludb_rhythm(ludb(Rhythms="Wandering atrial pacemaker")) == OTHER
    assert ludb_rhythm(ludb(Rhythms="Irregular sinus rhythm")) == "SARRH"
    assert (
        ludb_rhythm(ludb(Rhythms="Sinus rhythm", Cardiac_pacing="P-synchrony\nUnipolar ventricular pacing")) == "PACE"
    )
    row = ludb(
        Conduction_abnormalities="Sinoatrial blockade, undefined\nIii degree av-block",
        Hypertrophies="Left ventricular overload",
        Ischemia="Undefined ischemia/scar/supp.nstemi: apical\nScar formation: septal",
    )
    assert ludb_superclasses(row) == {"CD", "HYP", "MI"}
    assert ludb_superclasses(ludb(Ischemia="Undefined ischemia/scar/supp.nstemi: apical")) == frozenset()


def test_no_record_at_all_still_has_five_columns():
    assert class_matrix([]).shape == (0, 5)


def test_every_superclass_and_rhythm_of_ptbxl_is_named(shared_data):
    folder = shared_data("data/ptbxl100")
    statements = load_statements(folder)
    codes = pd.read_csv(folder / "ptbxl_database.csv", usecols=["scp_codes"])["scp_codes"]
    stated = class_matrix(superclasses(cell, statements) for cell in codes)
    assert stated.sum(axis=0).min() > 1000
    found = {rhythm(cell) for cell in codes}
    assert set(RHYTHMS) == found
    assert set(statements.index[statements["rhythm"] == 1]) <= {*RHYTHMS, "PSVT", "BIGU", "TRIGU"}
