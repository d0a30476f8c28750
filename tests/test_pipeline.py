"""The whole flow on real recordings."""

import numpy as np
import pytest

from ecg_core import LEADS, Lead, PatientMetadata, Sex, analyse, axes_of_earlier, compare, examine, load_model
from ecg_core.errors import LeadMissing, RecordingRefused
from ecg_core.limb_leads import derive
from ecg_core.records import Recording
from ecg_core.signals.filters import resample
from ecg_core.vocabulary import DERIVED, ESTIMATED, Origin, Provenance

PASSES = 10


@pytest.fixture(scope="module")
def model():
    return load_model()


@pytest.fixture(scope="module")
def analysis(twelve_lead_sample, model):
    return analyse(twelve_lead_sample, model=model, passes=PASSES)


def test_the_other_leads_never_reach_the_network(twelve_lead_sample, model, analysis):
    alone = analyse(twelve_lead_sample.only(Lead.I), model=model, passes=PASSES)
    assert np.array_equal(alone.reconstruction.mean, analysis.reconstruction.mean)
    assert np.array_equal(alone.reconstruction.high, analysis.reconstruction.high)
    assert alone.reference is None
    assert compare(alone) == {}


def test_limb_lead_laws_hold_to_float_precision(analysis):
    mean = analysis.reconstruction.mean
    for lead in DERIVED:
        derived = derive(lead, mean[LEADS.index(Lead.I)], mean[LEADS.index(Lead.II)])
        assert np.abs(mean[LEADS.index(lead)] - derived).max() < 1e-6


def test_lead_one_is_the_measured_signal_and_has_no_doubt(analysis):
    result, row = analysis.reconstruction, LEADS.index(Lead.I)
    assert np.array_equal(result.mean[row], analysis.examination.lead_i)
    assert result.total_sd[row].max() < 1e-6
    assert result.provenance(Lead.I) is Provenance.MEASURED
    assert all(result.provenance(lead) is Provenance.ESTIMATED for lead in ESTIMATED)


def test_the_band_holds_the_mean_and_is_wider_in_qrs(analysis):
    result = analysis.reconstruction
    assert (result.low <= result.mean).all()
    assert (result.mean <= result.high).all()
    assert (result.total_sd >= result.epistemic_sd - 1e-6).all()
    width = (result.high - result.low)[LEADS.index(Lead.V3)]
    inside = np.zeros(len(width), bool)
    for onset, offset in analysis.examination.segments.qrs:
        inside[onset:offset] = True
    assert width[inside].mean() > 1.5 * width[~inside].mean()


def test_quality_floor_on_every_twelve_lead_sample(sample_recordings, model):
    """Real records from another hospital and device than the training data, without metadata but what Lead I gives."""
    scores = {name: compare(analyse(one, model=model, passes=PASSES)) for name, one in sample_recordings.items()}
    mean_r = {name: np.mean([score.r for score in leads.values()]) for name, leads in scores.items()}
    held = np.mean([score.coverage for leads in scores.values() for score in leads.values()])
    assert mean_r["A0002"] > 0.8
    assert np.mean(list(mean_r.values())) > 0.6
    assert held > 0.75


def test_knowing_the_axes_helps(sample_recordings, model):
    gains = []
    for recording in sample_recordings.values():
        told = axes_of_earlier(recording)
        without, with_axes = (
            np.mean([score.r for score in compare(analyse(recording, known, model, passes=PASSES)).values()])
            for known in (None, told)
        )
        gains.append(with_axes - without)
    assert np.mean(gains) > 0.02


def test_what_lead_one_gives_fills_what_is_unknown_and_never_what_is_typed(twelve_lead_sample, model):
    typed = PatientMetadata(age_years=49, sex=Sex.FEMALE, ventricular_rate=150)
    known = analyse(twelve_lead_sample, typed, model, passes=2).metadata
    assert known.ventricular_rate == 150
    assert known.origin("ventricular_rate") is Origin.TYPED
    assert known.origin("qrs_ms") is Origin.LEAD_I
    assert known.r_axis_deg is None
    assert analyse(twelve_lead_sample, typed, model, passes=2, measure_lead_i=False).metadata.known() == typed.known()


@pytest.mark.parametrize("rate", [100.0, 257.0, 513.625, 1000.0])
def test_any_rate_gives_the_same_picture(twelve_lead_sample, model, analysis, rate):
    resampled = Recording(resample(twelve_lead_sample[Lead.I][None], 500.0, rate), (Lead.I,), rate, "generated")
    other = analyse(resampled, model=model, passes=PASSES, metadata=analysis.metadata, measure_lead_i=False)
    there = resample(analysis.reconstruction.mean, 500.0, 100.0, 1000)
    here = resample(other.reconstruction.mean, rate, 100.0, 1000)
    r = [np.corrcoef(one[50:950], two[50:950])[0, 1] for one, two in zip(here, there, strict=True)]
    assert min(r) > 0.97
    assert other.reconstruction.mean.shape[1] == resampled.signals.shape[1]


def test_a_long_recording_has_no_seam(sample_recordings, model):
    """Twenty-five seconds are three windows; where they meet nothing jumps more than inside them."""
    result = analyse(sample_recordings["A0005"], model=model, passes=PASSES).reconstruction
    steps = np.abs(np.diff(result.total_sd[LEADS.index(Lead.V4)]))
    assert result.mean.shape[1] == 12500
    assert steps[3900:5100].max() <= 1.5 * steps[500:3500].max() + 1e-3


def test_five_seconds_are_enough(twelve_lead_sample, model):
    short = Recording(twelve_lead_sample.signals[:1, :2500], (Lead.I,), 500.0, "generated")
    assert analyse(short, model=model, passes=2).reconstruction.mean.shape == (12, 2500)


def test_progress_reaches_one(sample_recordings, model):
    shares = []
    analyse(sample_recordings["A0005"], model=model, passes=2, progress=shares.append)
    assert shares == sorted(shares)
    assert len(shares) == 3
    assert shares[-1] == 1


def test_a_flat_lead_is_refused_with_what_to_do(model):
    flat = Recording(np.zeros((1, 5000)), (Lead.I,), 500.0, "generated")
    with pytest.raises(RecordingRefused, match=r"flat"):
        analyse(flat, model=model)


def test_without_lead_one_nothing_is_examined():
    with pytest.raises(LeadMissing):
        examine(Recording(np.zeros((1, 5000)), (Lead.V1,), 500.0, "generated"))


def test_axes_of_an_earlier_ecg_say_where_they_are_from(twelve_lead_sample):
    known = axes_of_earlier(twelve_lead_sample)
    assert set(known.known()) == {"r_axis_deg", "t_axis_deg"}
    assert known.origin("r_axis_deg") is Origin.EARLIER


def test_an_unreadable_earlier_ecg_is_refused():
    silent = Recording(np.zeros((2, 5000)), (Lead.I, Lead.II), 500.0, "generated")
    with pytest.raises(RecordingRefused, match="earlier ECG"):
        axes_of_earlier(silent)
