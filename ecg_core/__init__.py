"""Twelve leads from Lead I, with calibrated doubt.

| name | what it is |
|---|---|
| `read` | files as bytes → `Recording` |
| `patient_from` | age and sex that the files state → `PatientMetadata` |
| `examine` | what Lead I itself shows → `Examination` |
| `known_from_lead_i` | rate, QRS duration and count measured on Lead I → `PatientMetadata` |
| `read_earlier` | the beats and axes of an earlier twelve-lead ECG → `EarlierEcg` |
| `merge` | fill what one `PatientMetadata` leaves unknown from another |
| `analyse` | `Recording`, `PatientMetadata` and a model → `Analysis` |
| `compare` | scores of the estimated leads where the file held them → `LeadScore` for each `Lead` |
| `load_model`, `list_models` | released checkpoints → `Model` |
| `Reconstruction`, `Segments`, `LeadIChange` | of an `Analysis`: leads with doubt, waves of Lead I, how it changed |
| `Sex`, `Origin`, `Provenance`, `Wave`, `LEADS` | the words of the field |
| `EcgError`, `AnswerNeeded` | everything that can be wrong with what the user gave; what a file leaves open |
"""

from ecg_core.errors import AnswerNeeded, EcgError
from ecg_core.metadata import merge
from ecg_core.models.checkpoint import Model, list_models, load_model
from ecg_core.pipeline import LeadScore, analyse, compare, examine, known_from_lead_i, read_earlier
from ecg_core.readers import patient_from, read
from ecg_core.records import EarlierEcg, PatientMetadata, Recording
from ecg_core.results import Analysis, Examination, LeadIChange, Reconstruction, Segments
from ecg_core.vocabulary import LEADS, Lead, Origin, Provenance, Sex, Wave

__all__ = [
    "LEADS",
    "Analysis",
    "AnswerNeeded",
    "EarlierEcg",
    "EcgError",
    "Examination",
    "Lead",
    "LeadIChange",
    "LeadScore",
    "Model",
    "Origin",
    "PatientMetadata",
    "Provenance",
    "Reconstruction",
    "Recording",
    "Segments",
    "Sex",
    "Wave",
    "analyse",
    "compare",
    "examine",
    "known_from_lead_i",
    "list_models",
    "load_model",
    "merge",
    "patient_from",
    "read",
    "read_earlier",
]
