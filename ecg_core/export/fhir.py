"""A FHIR R5 bundle: measured Lead I and each estimated lead as Observations, the model as a Device.

Source: https://hl7.org/fhir/R5/observation.html and datatypes.html#SampledData. Lead codes are those of
ISO/IEEE 11073-10101 for a potential along Lead I, and for leads that were derived and not recorded.
"""

import json
import uuid
from importlib.metadata import version
from typing import Any

import numpy as np

from ecg_core.answers import answers
from ecg_core.export.provenance import channel_origin, model_name, month, provenance, short_hash
from ecg_core.export.report_words import WORDS
from ecg_core.results import Analysis, Answer
from ecg_core.vocabulary import ESTIMATED, LEADS, Basis, FloatArray, Lead

__all__ = ["to_fhir"]

MDC = "urn:iso:std:iso:11073:10101"
CODES = {Lead.I: 131073, Lead.II: 131104, Lead.III: 131183, Lead.AVR: 131184, Lead.AVL: 131185, Lead.AVF: 131186}
CODES |= {Lead(f"V{number}"): 131104 + number for number in range(1, 7)}
LOINC = {
    "ventricular_rate": ("8867-4", "Heart rate"),
    "pr_ms": ("8625-6", "P-R interval"),
    "qrs_ms": ("8633-0", "QRS duration"),
    "qt_ms": ("8634-8", "Q-T interval"),
    "qtc_fridericia_ms": ("76634-5", "Q-T interval corrected by Fridericia formula"),
    "qtc_bazett_ms": ("76635-2", "Q-T interval corrected by Bazett formula"),
    "r_axis_deg": ("8632-6", "QRS axis"),
}
"""The code and name of an answer, where there is one; the others are named in words."""
UCUM = {"bpm": "/min", "ms": "ms", "mV": "mV", "°": "deg", "": "1"}
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
UNSUPPORTED = ("unmeasured", "too_wide", "broken")
"""Causes that lie in the method; any other lies in the recording."""
FACTOR = 0.0001
"""mV a step of the samples."""

Resource = dict[str, Any]


def to_fhir(analysis: Analysis) -> str:
    """Return a collection of Observations, all ``preliminary``, without a subject, and the Device that made them.

    Lead I comes first, then one Observation an answer (`ecg_core.answers.answers`), each saying on what it rests: a
    withheld one has no value but a ``dataAbsentReason``, an estimated one its interval as components. Each estimated
    lead is derived from Lead I; its components are the lowest and highest value of its band. Samples are in steps of
    0.0001 mV. Every note holds `provenance`.
    """
    device = _url(analysis, "device")
    lead_i = _url(analysis, "Lead I")
    resources = {device: _device(analysis), lead_i: _lead(analysis, Lead.I, device)}
    for answer in answers(analysis):
        resources[_url(analysis, answer.question)] = _observation(analysis, device) | _answer(analysis, answer, lead_i)
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


def _answer(analysis: Analysis, answer: Answer, lead_i: str) -> Resource:
    """What is said to one question, and on what basis."""
    code, display = LOINC.get(answer.question, (None, WORDS["en"][answer.question]))
    basis = {
        Basis.MEASURED: "measured on Lead I",
        Basis.TOLD: f"told: {answer.why}",
        Basis.ESTIMATED: f"estimated from Lead I by {model_name(analysis)}",
        Basis.WITHHELD: "withheld",
    }[answer.basis]
    said: Resource = {"code": _concept("http://loinc.org", code, display, f"{display}, {basis}")}
    if answer.basis in (Basis.MEASURED, Basis.ESTIMATED):
        said["derivedFrom"] = [{"reference": lead_i}]
    if answer.value is None:
        reason = "unsupported" if answer.cause in UNSUPPORTED else "unknown"
        return said | {"dataAbsentReason": _concept(ABSENT, reason, None, answer.why)}
    unit = UCUM[answer.unit]
    if answer.low is not None and answer.high is not None:
        said["component"] = [
            {"code": {"text": f"{end} of the interval that holds 90 % of true values"},
             "valueQuantity": _quantity(round(bound, 3), unit)}
            for end, bound in (("Low end", answer.low), ("High end", answer.high))
        ]  # fmt: skip
    return said | {"valueQuantity": _quantity(round(answer.value, 3 if unit == "mV" else 1), unit)}


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


def _concept(system: str, code: str | None, display: str | None, text: str) -> Resource:
    return ({} if code is None else {"coding": [_coding(system, code, display)]}) | {"text": text}
