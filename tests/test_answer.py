"""An answer says on what it rests, and a withheld one holds no value."""

import pytest

from ecg_core.results import Answer
from ecg_core.vocabulary import Basis


def test_a_withheld_answer_holds_no_value_and_says_why() -> None:
    assert Answer("st_v1_v4", Basis.WITHHELD, why="Lead I does not tell it.").value is None
    with pytest.raises(ValueError, match="withheld"):
        Answer("st_v1_v4", Basis.WITHHELD, value=0.1, why="Lead I does not tell it.")
    with pytest.raises(ValueError, match="withheld"):
        Answer("st_v1_v4", Basis.WITHHELD)


def test_an_estimated_answer_has_its_interval() -> None:
    with pytest.raises(ValueError, match="estimated"):
        Answer("r_axis_deg", Basis.ESTIMATED, value=40.0, unit="°")
    assert Answer("r_axis_deg", Basis.ESTIMATED, value=40.0, low=10.0, high=70.0, unit="°").high == 70.0
