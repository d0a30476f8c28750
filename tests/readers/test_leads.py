"""Every spelling of a lead's name, and the names that are none."""

import pytest

from ecg_core.readers.leads import lead_inside, parse_lead
from ecg_core.vocabulary import LEADS, Lead


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize(
    "spelling",
    [
        "{}",
        "Lead {}",
        "ECG {}",
        "EKG {}",
        "ECG Lead {}",
        "MDC_ECG_LEAD_{}",
        "lead_{}",
        "ECG-{}",
        "Ableitung {}",
        "'{}'",
    ],
)
def test_every_spelling_of_every_lead(lead, spelling):
    for name in (lead.value, lead.value.upper(), lead.value.lower()):
        assert parse_lead(spelling.format(name)) is lead
        assert parse_lead(f"  {spelling.format(name)} ") is lead


@pytest.mark.parametrize(
    "name",
    ["", "ECG", "Lead", "1", "MLII", "MLI", "V7", "V10", "V4R", "-aVR", "aVR-", "I-II", "I II", "IIII", "IV",
     "Resp", "Vx", "ECG1", "D", "Ada I", "CM5", "voltage", "ch I"],
)  # fmt: skip
def test_what_is_not_a_standard_lead(name):
    assert parse_lead(name) is None


@pytest.mark.parametrize("name", ["DI", "di", "Ⅰ", "Derivación I", "Dérivation I", "Отведение I"])
def test_lead_i_in_other_tongues(name):
    assert parse_lead(name) is Lead.I


@pytest.mark.parametrize(("text", "lead"), [("I誘導", Lead.I), ("Lead I", Lead.I), ("Ada", None), ("I II", None)])
def test_a_lead_inside_other_words(text, lead):
    assert lead_inside(text) is lead
