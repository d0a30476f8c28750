"""The FHIR bundle, validated by fhir.resources."""

import json

import numpy as np
import pytest
from fhir.resources.bundle import Bundle

from ecg_core.export.fhir import to_fhir
from ecg_core.vocabulary import ESTIMATED, LEADS


@pytest.fixture(scope="module")
def resources(analysis):
    bundle = Bundle.model_validate_json(to_fhir(analysis))
    assert bundle.type == "collection"
    return {entry.fullUrl: entry.resource for entry in bundle.entry}


def values(sampled):
    return float(sampled.factor) * np.array(sampled.data.split(), float) + float(sampled.origin.value)


def by_text(resources, word):
    return [(url, one) for url, one in resources.items() if one.get_resource_type() == "Observation"
            and word in one.code.text]  # fmt: skip


def test_lead_i_is_measured_and_each_estimated_lead_is_derived_from_it(resources, analysis):
    [(lead_i, measured)] = by_text(resources, "Lead I, measured")
    assert measured.derivedFrom is None
    assert np.abs(values(measured.valueSampledData) - analysis.reconstruction.mean[0]).max() <= 0.00006
    assert float(measured.valueSampledData.interval) == 2
    for lead in ESTIMATED:
        [(_, one)] = by_text(resources, f"Lead {lead}, estimated from Lead I, not recorded")
        assert [source.reference for source in one.derivedFrom] == [lead_i]
        row, result = LEADS.index(lead), analysis.reconstruction
        low, high = one.component
        for sampled, expected in ((one, result.mean), (low, result.low), (high, result.high)):
            assert np.abs(values(sampled.valueSampledData) - expected[row]).max() <= 0.00006


def test_all_are_preliminary_without_a_subject_and_name_the_model(resources, analysis):
    [(device, made_by)] = [(url, one) for url, one in resources.items() if one.get_resource_type() == "Device"]
    assert analysis.card.weights_sha256 in {version.value for version in made_by.version}
    for one in resources.values():
        if one is not made_by:
            assert one.status == "preliminary"
            assert one.subject is None
            assert one.device.reference == device
    assert {json.loads(to_fhir(analysis))["entry"][1]["resource"]["effectiveDateTime"]} == {"2021-03"}


def test_rate_and_qrs_duration_are_measured_on_lead_i(resources, analysis):
    [(lead_i, _)] = by_text(resources, "Lead I, measured")
    for word, expected in (("Heart rate", analysis.examination.measurements.ventricular_rate),
                           ("QRS duration", analysis.examination.measurements.qrs_ms)):  # fmt: skip
        [(_, one)] = by_text(resources, f"{word}, measured on Lead I")
        assert float(one.valueQuantity.value) == pytest.approx(expected, abs=0.05)
        assert one.derivedFrom[0].reference == lead_i
