"""What an estimated answer is worth, on made-up records whose answer is known."""

import numpy as np
import pytest

from ecg_core.training.answerability import Pair, promise


def pairs(error: float, worse: float = 1.0) -> list[Pair]:
    random = np.random.default_rng(0)
    made = []
    for patient in range(1000):
        true, hard = random.normal(2, 1), patient % 10 == 0
        estimate = true + random.normal(0, error * (worse if hard else 1))
        groups = frozenset({"HYP" if hard else "NORM"})
        made.append(Pair({"cornell_mv": true}, {"cornell_mv": estimate}, float(patient // 3), groups))
    return made


def test_the_interval_holds_nine_in_ten_and_its_width_is_told_against_all_patients():
    found = promise(pairs(0.2), "cornell_mv")
    assert found.half_width == pytest.approx(1.645 * 0.2, rel=0.12)
    assert found.seen == pytest.approx(0.9, abs=0.03)
    assert found.width_share == pytest.approx(0.2, abs=0.03)
    assert found.refusal(0.5) is None


def test_a_group_that_errs_more_widens_the_interval_for_all():
    assert promise(pairs(0.2, worse=5), "cornell_mv").half_width > 3 * promise(pairs(0.2), "cornell_mv").half_width


def test_an_axis_near_180_degrees_is_not_far_from_minus_180():
    turned = [
        Pair({"r_axis_deg": 179.0 if patient % 2 else 20.0}, {"r_axis_deg": -179.0 if patient % 2 else 22.0}, patient,
             frozenset({"NORM"}))
        for patient in range(300)
    ]  # fmt: skip
    assert promise(turned, "r_axis_deg").half_width == pytest.approx(2)


def test_few_records_promise_nothing():
    assert promise(pairs(0.2)[:150], "cornell_mv") is None
