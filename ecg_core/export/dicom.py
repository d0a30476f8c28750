"""DICOM General ECG Waveform: twelve leads and, as a second multiplex group, the half width of each lead's band.

Source: DICOM PS3.3, A.34.4 and C.10.9; lead codes from PS3.16, CID 3001, which has codes of their own for leads that
were derived and not recorded.
"""

import hashlib
import io
import math
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from ecg_core.export.provenance import channel_origin, half_width, model_name, month, provenance, short_hash
from ecg_core.results import Analysis
from ecg_core.signals.filters import resample
from ecg_core.vocabulary import ESTIMATED_MARK, LEADS, MEASURED, FloatArray, Lead

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["to_dicom"]

LOWEST_HZ, HIGHEST_HZ = 200.0, 1000.0
LARGEST = 32000
FINEST_UV = 0.1
LEAD_CODES = {
    Lead.I: "2:1", Lead.II: "2:32", Lead.III: "2:111", Lead.AVR: "2:112", Lead.AVL: "2:113", Lead.AVF: "2:114",
    Lead.V1: "2:33", Lead.V2: "2:34", Lead.V3: "2:35", Lead.V4: "2:36", Lead.V5: "2:37", Lead.V6: "2:38",
}  # fmt: skip
"""Lead I, and "Derived Lead II" to "Derived Lead V6"."""
UNKNOWN_DATE = "1900"


def to_dicom(analysis: Analysis) -> bytes:
    """Return a DICOM file of General ECG Waveform Storage with two multiplex groups, both ``DERIVED``.

    ``12 LEADS``: Lead I coded as recorded, the others as derived, each with a label and a derivation description.
    ``BAND HALF WIDTH``: the same for the band, under codes of our own, so that no viewer draws it as a lead.
    Annotations hold `provenance`, QRS and T. No patient, no day: the acquisition date is the month, or
    1900 where it is unknown. DICOM wants 200 to 1000 Hz: other rates are doubled or halved into it.
    """
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    whole = _header(analysis)
    rate, factor = _rate(analysis.reconstruction.sampling_rate)
    means = _at(analysis.reconstruction.mean, factor, rate)
    halves = np.maximum(_at(half_width(analysis), factor, rate), 0)
    lead_channels = [_channel(analysis, lead) for lead in LEADS]
    half_channels = [_half_channel(analysis, lead) for lead in LEADS]
    whole.WaveformSequence = [
        _group("12 LEADS", means, lead_channels, rate),
        _group("BAND HALF WIDTH", halves, half_channels, rate),
    ]
    whole.WaveformAnnotationSequence = _annotations(analysis, factor)
    entropy = [short_hash(analysis), hashlib.sha256(means.tobytes() + halves.tobytes()).hexdigest()]
    for keyword in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"):
        setattr(whole, keyword, generate_uid(entropy_srcs=[*entropy, keyword]))
    whole.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    whole.file_meta.MediaStorageSOPInstanceUID = whole.SOPInstanceUID
    whole.file_meta.MediaStorageSOPClassUID = whole.SOPClassUID
    buffer = io.BytesIO()
    whole.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _header(analysis: Analysis) -> "Dataset":
    """Everything but waveforms and identifiers."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import GeneralECGWaveformStorage

    made = (month(analysis) or UNKNOWN_DATE).replace("-", "")
    whole = Dataset()
    whole.file_meta = FileMetaDataset()
    whole.SpecificCharacterSet = "ISO_IR 192"
    whole.SOPClassUID = GeneralECGWaveformStorage
    whole.Modality = "ECG"
    whole.StudyDate = whole.StudyTime = whole.AccessionNumber = whole.ReferringPhysicianName = ""
    whole.PatientName = whole.PatientID = whole.PatientBirthDate = whole.PatientSex = ""
    whole.PatientIdentityRemoved = "YES"
    whole.DeidentificationMethod = "Nothing of the patient is read; dates are kept as months"
    whole.Manufacturer = "ecg-core"
    whole.ManufacturerModelName = model_name(analysis)[:64]
    whole.SoftwareVersions = version("ecg-core")
    whole.StudyID = ""
    whole.StudyDescription = f"Recording {short_hash(analysis)}"
    whole.SeriesDescription = "11 of 12 leads ESTIMATED from Lead I; for research only"
    whole.ProtocolName = ESTIMATED_MARK
    whole.SeriesNumber = whole.InstanceNumber = 1
    whole.AcquisitionDateTime = made
    whole.ContentDate, whole.ContentTime = f"{made:0<4}{'01' if len(made) == 4 else ''}01", "000000"
    whole.AcquisitionContextSequence = []
    return whole


def _rate(rate: float) -> tuple[float, float]:
    """A rate that DICOM allows, and by what it is the recording's."""
    factor = 1.0
    while rate * factor < LOWEST_HZ:
        factor *= 2
    while rate * factor > HIGHEST_HZ:
        factor /= 2
    return rate * factor, factor


