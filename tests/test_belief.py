"""Where doubt comes from, how much of an estimate is the average patient's, and whether limb leads fit together."""

from dataclasses import replace

import numpy as np
import pytest

from ecg_core import Lead, Recording, Wave, analyse, examine, load_model
from ecg_core.belief import AVERAGE_PATIENT, MOST_MISFIT_MV, average_shares, largest_misfit, sources_of_doubt
from ecg_core.vocabulary import ESTIMATED, LEADS


@pytest.fixture(scope="module")
def model():
    return load_model()


@pytest.fixture(scope="module")
def analysis(twelve_lead_sample, model):
    return analyse(twelve_lead_sample, model=model, passes=4)


def with_lead_i(recording: Recording, lead_i) -> Recording:
    signals = np.array(recording.signals)
    signals[recording.leads.index(Lead.I)] = lead_i
    return replace(recording, signals=signals)


def test_what_lead_i_does_not_tell_is_the_largest_source_in_the_chest_leads(analysis, model):
    found = sources_of_doubt(analysis, model)
    assert set(found) == set(ESTIMATED)
    for lead in (Lead.V2, Lead.V3, Lead.V4):
        qrs = found[lead][Wave.QRS]
        assert qrs.unseen_mv > qrs.passes_mv > 0
        assert qrs.unseen_mv > qrs.noise_mv > 0


def test_passes_and_the_rest_add_up_to_the_doubt_that_is_drawn(analysis, model):
    whole = sources_of_doubt(analysis, model)[Lead.V3]
    made, row = analysis.reconstruction, LEADS.index(Lead.V3)
    labelled = np.zeros(made.mean.shape[1], bool)
    for onset, offset in analysis.examination.segments.qrs:
        labelled[onset:offset] = True
    drawn = np.sqrt(np.mean(np.square(made.total_sd[row][labelled])))
    qrs = whole[Wave.QRS]
    assert np.hypot(qrs.passes_mv, qrs.unseen_mv) == pytest.approx(drawn, rel=1e-4)
    assert qrs.half_width_mv == pytest.approx((made.high - made.low)[row][labelled].mean() / 2, rel=1e-4)


def test_a_noisier_lead_i_adds_doubt_from_noise(analysis, model, twelve_lead_sample):
    noise = np.random.default_rng(1).normal(0, 0.08, twelve_lead_sample.signals.shape[1])
    noisy = analyse(with_lead_i(twelve_lead_sample, twelve_lead_sample[Lead.I] + noise), model=model, passes=4)
    before, after = (sources_of_doubt(one, model)[Lead.V3][Wave.QRS].noise_mv for one in (analysis, noisy))
    assert after > 1.5 * before


def test_the_average_patients_own_estimate_is_all_average_and_the_networks_is_not(analysis, twelve_lead_sample):
    average = load_model(AVERAGE_PATIENT)
    own = average_shares(analyse(twelve_lead_sample, model=average, passes=2), average)
    assert [own[lead] for lead in (Lead.II, *LEADS[6:])] == pytest.approx([1.0] * 7)
    shares = average_shares(analysis, average)
    assert all(0 <= share < 0.97 for share in shares.values())


def test_recorded_limb_leads_fit_together_and_a_swap_is_noticed(sample_recordings):
    for recording in sample_recordings.values():
        if set(recording.leads) == set(LEADS):
            assert largest_misfit(recording)[1] < MOST_MISFIT_MV
    recording = sample_recordings["A0002"]
    leads = {lead: recording[lead] for lead in recording.leads}
    swapped = leads | {Lead.II: leads[Lead.AVF], Lead.AVF: leads[Lead.II]}
    assert largest_misfit(swapped)[1] > MOST_MISFIT_MV


def test_there_is_nothing_to_fit_where_the_limb_leads_were_not_recorded(twelve_lead_sample):
    assert largest_misfit(twelve_lead_sample.only(Lead.I)) is None
    assert largest_misfit(twelve_lead_sample.only(Lead.I, Lead.II)) is None


def test_estimated_limb_leads_obey_the_laws(analysis):
    assert largest_misfit(dict(zip(LEADS, analysis.reconstruction.mean, strict=True)))[1] < 1e-6


def test_doubt_can_be_told_apart_where_no_wave_was_found(model, twelve_lead_sample):
    examination = examine(twelve_lead_sample)
    none = replace(examination, segments=type(examination.segments).none(examination.sampling_rate, "for this test"))
    found = sources_of_doubt(analyse(twelve_lead_sample, model=model, passes=2, examination=none), model)
    assert set(found[Lead.V3]) == {Wave.REST}
