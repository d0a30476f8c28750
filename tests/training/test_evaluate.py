"""Evaluation: each score against the same thing worked out by hand, and what is compared is paired."""

import numpy as np
import pytest

from ecg_core.metrics import bootstrap_interval
from ecg_core.training.cases import ROWS, cases, rows_of
from ecg_core.training.earlier import earlier_rows
from ecg_core.training.evaluate import compare_tiers, evaluate, largest_violation
from ecg_core.uncertainty.calibration import WITH_EARLIER, WITHOUT_AXES, calibration_in, half_widths
from ecg_core.vocabulary import ESTIMATED, LEADS, Lead, Wave

PASSES = 4


@pytest.fixture(scope="module")
def told_nothing(model, held_out):
    return list(cases(model, held_out, "none", passes=PASSES))


@pytest.fixture(scope="module")
def run(model, held_out):
    return evaluate(model, held_out, "none", passes=PASSES)


def test_patients_are_resampled_and_not_records():
    """Ten records of one patient are one piece of evidence: the interval is as wide as with one record each."""
    random = np.random.default_rng(0)
    values = random.normal(size=50)
    once = bootstrap_interval(values, np.arange(50))
    tenfold = bootstrap_interval(np.repeat(values, 10), np.repeat(np.arange(50), 10))
    assert tenfold[1] - tenfold[0] == pytest.approx(once[1] - once[0], rel=0.01)


def test_a_broken_limb_lead_law_is_seen(twelve_lead_sample):
    leads = twelve_lead_sample.only(*LEADS).signals.copy()
    assert largest_violation(leads) < 0.01
    leads[LEADS.index(Lead.AVL), 7] += 0.5
    assert largest_violation(leads) > 0.4


def test_an_earlier_ecg_is_that_of_the_same_patient_and_changes_the_estimate(model, held_out, told_nothing):
    rows = rows_of(held_out, "prior")
    assert rows == sorted(earlier_rows(held_out.table))
    assert 0 < len(rows) < len(held_out)
    for case in cases(model, held_out, "prior", passes=PASSES, rows=rows[:2]):
        assert case.state == WITH_EARLIER
        assert np.abs(case.moments.mean - told_nothing[case.row].moments.mean)[ROWS].max() > 0.01


def test_correlation_and_error_are_record_wise(run, held_out, told_nothing):
    point = run.result(held_out)["point"]
    by_hand = np.array(
        [[np.corrcoef(case.moments.mean[row], case.truth[row])[0, 1] for row in ROWS] for case in told_nothing]
    )
    assert point["records"] == len(held_out)
    assert point["r_mean"] == pytest.approx(by_hand.mean(), abs=1e-5)
    in_v3 = point["by_lead"]["V3"]
    assert in_v3["r"] == pytest.approx(by_hand[:, ESTIMATED.index(Lead.V3)].mean(), abs=1e-5)
    assert in_v3["r_interval_95"][0] < in_v3["r"] < in_v3["r_interval_95"][1]
    errors = [np.sqrt(((case.moments.mean - case.truth)[ROWS] ** 2).mean(axis=1)).mean() for case in told_nothing]
    assert point["rmse_mv"] == pytest.approx(np.mean(errors), rel=1e-5)
    assert run.largest_violation_mv < 1e-5


def test_r_within_qrs_sees_the_samples_of_qrs_alone(run, held_out, told_nothing):
    index = list(Wave).index(Wave.QRS)
    by_hand = [
        [
            np.corrcoef(one.moments.mean[row, one.waves == index], one.truth[row, one.waves == index])[0, 1]
            for row in ROWS
        ]
        for one in told_nothing
    ]
    assert run.result(held_out)["point"]["by_wave"]["QRS"]["r"] == pytest.approx(np.mean(by_hand), abs=1e-5)


def test_coverage_counts_the_true_samples_inside_the_band(run, held_out, model, told_nothing):
    calibration = calibration_in(model.card, WITHOUT_AXES)
    inside = [
        np.abs(one.moments.mean - one.truth)[ROWS]
        <= half_widths(one.moments.total_sd, one.waves, calibration, 0.9)[ROWS]
        for one in told_nothing
    ]
    shown = run.result(held_out)["doubt"]["kinds"]["both"]
    assert shown["coverage"]["0.90"]["overall"] == pytest.approx(np.mean(inside), abs=1e-6)
    assert run.doubt.records_inside == pytest.approx([one.mean() for one in inside], abs=1e-6)
    levels = [shown["coverage"][level]["mean_width_mv"] for level in ("0.50", "0.80", "0.90", "0.95")]
    assert levels == sorted(levels)


def test_rivals_of_the_spread_stand_beside_it(run, held_out):
    kinds = run.result(held_out)["doubt"]["kinds"]
    assert {"both", "dropout", "expected", "constant", "size of the prediction", "QRS mask"} <= set(kinds)
    assert "ence" in kinds["constant"]
    assert "ence" not in kinds["QRS mask"]


def test_a_run_compared_with_itself_differs_by_nothing(run, held_out):
    patients = held_out.table["patient_id"].to_numpy()
    same = compare_tiers(run.point, run.point, patients)
    assert same["r"] == (0.0, 0.0, 0.0)
    assert set(same["r_by_lead"]) == {lead.value for lead in ESTIMATED}


def test_runs_over_other_records_are_not_compared(run, model, held_out):
    fewer = evaluate(model, held_out, "none", passes=PASSES, rows=[0, 1])
    with pytest.raises(ValueError, match="same records"):
        compare_tiers(run.point, fewer.point, held_out.table["patient_id"].to_numpy())


def test_amplitudes_that_lean_to_the_average_are_seen(run, held_out, told_nothing):
    honesty = run.result(held_out)["honesty"]
    assert honesty["records"] == len(told_nothing)
    assert set(honesty["st_elevation"]) == {"V1", "V2", "V3", "V4"}
    for found in honesty["st_elevation"].values():
        assert found["made_up_flagged"] <= found["made_up"] <= found["without"]
        assert found["missed_flagged"] <= found["missed"] <= found["true"]
