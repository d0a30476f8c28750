"""What can be answered: measured on Lead I, told, estimated where that was earned, and withheld with its reason."""

import json
from dataclasses import replace

import numpy as np
import pytest

from ecg_core import Lead, PatientMetadata, analyse, load_model
from ecg_core.__main__ import main
from ecg_core.answers import QUESTIONS, Promise, answers, load_promises
from ecg_core.errors import CheckpointRefused
from ecg_core.models.checkpoint import CHECKPOINTS
from ecg_core.results import Answer, Segments
from ecg_core.signals.twelve_lead_values import UNITS, twelve_lead_values
from ecg_core.vocabulary import LEADS, Basis

SURE = Promise(half_width=0.5, seen=0.9, seen_in_worst_group=0.88, width_share=0.2)


@pytest.fixture(scope="module")
def model():
    return load_model()


@pytest.fixture(scope="module")
def analysis(twelve_lead_sample, model):
    return analyse(twelve_lead_sample, model=model, passes=4)


def said(analysis, promises=None) -> dict[str, Answer]:
    return {answer.question: answer for answer in answers(analysis, promises)}


def test_every_question_is_answered_once_and_in_order(analysis):
    assert tuple(answer.question for answer in answers(analysis)) == QUESTIONS


def test_lead_i_answers_rate_intervals_and_regularity(analysis):
    found = said(analysis)
    assert {found[name].basis for name in QUESTIONS if name not in UNITS} == {Basis.MEASURED}
    assert found["qrs_ms"].value == analysis.examination.measurements.qrs_ms
    assert 120 <= found["pr_ms"].value <= 200  # sinus rhythm
    assert 330 <= found["qt_ms"].value <= 470
    assert found["rr_shortest_ms"].value <= 60000 / found["ventricular_rate"].value <= found["rr_longest_ms"].value


def test_atrial_fibrillation_has_no_pr_interval(sample_recordings, model):
    found = said(analyse(sample_recordings["A0003"], model=model, passes=2))
    assert found["pr_ms"].basis is Basis.WITHHELD
    assert "P wave" in found["pr_ms"].why
    assert found["rr_sd_ms"].value > 50


def test_estimates_that_were_measured_to_be_too_wide_are_withheld_with_the_figure(analysis):
    found = said(analysis)
    assert {found[name].basis for name in UNITS} == {Basis.WITHHELD}
    promise = load_promises(analysis.card)["without axes"]["sokolow_lyon_mv"]
    assert f"{100 * promise.width_share:.0f} %" in found["sokolow_lyon_mv"].why


def test_an_axis_that_was_told_is_named_as_told(twelve_lead_sample, model):
    told = analyse(twelve_lead_sample, PatientMetadata(r_axis_deg=45), model, passes=2)
    axis = said(told)["r_axis_deg"]
    assert (axis.basis, axis.value, axis.why) == (Basis.TOLD, 45, "typed by the user")


def test_without_evidence_every_estimate_is_withheld(analysis):
    assert {said(analysis, {})[name].cause for name in UNITS} == {"unmeasured"}


def test_an_estimate_that_earned_it_is_shown_with_its_interval(analysis):
    shown = said(analysis, {"without axes": {"cornell_mv": SURE}})["cornell_mv"]
    assert shown.basis is Basis.ESTIMATED
    assert shown.low == max(shown.value - 0.5, 0)
    assert shown.high == shown.value + 0.5


@pytest.mark.parametrize(
    ("change", "cause"),
    [({"width_share": 0.6}, "too_wide"), ({"seen": 0.8}, "broken"), ({"seen_in_worst_group": 0.7}, "broken")],
)
def test_an_estimate_is_withheld_where_its_interval_is_wide_or_breaks_its_promise(analysis, change, cause):
    promises = {"without axes": {"cornell_mv": replace(SURE, **change)}}
    assert said(analysis, promises)["cornell_mv"].cause == cause


def test_st_is_asked_for_more_than_voltages(analysis):
    half = {name: replace(SURE, width_share=0.4) for name in UNITS}
    found = said(analysis, {"without axes": half})
    assert found["cornell_mv"].basis is Basis.ESTIMATED
    assert found["st_anterior_mv"].basis is Basis.WITHHELD


def test_evidence_for_other_weights_is_refused(model, tmp_path):
    content = json.loads((CHECKPOINTS / "dual-branch" / "answers.json").read_text(encoding="utf-8"))
    (tmp_path / "dual-branch").mkdir()
    file = tmp_path / "dual-branch" / "answers.json"
    file.write_text(json.dumps(content | {"weights_sha256": "0"}), encoding="utf-8")
    with pytest.raises(CheckpointRefused, match="other weights"):
        load_promises(model.card, tmp_path)


def test_a_recording_without_beats_withholds_everything(analysis):
    examination = analysis.examination
    nothing = replace(examination.measurements, ventricular_rate=None, qrs_count=0, qrs_ms=None)
    blind = replace(examination, segments=Segments.none(examination.sampling_rate, "flat"), measurements=nothing)
    assert {answer.basis for answer in answers(replace(analysis, examination=blind))} == {Basis.WITHHELD}


def test_values_of_a_drawn_beat():
    beat = np.zeros((12, 400))
    for lead, up, down in ((Lead.V1, 0.2, -1.0), (Lead.V3, 0.52, -0.5), (Lead.V5, 1.5, -0.1), (Lead.AVL, 0.7, 0.0)):
        for middle, height in ((142, up), (158, down)):
            beat[LEADS.index(lead)] += height * np.exp(-(((np.arange(400) - middle) / 4) ** 2))
    found = twelve_lead_values(beat)
    assert found["sokolow_lyon_mv"] == pytest.approx(2.5, abs=0.02)
    assert found["cornell_mv"] == pytest.approx(1.2, abs=0.02)
    assert found["r_progression"] == pytest.approx(3.0, abs=0.05)


def test_the_command_that_measures_it_says_what_data_it_needs(tmp_path, capsys):
    assert main(["answers", "--data", str(tmp_path)]) == 2
    assert "PTB-XL" in capsys.readouterr().err