def _at(signals: FloatArray, factor: float, rate: float) -> FloatArray:
    return signals if factor == 1 else resample(signals, rate / factor, rate)


def _code(value: str, scheme: str, meaning: str) -> "Dataset":
    from pydicom.dataset import Dataset

    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code


def _channel(analysis: Analysis, lead: Lead) -> "Dataset":
    """The definition of a lead, without its scale."""
    from pydicom.dataset import Dataset

    channel, measured = Dataset(), lead in MEASURED
    channel.ChannelLabel = f"{lead} measured" if measured else f"{lead} estimated"
    meaning = f"Lead {lead}" if measured else f"Derived Lead {lead}"
    channel.ChannelSourceSequence = [_code(LEAD_CODES[lead], "MDC", meaning)]
    channel.ChannelDerivationDescription = channel_origin(analysis, lead)
    channel.FilterLowFrequency = analysis.card.preparation.low_hz
    channel.FilterHighFrequency = analysis.card.preparation.high_hz
    return channel


def _half_channel(analysis: Analysis, lead: Lead) -> "Dataset":
    from pydicom.dataset import Dataset

    channel = Dataset()
    channel.ChannelLabel = f"{lead} band +-"
    channel.ChannelSourceSequence = [_code(f"BAND-{lead}", "99ECGCORE", f"Half width of the band of Lead {lead}")]
    share = 100 * analysis.reconstruction.coverage
    channel.ChannelDerivationDescription = f"Estimate plus or minus this holds {share:g} % of true values"
    return channel


def _group(label: str, signals: FloatArray, channels: "list[Dataset]", rate: float) -> "Dataset":
    """One multiplex group of ``signals (12, sample)`` in mV as 16-bit integers."""
    from pydicom.dataset import Dataset

    sensitivity = max(FINEST_UV, math.ceil(1e4 * float(np.abs(signals).max()) / LARGEST) / 10)
    stored = np.round(signals.T.astype(np.float64) * 1000 / sensitivity).astype("<i2")
    for channel in channels:
        channel.ChannelSensitivity = sensitivity
        channel.ChannelSensitivityUnitsSequence = [_code("uV", "UCUM", "microvolt")]
        channel.ChannelSensitivityCorrectionFactor = 1
        channel.ChannelBaseline = channel.ChannelSampleSkew = 0
        channel.WaveformBitsStored = 16
    group = Dataset()
    group.MultiplexGroupLabel = label
    group.WaveformOriginality = "DERIVED"
    group.NumberOfWaveformChannels = len(channels)
    group.NumberOfWaveformSamples = len(stored)
    group.SamplingFrequency = f"{rate:.10g}"
    group.ChannelDefinitionSequence = channels
    group.WaveformBitsAllocated = 16
    group.WaveformSampleInterpretation = "SS"
    group.WaveformData = stored.tobytes()
    return group


def _annotations(analysis: Analysis, factor: float) -> "list[Dataset]":
    """What the file is, for all channels, then QRS and T on Lead I; sample positions count from 1."""
    from pydicom.dataset import Dataset

    lines = provenance(analysis)
    if month(analysis) is None:
        lines += (f"The file does not say when it was recorded; {UNKNOWN_DATE} stands for an unknown date.",)
    if factor != 1:
        lines += (f"Resampled from {analysis.reconstruction.sampling_rate:g} Hz for DICOM.",)
    notes = []
    for line in lines:
        note = Dataset()
        note.ReferencedWaveformChannels, note.AnnotationGroupNumber, note.UnformattedTextValue = [1, 0], 1, line
        notes.append(note)
    segments = analysis.examination.segments
    for code, meaning, waves in (("10:1600", "Entire QRS", segments.qrs), ("10:1024", "T wave", segments.t)):
        for onset, offset in waves:
            note = Dataset()
            note.ConceptNameCodeSequence = [_code(code, "MDC", meaning)]
            note.ReferencedWaveformChannels, note.AnnotationGroupNumber = [1, 1], 2
            note.TemporalRangeType = "SEGMENT"
            note.ReferencedSamplePositions = [int(onset * factor) + 1, int((offset - 1) * factor) + 1]
            notes.append(note)
    return notes
