"""Metadata: ranges, flags, and measuring twelve leads."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.errors import LeadMissing, MetadataOutOfRange
from ecg_core.limb_leads import derive
from ecg_core.metadata import FEATURES, FIELDS, encode, measure_twelve_leads, merge
from ecg_core.records import METADATA_RANGES, PatientMetadata, Preparation, Recording
from ecg_core.signals.filters import band_pass
from ecg_core.signals.waves import find_waves
from ecg_core.vocabulary import Lead, Origin, Sex


def any_value(name: str) -> st.SearchStrategy:
    if name == "sex":
        return st.none() | st.sampled_from(list(Sex))
    low, high, _ = METADATA_RANGES[name]
    return st.none() | st.floats(low, high)


any_metadata = st.fixed_dictionaries({name: any_value(name) for name in FIELDS}).map(
    lambda values: PatientMetadata(**values)
)


@given(any_metadata)
def test_encoding_is_finite_and_flags_exactly_what_is_known(metadata):
    vector = dict(zip(FEATURES, encode(metadata), strict=True))
    assert all(np.isfinite(value) and abs(value) < 15 for value in vector.values())
    assert {name for name in FIELDS if vector[f"{name}_known"] == 1} == set(metadata.known())


def test_unknown_is_not_zero():
    unknown, zero = encode(PatientMetadata()), encode(PatientMetadata(r_axis_deg=0))
    assert not np.array_equal(unknown, zero)


@pytest.mark.parametrize("origin", list(Origin))
def test_an_axis_of_an_earlier_ecg_is_flagged_and_no_other(origin):
    axis = PatientMetadata(r_axis_deg=30, origins={"r_axis_deg": origin})
    told = dict(zip(FEATURES, encode(axis), strict=True))
    assert told["axes_earlier"] == (origin is Origin.EARLIER)
    assert told["r_axis_cos"] == pytest.approx(np.cos(np.radians(30)))


def test_an_earlier_t_axis_beside_a_typed_r_axis_is_not_flagged():
    mixed = PatientMetadata(r_axis_deg=30, t_axis_deg=40, origins={"t_axis_deg": Origin.EARLIER})
    assert encode(mixed)[FEATURES.index("axes_earlier")] == 0
    unknown = PatientMetadata(origins={"r_axis_deg": Origin.EARLIER})
    assert encode(unknown)[FEATURES.index("axes_earlier")] == 0


def test_the_two_ends_of_an_axis_are_the_same():
    assert np.allclose(encode(PatientMetadata(t_axis_deg=-180)), encode(PatientMetadata(t_axis_deg=180)), atol=1e-6)


@pytest.mark.parametrize("name", METADATA_RANGES)
@pytest.mark.parametrize("side", [0, 1])
def test_each_range_is_checked_with_a_sentence(name, side):
    bound = METADATA_RANGES[name][side]
    outside = bound + (1 if side else -1)
    assert getattr(PatientMetadata(**{name: bound}), name) == bound
    with pytest.raises(MetadataOutOfRange, match=f"Found {name} = .*; expected .* or leave it unknown"):
        PatientMetadata(**{name: outside})


def test_nan_is_no_value():
    with pytest.raises(MetadataOutOfRange):
        PatientMetadata(age_years=float("nan"))


@given(any_metadata, any_metadata)
def test_merging_never_overwrites_and_keeps_origins(first, second):
    second = replace(second, origins=dict.fromkeys(second.known(), Origin.EARLIER))
    merged = merge(first, second)
    for name in FIELDS:
        kept, offered = getattr(first, name), getattr(second, name)
        assert getattr(merged, name) == (kept if kept is not None else offered)
        if kept is None and offered is not None:
            assert merged.origin(name) is Origin.EARLIER


def dipole(angle_qrs: float, angle_t: float, rate: float = 500.0) -> Recording:
    """Ten seconds of a heart that is one dipole in the frontal plane, QRS 60 ms wide at its half."""
    time = np.arange(int(10 * rate)) / rate
    leads = {}
    for lead, angle in ((Lead.I, 0), (Lead.II, 60)):
        qrs, t = (np.cos(np.radians(axis - angle)) for axis in (angle_qrs, angle_t))
        leads[lead] = sum(
            qrs * np.exp(-0.5 * ((time - beat) / 0.015) ** 2)
            + 0.3 * t * np.exp(-0.5 * ((time - beat - 0.28) / 0.04) ** 2)
            for beat in np.arange(0.5, 10, 0.8)
        )
    return Recording(np.stack(list(leads.values())), tuple(leads), rate, "generated")


@pytest.mark.parametrize(("qrs", "t"), [(0, 40), (45, 20), (-40, 60), (70, 45), (120, 100)])
def test_axes_of_a_dipole_are_measured(qrs, t):
    recording = dipole(qrs, t)
    filtered, _ = band_pass(recording.signals, 500.0, Preparation())
    recording = Recording(filtered, recording.leads, 500.0, "generated")
    measured = measure_twelve_leads(recording, find_waves(recording[Lead.I], 500.0))
    assert measured.r_axis_deg == pytest.approx(qrs, abs=6)
    assert measured.t_axis_deg == pytest.approx(t, abs=10)
    assert measured.ventricular_rate == pytest.approx(75, abs=1)


def test_a_real_right_bundle_branch_block_is_wide(sample_recordings):
    def qrs_ms(name: str) -> float:
        recording = sample_recordings[name]
        filtered, _ = band_pass(recording.signals, recording.sampling_rate, Preparation())
        recording = Recording(filtered, recording.leads, recording.sampling_rate, "WFDB")
        return measure_twelve_leads(recording, find_waves(recording[Lead.I], recording.sampling_rate)).qrs_ms

    assert qrs_ms("A0001") > 115
    assert qrs_ms("A0002") < 110


def test_one_lead_has_no_axis():
    one = Recording(np.zeros((1, 5000)), (Lead.I,), 500.0, "generated")
    with pytest.raises(LeadMissing):
        measure_twelve_leads(one, find_waves(one[Lead.I], 500.0))


def test_derived_avf_agrees_with_the_law():
    recording = dipole(90, 90)
    assert np.abs(derive(Lead.AVF, recording[Lead.I], recording[Lead.II])).max() > 0.8
