"""Where Lead I alone is spoilt: what the network hears is, and what it is held against is not."""

import numpy as np
import pytest

from ecg_core.training.cases import cases
from ecg_core.training.evaluate import evaluate
from ecg_core.training.spoilt import EVERY, SPOILT_BY, spoilt
from ecg_core.vocabulary import LEADS, Lead

PASSES = 2


@pytest.fixture(scope="module")
def found(model, held_out):
    return spoilt(model, held_out, evaluate(model, held_out, "none", passes=PASSES), passes=PASSES)


def test_the_network_hears_another_lead_i_and_the_truth_stays(model, held_out):
    plain, reversed_ = (
        next(cases(model, held_out, "none", passes=PASSES, rows=[0], spoil=spoil))
        for spoil in (None, lambda lead_i, row: -lead_i)
    )
    row = LEADS.index(Lead.I)
    assert np.allclose(reversed_.moments.mean[row], -plain.moments.mean[row])
    assert np.array_equal(reversed_.truth, plain.truth)
    assert np.array_equal(reversed_.waves, plain.waves)


@pytest.mark.parametrize("by", SPOILT_BY)
def test_lead_i_is_spoilt_as_strongly_as_said_and_repeatably(by, held_out):
    spoil, strengths = SPOILT_BY[by]
    lead_i = held_out.leads(slice(0, 1))[0, 0]
    heard = [spoil(strength, lead_i, 3) for strength in strengths]
    assert np.array_equal(heard[0], spoil(strengths[0], lead_i, 3))
    lost = [np.std(one - lead_i) / np.std(lead_i) for one in heard]
    assert lost == sorted(lost)
    assert 0.01 < lost[0] < lost[-1] < 0.7
    if by == "snr_db":
        assert lost == pytest.approx([10 ** (-strength / 20) for strength in strengths], rel=0.01)
        assert not np.array_equal(heard[0], spoil(strengths[0], lead_i, 4))  # another record, other noise


def test_first_stands_what_every_eighth_record_gave_as_recorded(model, held_out, found):
    rows = list(range(0, len(held_out), EVERY))
    as_recorded, *others = found
    alone = evaluate(model, held_out, "none", passes=PASSES, rows=rows)
    assert as_recorded["by"] is None
    assert as_recorded["records"] == len(rows)
    assert as_recorded["r"] == pytest.approx(alone.point.r.mean(), abs=1e-6)
    assert as_recorded["coverage_90"] == pytest.approx(alone.doubt.records_inside.mean(), abs=1e-6)
    assert [(one["by"], one["strength"]) for one in others] == [
        (by, strength) for by, (_, strengths) in SPOILT_BY.items() for strength in strengths
    ]


def test_what_lacks_more_is_estimated_less_well(found):
    r = {(one["by"], one["strength"]): one["r"] for one in found}
    assert r[None, None] > r["low_pass_hz", 15.0] > r["low_pass_hz", 12.0]
    assert r[None, None] > r["snr_db", 10.0]
