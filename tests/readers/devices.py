"""Twelve leads as each kind of device would write them, about a patient with a made-up name; for the tests alone."""

import base64
import io
import json
import struct
import tempfile
import zlib
from binascii import crc_hqx
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import numpy as np
import pydicom
import pyedflib
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, TwelveLeadECGWaveformStorage, generate_uid

from ecg_core.records import Recording
from ecg_core.vocabulary import LEADS, FloatArray, Lead

CANARY = "Quibblewick"
BORN = "19510704"
RATE = 500
MICROVOLTS = 5.0
"""One step of the integers that are written."""
STORED = (Lead.I, Lead.II, *LEADS[6:])
SCP_CODES = {Lead.I: 1, Lead.II: 2, Lead.III: 61, Lead.AVR: 62, Lead.AVL: 63, Lead.AVF: 64} | {
    lead: 3 + place for place, lead in enumerate(LEADS[6:])
}
ISHNE_CODES = {lead: 5 + place for place, lead in enumerate(LEADS)}


def integers(recording: Recording, leads: tuple[Lead, ...] = LEADS) -> FloatArray:
    """``(lead, sample)``, 16 bits, in steps of 5 µV."""
    return np.stack([np.round(recording[lead] * 1000 / MICROVOLTS) for lead in leads]).astype("<i2")


def _text64(row: FloatArray) -> str:
    return base64.b64encode(row.astype("<i2").tobytes()).decode()


def dicom(recording: Recording) -> bytes:
    whole = Dataset()
    whole.file_meta = FileMetaDataset()
    whole.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    whole.file_meta.MediaStorageSOPClassUID = whole.SOPClassUID = TwelveLeadECGWaveformStorage
    whole.file_meta.MediaStorageSOPInstanceUID = whole.SOPInstanceUID = generate_uid()
    whole.PatientName, whole.PatientID, whole.PatientBirthDate = f"{CANARY}^Zebulon", f"{CANARY}-1", BORN
    whole.PatientAge, whole.PatientSex, whole.Modality = "069Y", "F", "ECG"
    whole.AcquisitionDateTime = "20210317131415"
    whole.StationName, whole.DeviceSerialNumber, whole.InstitutionName = CANARY, CANARY, f"{CANARY} Hospital"
    whole.PerformingPhysicianName = whole.OperatorsName = CANARY
    whole.PatientComments = f"seen by {CANARY}"
    whole.PatientAddress, whole.EthnicGroup, whole.AccessionNumber = f"{CANARY} Road 1", CANARY, f"{CANARY}-9"
    whole.private_block(0x0029, CANARY, create=True).add_new(0x01, "LO", CANARY)
    rows = integers(recording)
    whole.WaveformSequence = [_group(rows[:, :600], "MEDIAN BEAT"), _group(rows, "RHYTHM")]
    whole.WaveformAnnotationSequence = [_annotation("Ventricular Heart Rate", "2:16770", 71, "/min")]
    whole.WaveformAnnotationSequence.append(_annotation("QRS Axis", "2:16132", -31, "deg"))
    buffer = io.BytesIO()
    whole.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _group(rows: FloatArray, label: str) -> Dataset:
    group = Dataset()
    group.WaveformOriginality, group.MultiplexGroupLabel = "ORIGINAL", label
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = rows.shape
    group.SamplingFrequency, group.WaveformBitsAllocated, group.WaveformSampleInterpretation = RATE, 16, "SS"
    group.ChannelDefinitionSequence = [_definition(lead) for lead in LEADS]
    group.WaveformData = rows.T.tobytes()
    return group


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code


def _definition(lead: Lead) -> Dataset:
    channel = Dataset()
    channel.ChannelSourceSequence = [_code(f"2:{SCP_CODES[lead]}", "MDC", f"Lead {lead}")]
    channel.ChannelSensitivity, channel.ChannelSensitivityCorrectionFactor = MICROVOLTS, 1
    channel.ChannelBaseline, channel.WaveformBitsStored = 0, 16
    channel.ChannelSensitivityUnitsSequence = [_code("uV", "UCUM", "microvolt")]
    return channel


def _annotation(name: str, code: str, value: float, unit: str) -> Dataset:
    item = Dataset()
    item.ReferencedWaveformChannels = [1, 0]
    item.ConceptNameCodeSequence = [_code(code, "MDC", name)]
    item.MeasurementUnitsCodeSequence = [_code(unit, "UCUM", unit)]
    item.NumericValue = value
    return item


