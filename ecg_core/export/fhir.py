"""A FHIR R5 bundle: measured Lead I and each estimated lead as Observations, the model as a Device.

Source: https://hl7.org/fhir/R5/observation.html and datatypes.html#SampledData. Lead codes are those of
ISO/IEEE 11073-10101 for a potential along Lead I, and for leads that were derived and not recorded.
"""

import json
import uuid
from importlib.metadata import version
from typing import Any

import numpy as np

from ecg_core.export.provenance import channel_origin, model_name, month, provenance, short_hash
from ecg_core.results import Analysis
from ecg_core.vocabulary import ESTIMATED, LEADS, FloatArray, Lead

__all__ = ["to_fhir"]

MDC = "urn:iso:std:iso:11073:10101"
CODES = {Lead.I: 131073, Lead.II: 131104, Lead.III: 131183, Lead.AVR: 131184, Lead.AVL: 131185, Lead.AVF: 131186}
CODES |= {Lead(f"V{number}"): 131104 + number for number in range(1, 7)}
MEASUREMENTS = {
    "ventricular_rate": ("8867-4", "Heart rate", "/min"),
    "qrs_ms": ("8633-0", "QRS duration", "ms"),
}
"""LOINC code, its name and the UCUM unit of what Lead I itself says."""
FACTOR = 0.0001
"""mV a step of the samples."""

Resource = dict[str, Any]


def to_fhir(analysis: Analysis) -> str:
    """Return a collection of Observations, all ``preliminary``, without a subject, and the Device that made them.

    Lead I comes first; rate and QRS duration are derived from it, and so is each estimated lead, whose components are
    the lowest and highest value of its band. Samples are in steps of 0.0001 mV. Every note holds `provenance`.
    """
    device = _url(analysis, "device")
    lead_i = _url(analysis, "Lead I")
    resources = {device: _device(analysis), lead_i: _lead(analysis, Lead.I, device)}
    for name, (code, display, unit) in MEASUREMENTS.items():
        value = getattr(analysis.examination.measurements, name)
        if value is not None:
            resources[_url(analysis, name)] = _observation(analysis, device) | {
                "code": _concept("http://loinc.org", code, display, f"{display}, measured on Lead I"),
                "derivedFrom": [{"reference": lead_i}],
                "valueQuantity": _quantity(round(float(value), 1), unit),
            }
    for lead in ESTIMATED:
        resources[_url(analysis, lead)] = _lead(analysis, lead, device) | {"derivedFrom": [{"reference": lead_i}]}
    entries = [{"fullUrl": url, "resource": resource} for url, resource in resources.items()]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return json.dumps(bundle, ensure_ascii=False) + "\n"


def _url(analysis: Analysis, what: str) -> str:
    """A name for a resource; the same analysis gives the same."""
    result = analysis.reconstruction
    said = (short_hash(analysis), analysis.card.weights_sha256, result.passes, result.seed, result.mean.tobytes(), what)
    return uuid.uuid5(uuid.NAMESPACE_URL, repr(said)).urn


def _device(analysis: Analysis) -> Resource:
    return {
        "resourceType": "Device",
        "manufacturer": "ecg-core",
        "name": [{"value": f"{analysis.card.name}: eleven leads estimated from Lead I", "type": "user-friendly-name"}],
        "modelNumber": analysis.card.name,
        "version": [
            {"type": {"text": "weights SHA-256"}, "value": analysis.card.weights_sha256},
            {"type": {"text": "ecg-core"}, "value": version("ecg-core")},
        ],
        "type": [{"text": "Software for research and education, not a medical device"}],
    }


def _observation(analysis: Analysis, device: str) -> Resource:
    """What every Observation says."""
    made = month(analysis)
    return {
        "resourceType": "Observation",
        "meta": {"tag": [_coding("http://terminology.hl7.org/CodeSystem/v3-ActReason", "HRESCH", None)]},
        "status": "preliminary",
        **({} if made is None else {"effectiveDateTime": made}),
        "device": {"reference": device},
        "note": [{"text": line} for line in provenance(analysis)],
    }


def _lead(analysis: Analysis, lead: Lead, device: str) -> Resource:
    """A lead's samples and, where it is estimated, its band."""
    result, row = analysis.reconstruction, LEADS.index(lead)
    estimated = lead in ESTIMATED
    what = f"Lead {lead}, {'estimated from Lead I, not recorded' if estimated else 'measured'}"
    whole = _observation(analysis, device) | {
        "code": _concept(MDC, str(CODES[lead]), None, what),
        "method": {"text": channel_origin(analysis, lead)},
        "valueSampledData": _samples(result.mean[row], result.sampling_rate),
    }
    if estimated:
        share = f"of the {100 * result.coverage:g} % band, model {model_name(analysis)}"
        whole["component"] = [
            {"code": {"text": f"{end} value {share}"}, "valueSampledData": _samples(values[row], result.sampling_rate)}
            for end, values in (("Lowest", result.low), ("Highest", result.high))
        ]
    return whole


def _samples(values: FloatArray, rate: float) -> Resource:
    steps = np.round(values.astype(np.float64) / FACTOR).astype(np.int64)
    return {
        "origin": _quantity(0, "mV"),
        "interval": 1000 / rate,
        "intervalUnit": "ms",
        "factor": FACTOR,
        "dimensions": 1,
        "data": " ".join(map(str, steps.tolist())),
    }


def _quantity(value: float, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def _coding(system: str, code: str, display: str | None) -> Resource:
    return {"system": system, "code": code} | ({} if display is None else {"display": display})


def _concept(system: str, code: str, display: str | None, text: str) -> Resource:
    return {"coding": [_coding(system, code, display)], "text": text}
