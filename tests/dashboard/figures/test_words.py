"""The tracing in words and tables."""

from dataclasses import replace

import numpy as np
import pytest

from dashboard.figures import words
from ecg_core import LEADS, Lead, Origin, PatientMetadata, Sex, compare
from ecg_core.results import Segments
from ecg_core.uncertainty.calibration import WITH_EARLIER
from ecg_core.vocabulary import ESTIMATED


def test_the_paragraph_says_what_the_figure_shows(analysis):
    text = words.in_words(analysis)
    segments = analysis.examination.segments
    assert "Lead I as measured, 11 leads estimated" in text
    assert "90% of true values lie inside the band" in text
    assert f"{len(segments.qrs)} QRS complexes and {len(segments.t)} T waves" in text


def test_waves_are_listed_in_order_of_time_with_their_durations(analysis):
    segments = analysis.examination.segments
    table = words.wave_table(segments)
    assert (table["Wave"] == "QRS").sum() == len(segments.qrs)
    assert (table["Wave"] == "T").sum() == len(segments.t)
    assert table["Onset s"].is_monotonic_increasing
    qrs = table[table["Wave"] == "QRS"]["Duration ms"]
    assert np.allclose(qrs, 1000 * np.diff(segments.qrs, axis=1)[:, 0] / segments.sampling_rate)


def test_no_waves_make_an_empty_list():
    assert words.wave_table(Segments.none(500.0, "too short")).empty


def test_doubt_is_given_for_estimated_leads_alone(analysis):
    table = words.doubt_table(analysis).set_index("Lead")
    assert list(table.index) == [str(lead) for lead in LEADS]
    assert table.loc["I"].drop("Provenance").isna().all()
    assert (table.drop("I")["Band ± mV"] > 0).all()
    assert (table.drop("I")["Total sd mV"] >= table.drop("I")["Sd between passes mV"]).all()


def test_scores_have_r_rmse_and_coverage_of_the_eleven_leads(analysis):
    scores = compare(analysis)
    table = words.score_table(scores).set_index("Lead")
    assert len(table) == 11
    assert table.loc["V2", "r"] == scores[Lead.V2].r
    assert table.loc["V2", "In band"] == 100 * scores[Lead.V2].coverage


def test_metadata_come_with_their_origin_and_unknown_is_said():
    patient = PatientMetadata(63, Sex.FEMALE, qrs_ms=94, origins={"qrs_ms": Origin.LEAD_I, "sex": Origin.FILE})
    table = words.metadata_table(patient).set_index("Field")
    assert tuple(table.loc["Age"]) == ("63 years", "typed by the user")
    assert tuple(table.loc["Sex"]) == ("female", "read from the file")
    assert tuple(table.loc["QRS duration"]) == ("94 ms", "measured on Lead I")
    assert tuple(table.loc["T axis"]) == ("unknown", "–")


@pytest.mark.parametrize(("seconds", "said"), [(7.5, "7.5 s"), (60, "1:00"), (3725, "1:02:05"), (86400, "24:00:00")])
def test_times_are_readable_at_any_length(seconds, said):
    assert words.clock(seconds) == said


@pytest.mark.parametrize(("seconds", "said"), [(0, "0:00:00"), (59.6, "0:01:00"), (36061, "10:01:01")])
def test_times_of_a_day_always_have_hours_minutes_and_seconds(seconds, said):
    assert words.hours(seconds) == said


def test_what_was_read_is_said(twelve_lead_sample):
    assert words.reading_in_words(twelve_lead_sample) == "WFDB · 500 Hz · 10 s · all twelve leads"
    assert words.reading_in_words(twelve_lead_sample.only(Lead.I)).endswith("Lead I")


def test_an_earlier_ecg_is_named_with_its_age_wherever_it_was_used(analysis, analysis_with_earlier):
    assert words.earlier_in_words(analysis) == ""
    assert words.earlier_in_words(analysis_with_earlier) == "with an earlier ECG of 2.2 years"
    assert "dual-branch with an earlier ECG of 2.2 years from 4 passes" in words.in_words(analysis_with_earlier)
    undated = replace(analysis_with_earlier, earlier=replace(analysis_with_earlier.earlier, days_before=None))
    assert words.earlier_in_words(undated) == "with an earlier ECG of unknown age"


def test_of_a_model_that_reads_no_beats_only_the_axes_are_named(analysis_with_earlier):
    card = analysis_with_earlier.card
    calibrations = {key: value for key, value in card.calibrations.items() if key != WITH_EARLIER}
    other = replace(analysis_with_earlier, card=replace(card, calibrations=calibrations))
    assert words.earlier_in_words(other) == "with the axes of an earlier ECG of 2.2 years"


def test_what_an_earlier_ecg_tells_comes_with_its_origin(earlier_ecg):
    axes = earlier_ecg.axes
    text = words.earlier_ecg(earlier_ecg, "read from both files")
    assert text.startswith("Of 2.2 years (read from both files): its median beat")
    assert f"R axis {axes.r_axis_deg:.0f}° and T axis {axes.t_axis_deg:.0f}° measured on it" in text


def test_the_earlier_ecg_is_told_of_beside_the_metadata(earlier_ecg):
    table = words.metadata_table(PatientMetadata(), earlier_ecg, "typed by the user").set_index("Field")
    assert tuple(table.loc["Earlier ECG"]) == ("2.2 years", "uploaded, age typed by the user")
    assert tuple(words.metadata_table(PatientMetadata()).set_index("Field").loc["Earlier ECG"]) == ("none", "–")


def test_what_moved_is_the_distance_of_two_estimates_of_the_eleven_leads(analysis, analysis_with_earlier):
    table = words.moved_table(analysis, analysis_with_earlier).set_index("Lead")
    assert list(table.index) == [str(lead) for lead in ESTIMATED]
    row = LEADS.index(Lead.V2)
    distance = abs(analysis.reconstruction.mean[row] - analysis_with_earlier.reconstruction.mean[row])
    assert table.loc["V2", "Mean mV"] == pytest.approx(distance.mean())
    assert table.loc["V2", "Most mV"] == pytest.approx(distance.max())
    assert distance.max() > 0


def test_scores_of_two_models_say_whose_they_are(analysis):
    table = words.score_table(compare(analysis), "unet")
    assert list(table.columns) == ["Lead", "r unet", "RMSE mV unet", "In band unet"]
