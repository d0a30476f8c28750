"""The whole flow on real recordings."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

from ecg_core import (
    LEADS,
    Lead,
    PatientMetadata,
    Sex,
    analyse,
    compare,
    examine,
    known_from_lead_i,
    list_models,
    load_model,
    merge,
    read_earlier,
)
from ecg_core.errors import LeadMissing, MetadataOutOfRange, RecordingRefused
from ecg_core.limb_leads import derive
from ecg_core.models.checkpoint import Model
from ecg_core.models.layers import Estimate
from ecg_core.records import Preparation, Recording
from ecg_core.signals.beats import BEFORE, lay
from ecg_core.signals.filters import band_pass, resample
from ecg_core.signals.waves import find_waves
from ecg_core.uncertainty.calibration import WITH_AXES, WITH_EARLIER
from ecg_core.vocabulary import DERIVED, ESTIMATED, PREDICTED, Origin, Provenance

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


FLOORS = {
    "dual-branch": 0.7, "linear": 0.48, "mean-beat": 0.42,
    "nakanishi": 0.6, "nakanishi-metadata": 0.6, "unet": 0.67, "unet-metadata": 0.49,
}  # fmt: skip
"""Told nothing but what Lead I gives, for which ``unet-metadata`` was not made."""


@pytest.mark.parametrize("name", list_models())
def test_each_released_model_stays_above_its_floor_on_the_samples(name, sample_recordings):
    scores = [compare(analyse(one, model=load_model(name), passes=PASSES)) for one in sample_recordings.values()]
    assert np.mean([score.r for leads in scores for score in leads.values()]) > FLOORS[name]


def test_a_model_that_reads_no_metadata_says_that_an_earlier_ecg_was_not_used(twelve_lead_sample):
    earlier = read_earlier(twelve_lead_sample)
    told = analyse(twelve_lead_sample, model=load_model("unet"), earlier=earlier, passes=2)
    alone = analyse(twelve_lead_sample, model=load_model("unet"), passes=2)
    assert np.array_equal(told.reconstruction.mean, alone.reconstruction.mean)
    assert told.earlier is None


def test_a_model_names_what_it_was_always_told_and_is_not_told_now(twelve_lead_sample):
    card, known = load_model("unet-metadata").card, known_from_lead_i(examine(twelve_lead_sample, Preparation()))
    assert card.misses(known) == ("r_axis_deg", "t_axis_deg")
    assert card.misses(merge(known, read_earlier(twelve_lead_sample).axes)) == ()
    assert load_model().card.misses(PatientMetadata()) == ()
    assert load_model("linear").card.misses(PatientMetadata()) == ()


def test_an_earlier_part_of_a_recording_tells_the_released_model_more_than_any_metadata(sample_recordings, model):
    """The first half of each recording as the earlier ECG of its second half."""
    without, with_beats = [], []
    for recording in sample_recordings.values():
        half = recording.duration / 2
        now, then = recording.between(half, recording.duration), read_earlier(recording.between(0, half))
        for earlier, into in ((None, without), (then, with_beats)):
            scores = compare(analyse(now, model=model, earlier=earlier, passes=PASSES))
            into.append(np.mean([score.r for score in scores.values()]))
    assert (np.array(with_beats) > np.array(without) + 0.02).all()
    assert np.mean(with_beats) > 0.85


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
        told = read_earlier(recording).axes
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


def test_an_earlier_ecg_is_read_as_the_median_beat_of_its_file(twelve_lead_sample):
    earlier = read_earlier(twelve_lead_sample, days_before=40)
    leads = twelve_lead_sample.only(Lead.I, *PREDICTED)
    slow = resample(band_pass(leads.signals, 500.0, Preparation())[0], 500.0, 100.0)
    whole = [peak for peak in find_waves(slow[0], 100.0).r_peaks if 30 <= peak < slow.shape[1] - 50]
    by_hand = np.median([slow[:, peak - 30 : peak + 50] for peak in whole], axis=0)
    assert earlier.sampling_rate == 100.0
    assert earlier.days_before == 40
    assert np.allclose(earlier.beat, by_hand, atol=1e-5)
    assert int(earlier.beat[0].argmax()) == pytest.approx(round(BEFORE * 100), abs=1)


def test_axes_of_an_earlier_ecg_say_where_they_are_from(sample_recordings):
    axes = {name: read_earlier(sample_recordings[name]).axes for name in ("A0001", "A0002")}
    for known in axes.values():
        assert set(known.known()) == {"r_axis_deg", "t_axis_deg"}
        assert known.origin("r_axis_deg") is known.origin("t_axis_deg") is Origin.EARLIER
    assert axes["A0002"].r_axis_deg == pytest.approx(64, abs=5)
    assert abs(axes["A0001"].r_axis_deg) > 120  # the deep S wave of a right bundle branch block


@pytest.mark.parametrize("missing", [Lead.I, Lead.II, Lead.V1, Lead.V6])
def test_an_earlier_ecg_needs_its_chest_leads(twelve_lead_sample, missing):
    fewer = twelve_lead_sample.only(*(lead for lead in LEADS if lead is not missing))
    with pytest.raises(LeadMissing, match=r"The earlier ECG holds .*; Leads I, II and V1 to V6 are needed"):
        read_earlier(fewer)


@pytest.mark.parametrize("spread", [0.0, 0.2])
def test_silence_and_noise_are_refused_as_an_earlier_ecg(spread):
    noise = np.random.default_rng(0).normal(0, spread, (12, 5000))
    with pytest.raises(RecordingRefused, match="no whole beat in the earlier ECG"):
        read_earlier(Recording(noise, LEADS, 500.0, "generated"))


def test_an_earlier_ecg_made_later_is_refused(twelve_lead_sample):
    with pytest.raises(MetadataOutOfRange, match="check the dates"):
        read_earlier(twelve_lead_sample, days_before=-3)


@pytest.fixture(scope="module")
def then_and_now(sample_recordings):
    """The two halves of one recording of 25 seconds: 12.5 s as the earlier ECG, 12.5 s as the new one."""
    whole = sample_recordings["A0005"]
    return whole.between(0, 12.5), whole.between(12.5, 25)


@pytest.fixture(scope="module")
def earlier(then_and_now):
    return read_earlier(then_and_now[0], days_before=0)


@pytest.fixture(scope="module")
def with_earlier(then_and_now, earlier, model):
    return analyse(then_and_now[1], model=model, earlier=earlier, passes=4, seed=3)


def with_branch(model: Model, spread: float) -> Model:
    """The model with other weights where its first opinion reads an earlier ECG; with ``spread`` 0 none reads it."""
    ensemble = deepcopy(model.network)
    network, random = ensemble.pair.with_earlier, torch.Generator().manual_seed(0)
    with torch.no_grad():
        network.earlier_stem.weight.normal_(0, spread, generator=random)
        network.full_rate_skip.weight[:, network.skip.out_channels :].normal_(0, spread, generator=random)
        if spread == 0:
            ensemble.second_told.down[0].first.weight[:, 1:] = 0
    return Model(ensemble, model.card)


AXES_TYPED = PatientMetadata(r_axis_deg=80, t_axis_deg=70)


def test_the_estimate_depends_on_the_beats_of_the_earlier_ecg_where_the_network_reads_them(
    then_and_now, earlier, model
):
    def mean(network: Model, prior) -> np.ndarray:
        return analyse(then_and_now[1], AXES_TYPED, network, earlier=prior, passes=2).reconstruction.mean

    deaf, reading = with_branch(model, 0.0), with_branch(model, 0.2)
    halved = replace(earlier, beat=earlier.beat / 2)
    assert np.array_equal(mean(deaf, earlier), mean(deaf, halved))
    assert np.array_equal(mean(deaf, None), mean(model, None))
    for one in (reading, model):
        assert np.abs(mean(one, earlier) - mean(one, None)).max() > 0.01
        assert np.abs(mean(one, earlier) - mean(one, halved)).max() > 0.01


def test_an_earlier_ecg_of_the_same_day_brings_the_estimate_nearer(sample_recordings, model):
    """Halves of the real recordings that are long enough; the first half is the earlier ECG of the second."""
    gains = []
    for name in ("A0001", "A0005", "A0008"):
        whole = sample_recordings[name]
        middle = whole.duration / 2
        then, now = read_earlier(whole.between(0, middle), days_before=0), whole.between(middle, whole.duration)
        without, told = (
            np.mean([score.r for score in compare(analyse(now, model=model, earlier=one, passes=PASSES)).values()])
            for one in (None, then)
        )
        gains.append(told - without)
    assert np.mean(gains) > 0.1


class Parrot:
    """A network that repeats the earlier ECG it is given."""

    stride = 1
    estimates_without_dropout = False

    def encode(self, lead_i, earlier, features):
        return (earlier,)

    def draw_masks(self, passes, generator, samples):
        return []

    def decode(self, encoded, features, masks=None):
        mean = encoded[0][:, 1:-1]
        return Estimate(mean, torch.full_like(mean, 0.1))


def test_the_beat_lies_at_the_r_peaks_of_the_new_lead_one_at_any_rate(then_and_now, earlier, model):
    for rate in (500.0, 257.0):
        new = resample(then_and_now[1][Lead.I][None], 500.0, rate)
        parrot = Model(Parrot(), model.card)
        result = analyse(Recording(new, (Lead.I,), rate, "generated"), model=parrot, earlier=earlier, passes=2)
        peaks = np.round(result.examination.segments.r_peaks * 100.0 / rate).astype(int)
        laid = lay(earlier.beat, peaks, 1250, 100.0)
        assert len(peaks) > 8
        for row, lead in enumerate(PREDICTED, start=1):
            said = resample(result.reconstruction.mean[[LEADS.index(lead)]], rate, 100.0, 1250)[0]
            assert np.corrcoef(said[20:-20], laid[row, 20:-20])[0, 1] > 0.99


def test_the_band_with_an_earlier_ecg_is_the_one_calibrated_for_it(then_and_now, earlier, model):
    seven = {lead: dict.fromkeys(("QRS", "T", "rest"), 7.0) for lead in ESTIMATED}
    own = replace(model.card.calibrations[WITH_EARLIER], factors={"0.90": seven})
    fewer = {key: one for key, one in model.card.calibrations.items() if key != WITH_EARLIER}
    reading = Model(model.network, replace(model.card, calibrations={**fewer, WITH_EARLIER: own}))
    result = analyse(then_and_now[1], model=reading, earlier=earlier, passes=2).reconstruction
    row = LEADS.index(Lead.V3)
    assert np.allclose(result.high[row] - result.mean[row], 7 * result.total_sd[row], rtol=1e-4)
    other = Model(model.network, replace(model.card, calibrations=fewer))
    narrower = analyse(then_and_now[1], model=other, earlier=earlier, passes=2).reconstruction
    factors = np.array(list(model.card.calibrations[WITH_AXES].factors["0.90"][Lead.V3].values()))
    seen = (narrower.high[row] - narrower.mean[row]) / narrower.total_sd[row]
    assert np.abs(seen[:, None] - factors).min(axis=1).max() < 0.01


def test_axes_of_the_earlier_ecg_are_told_unless_they_are_typed(with_earlier, then_and_now, earlier, model):
    told = with_earlier.metadata
    assert told.r_axis_deg == earlier.axes.r_axis_deg
    assert told.origin("r_axis_deg") is told.origin("t_axis_deg") is Origin.EARLIER
    assert told.origin("ventricular_rate") is Origin.LEAD_I
    typed = PatientMetadata(r_axis_deg=-20)
    mixed = analyse(then_and_now[1], typed, model, earlier=earlier, passes=2).metadata
    assert (mixed.r_axis_deg, mixed.origin("r_axis_deg")) == (-20, Origin.TYPED)
    assert (mixed.t_axis_deg, mixed.origin("t_axis_deg")) == (earlier.axes.t_axis_deg, Origin.EARLIER)


def test_the_limb_lead_laws_hold_exactly_with_an_earlier_ecg(then_and_now, earlier, model):
    reading = with_branch(model, 0.2)
    result = analyse(then_and_now[1], model=reading, earlier=earlier, passes=2)
    mean = result.reconstruction.mean
    assert np.array_equal(mean[LEADS.index(Lead.I)], result.examination.lead_i)
    for lead in DERIVED:
        derived = derive(lead, mean[LEADS.index(Lead.I)], mean[LEADS.index(Lead.II)])
        assert np.abs(mean[LEADS.index(lead)] - derived).max() < 1e-6


def test_a_seed_repeats_an_analysis_with_an_earlier_ecg_bit_for_bit(with_earlier, then_and_now, earlier, model):
    again, other = (analyse(then_and_now[1], model=model, earlier=earlier, passes=4, seed=seed) for seed in (3, 4))
    for name in ("mean", "epistemic_sd", "total_sd", "low", "high"):
        first = getattr(with_earlier.reconstruction, name)
        assert np.array_equal(first, getattr(again.reconstruction, name))
        assert not np.array_equal(first, getattr(other.reconstruction, name))


def test_what_changed_on_lead_one_is_told(with_earlier, sample_recordings, model, analysis):
    assert with_earlier.change.correlation > 0.95
    assert with_earlier.change.unusual == ()
    stranger = read_earlier(sample_recordings["A0001"])
    changed = analyse(sample_recordings["A0002"], model=model, earlier=stranger, passes=2)
    assert any("agree less" in one for one in changed.change.unusual)
    assert changed.change.qrs_swing_mv[1] == pytest.approx(np.ptp(stranger.beat[0, 22:40]))
    assert changed.change.qrs_swing_mv[0] < 0.9 * changed.change.qrs_swing_mv[1]
    assert changed.earlier is stranger
    assert analysis.change is None
    assert analysis.earlier is None