def muse(recording: Recording) -> bytes:
    leads = "".join(
        f"<LeadData><LeadByteCountTotal>{2 * row.size}</LeadByteCountTotal><LeadAmplitudeUnitsPerBit>{MICROVOLTS}"
        f"</LeadAmplitudeUnitsPerBit><LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits><LeadID>{lead}</LeadID>"
        f"<LeadSampleCountTotal>{row.size}</LeadSampleCountTotal><LeadSampleSize>2</LeadSampleSize>"
        f"<LeadDataCRC32>{zlib.crc32(row.tobytes())}</LeadDataCRC32><WaveFormData>{_text64(row)}</WaveFormData></LeadData>"
        for lead, row in zip(STORED, integers(recording, STORED), strict=True)
    )
    return f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<RestingECG><PatientDemographics><PatientID>{CANARY}-1</PatientID><PatientAge>69</PatientAge><AgeUnits>YEARS</AgeUnits>
<DateofBirth>07-04-1951</DateofBirth><Gender>FEMALE</Gender><PatientLastName>{CANARY}</PatientLastName>
<PatientFirstName>Zebulon</PatientFirstName></PatientDemographics><TestDemographics><SiteName>{CANARY}</SiteName>
<AcquisitionTime>13:14:15</AcquisitionTime><AcquisitionDate>03-17-2021</AcquisitionDate><CartNumber>{CANARY}</CartNumber>
<AcquisitionTechLastName>{CANARY}</AcquisitionTechLastName></TestDemographics>
<RestingECGMeasurements><VentricularRate>71</VentricularRate><QRSDuration>96</QRSDuration><RAxis>-31</RAxis>
<TAxis>12</TAxis><QRSCount>12</QRSCount></RestingECGMeasurements>
<Diagnosis><DiagnosisStatement><StmtText>Abnormal ECG of {CANARY}</StmtText></DiagnosisStatement></Diagnosis>
<Waveform><WaveformType>Median</WaveformType><SampleBase>500</SampleBase><SampleExponent>0</SampleExponent></Waveform>
<Waveform><WaveformType>Rhythm</WaveformType><SampleBase>500</SampleBase><SampleExponent>0</SampleExponent>
{leads}</Waveform></RestingECG>""".encode("latin-1")


def sierra(recording: Recording) -> bytes:
    rows = integers(recording)
    pulse = np.zeros((12, 300), "<i2")
    pulse[:, 100:200] = round(1000 / MICROVOLTS)
    rows = np.concatenate([rows, pulse], axis=1)
    milliseconds = rows.shape[1] * 1000 // RATE
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<restingecgdata xmlns="http://www3.medical.philips.com"><documentinfo><documentname>{CANARY}.xml</documentname>
<documenttype>SierraECG</documenttype><documentversion>1.04</documentversion></documentinfo>
<dataacquisition date="2021-03-17" time="13:14:15"><machine machineid="{CANARY}">PageWriter</machine>
<acquirer><operatorid>{CANARY}</operatorid><institutionname>{CANARY}</institutionname></acquirer>
<signalcharacteristics><samplingrate>{RATE}</samplingrate><resolution>{MICROVOLTS}</resolution></signalcharacteristics>
</dataacquisition><patient><generalpatientdata><patientid>{CANARY}-1</patientid><name><lastname>{CANARY}</lastname>
<firstname>Zebulon</firstname></name><age><dateofbirth>1951-07-04</dateofbirth></age><sex>Female</sex>
</generalpatientdata></patient>
<waveforms><parsedwaveforms dataencoding="Base64" compression="Uncompressed" numberofleads="12" signalsigned="True"
leadlabels="{" ".join(LEADS)}" durationperchannel="{milliseconds}" samplespersecond="{RATE}" resolution="{MICROVOLTS}">
{_text64(rows)}</parsedwaveforms></waveforms></restingecgdata>""".encode()


def aecg(recording: Recording) -> bytes:
    sequences = "".join(
        f'<component><sequence><code code="MDC_ECG_LEAD_{lead.upper()}"/><value xsi:type="SLIST_PQ">'
        f'<origin value="0" unit="uV"/><scale value="{MICROVOLTS}" unit="uV"/><digits>{" ".join(map(str, row))}'
        "</digits></value></sequence></component>"
        for lead, row in zip(LEADS, integers(recording).tolist(), strict=True)
    )
    person = (
        f"<subjectDemographicPerson><name><given>Zebulon</given><family>{CANARY}</family></name>"
        f'<administrativeGenderCode code="F"/><birthTime value="{BORN}"/></subjectDemographicPerson>'
    )
    return f"""<?xml version="1.0"?>
<AnnotatedECG xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><id root="1.2.3"/>
<effectiveTime><low value="20210317131415"/><high value="20210317131425"/></effectiveTime><componentOf><timepointEvent>
<componentOf><subjectAssignment><subject><trialSubject><id root="1.2" extension="{CANARY}-1"/>{person}</trialSubject>
</subject></subjectAssignment></componentOf></timepointEvent></componentOf>
<component><series><code code="RHYTHM"/><component><sequenceSet><component><sequence><code code="TIME_RELATIVE"/>
<value xsi:type="GLIST_PQ"><head value="0" unit="s"/><increment value="{1 / RATE}" unit="s"/></value></sequence>
</component>{sequences}</sequenceSet></component></series></component></AnnotatedECG>""".encode()


def mortara(recording: Recording) -> bytes:
    channels = "".join(
        f'<CHANNEL NAME="{lead}" OFFSET="0" BITS="16" FORMAT="SIGNED" UNITS_PER_MV="{1000 / MICROVOLTS:g}" '
        f'DURATION="{row.size}" SAMPLE_FREQ="{RATE}" ENCODING="BASE64" DATA="{_text64(row)}"/>'
        for lead, row in zip(LEADS, integers(recording), strict=True)
    )
    return f"""<?xml version="1.0"?>
<ECG ACQUISITION_TIME="20210317131415" AGE="69" AGE_UNITS="YEARS" VENT_RATE="71" NUM_QRS="12" TECHNICIAN="{CANARY}"
COMMENT="seen by {CANARY}"><SUBJECT LAST_NAME="{CANARY}" FIRST_NAME="Zebulon" ID="{CANARY}-1" GENDER="FEMALE"
DOB="{BORN}"/><SOURCE TYPE="ELI 250" ACQUIRING_DEVICE_SERIAL_NUMBER="{CANARY}" MANUFACTURER="MORTARA"/>{channels}
<TYPICAL_CYCLE QRS_DURATION="96" QRS_AXIS="-31" T_AXIS="12"/></ECG>""".encode()


def kardia(recording: Recording) -> bytes:
    names = dict(zip(("leadI", "leadII", "leadIII", "AVR", "AVL", "AVF"), LEADS[:6], strict=True))
    samples = {name: integers(recording, (lead,))[0].tolist() for name, lead in names.items()}
    block = {"frequency": RATE, "mainsFrequency": 50, "amplitudeResolution": 1000 * MICROVOLTS, "numLeads": 6}
    return json.dumps(
        {
            "id": CANARY,
            "patientID": f"{CANARY}-1",
            "note": f"seen by {CANARY}",
            "recordedAt": "2021-03-17T13:14:15Z",
            "heartRate": 71,
            "algorithmDetermination": "normal",
            "deviceInfo": {"hardwareType": "6L", "serialNumber": CANARY},
            "data": {"raw": {**block, "samples": samples}},
        }
    ).encode()


def atc(recording: Recording) -> bytes:
    info = b"2021-03-17T13:14:15.000+00:00".ljust(32, b"\x00") + f"{CANARY}-1".encode().ljust(228, b"\x00")
    blocks = [(b"info", info), (b"fmt ", struct.pack("<BHHBH", 1, RATE, int(1000 * MICROVOLTS), 0, 0))]
    names = (b"ecg ", b"ecg2", b"ecg3", b"ecg4", b"ecg5", b"ecg6")
    blocks += [(name, row.tobytes()) for name, row in zip(names, integers(recording, LEADS[:6]), strict=True)]
    whole = b"ALIVE\x00\x00\x00\x02\x00\x00\x00"
    for name, data in blocks:
        block = name + struct.pack("<I", len(data)) + data
        whole += block + struct.pack("<I", sum(block))
    return whole


def ishne(recording: Recording) -> bytes:
    rows = integers(recording)
    comment = f"seen by {CANARY}".encode()
    fixed = struct.pack("<iiiih", len(comment), rows.shape[1], 522, 522 + len(comment), 1)
    fixed += b"Zebulon".ljust(40, b"\x00") + CANARY.encode().ljust(40, b"\x00") + CANARY.encode().ljust(20, b"\x00")
    fixed += struct.pack("<hh3h3h3h3h", 2, 0, 4, 7, 1951, 17, 3, 2021, 17, 3, 2021, 13, 14, 15)
    fixed += (
        struct.pack("<h", 12)
        + struct.pack("<12h", *(ISHNE_CODES[lead] for lead in LEADS))
        + struct.pack("<12h", *[1] * 12)
    )
    fixed += struct.pack("<12h", *[int(1000 * MICROVOLTS)] * 12) + struct.pack("<h", 0) + b"digital".ljust(40, b"\x00")
    fixed += (
        struct.pack("<h", RATE) + CANARY.encode().ljust(80, b"\x00") + b"".ljust(80, b"\x00") + b"".ljust(88, b"\x00")
    )
    assert len(fixed) == 512
    return b"ISHNE1.0" + struct.pack("<H", crc_hqx(fixed + comment, 0xFFFF)) + fixed + comment + rows.T.tobytes()


def scp(recording: Recording) -> bytes:
    rows = integers(recording)
    text = lambda tag, value: struct.pack("<BH", tag, len(value)) + value  # noqa: E731
    header = text(0, f"{CANARY}\x00".encode()) + text(1, b"Zebulon\x00") + text(2, f"{CANARY}-1\x00".encode())
    header += text(4, struct.pack("<HB", 69, 1)) + text(5, struct.pack("<HBB", 1951, 7, 4)) + text(8, b"\x02")
    header += (
        text(25, struct.pack("<HBB", 2021, 3, 17)) + text(26, b"\x0d\x0e\x0f") + text(22, f"{CANARY}\x00".encode())
    )
    header += text(255, b"")
    leads = struct.pack("<BB", 12, 0x64) + b"".join(
        struct.pack("<IIB", 1, rows.shape[1], SCP_CODES[lead]) for lead in LEADS
    )
    rhythm = struct.pack("<HHBB", int(1000 * MICROVOLTS), 1_000_000 // RATE, 0, 0)
    rhythm += struct.pack("<12H", *[2 * rows.shape[1]] * 12) + rows.tobytes()
    bodies = {1: header, 3: leads, 6: rhythm}
    start = 6 + 16 + 10 * 12
    sections, pointers = b"", struct.pack("<HII", 0, start - 6, 7)
    for number in range(1, 12):
        body = bodies.get(number, b"")
        body += b"\x00" * (len(body) % 2)
        length = 16 + len(body) if body else 0
        pointers += struct.pack("<HII", number, length, 1 + start + len(sections) if length else 0)
        if length:
            sections += _section(number, body, b"")
    whole = struct.pack("<I", start + len(sections)) + _section(0, pointers, b"SCPECG") + sections
    return struct.pack("<H", crc_hqx(whole, 0xFFFF)) + whole


def with_sums(data: bytes) -> bytes:
    """An SCP-ECG record whose checksums fit what was changed in it."""
    whole = bytearray(data)
    for place in range(12):
        at = 22 + 10 * place
        _, length, index = struct.unpack_from("<HII", whole, at) if at + 10 <= len(whole) else (0, 0, 0)
        if length and 1 < index < len(whole) - 2:
            start = index - 1
            struct.pack_into("<H", whole, start, crc_hqx(bytes(whole[start + 2 : start + length]), 0xFFFF))
    if len(whole) > 2:
        struct.pack_into("<H", whole, 0, crc_hqx(bytes(whole[2:]), 0xFFFF))
    return bytes(whole)


def _section(number: int, body: bytes, reserved: bytes) -> bytes:
    rest = struct.pack("<HIBB", number, 16 + len(body), 20, 20) + reserved.ljust(6, b"\x00") + body
    return struct.pack("<H", crc_hqx(rest, 0xFFFF)) + rest


def _pyedflib(recording: Recording, kind: int, digital: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "recording"))
        writer = pyedflib.EdfWriter(path, 12, file_type=kind)
        writer.setPatientName(f"Zebulon {CANARY}")
        writer.setPatientCode(f"{CANARY}-1")
        writer.setSex(0)
        writer.setBirthdate(datetime(1951, 7, 4).date())
        writer.setStartdatetime(datetime(2021, 3, 17, 13, 14, 15))
        writer.setTechnician(CANARY)
        writer.setEquipment(CANARY)
        limit = digital * MICROVOLTS / 1000
        for place, lead in enumerate(LEADS):
            writer.setSignalHeader(place, {
                "label": f"ECG {lead}", "dimension": "mV", "sample_frequency": RATE, "physical_min": -limit,
                "physical_max": limit, "digital_min": -digital, "digital_max": digital,
                "transducer": "", "prefilter": "",
            })  # fmt: skip
        rows = integers(recording).astype(np.int32)
        writer.writeSamples([np.ascontiguousarray(row) for row in rows], digital=True)
        writer.writeAnnotation(1.0, -1, f"seen by {CANARY}")
        writer.close()
        return Path(path).read_bytes()


def edf(recording: Recording) -> bytes:
    return _pyedflib(recording, pyedflib.FILETYPE_EDFPLUS, 32000)


def bdf(recording: Recording) -> bytes:
    return _pyedflib(recording, pyedflib.FILETYPE_BDFPLUS, 32000)


WRITERS: Mapping[str, Callable[[Recording], bytes]] = {
    "DICOM": dicom,
    "GE MUSE XML": muse,
    "Philips Sierra XML": sierra,
    "HL7 aECG": aecg,
    "Mortara ELI XML": mortara,
    "SCP-ECG": scp,
    "ISHNE": ishne,
    "Kardia JSON": kardia,
    "AliveCor ATC": atc,
    "EDF+": edf,
    "BDF+": bdf,
}
"""By the name that the reader gives to the format."""


def read_by_pydicom(data: bytes) -> FloatArray:
    """The rhythm group in µV, as pydicom scales it."""
    return pydicom.dcmread(io.BytesIO(data)).waveform_array(1).T
