"""What in a DICOM file tells who somebody is, by the attributes that its confidentiality profile takes out.

Source: DICOM PS3.15, Annex E, Table E.1-1 (Basic Application Level Confidentiality Profile), as far as it is about
people, places and identifiers; dates are kept as months wherever they are shown. All text of a free form counts.
"""

import io
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ecg_core.vocabulary import Removed

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["KEYWORDS", "removed_from_dicom"]

KEYWORDS: dict[Removed, str] = {
    Removed.NAME: "PatientName OtherPatientNames PatientBirthName PatientMotherBirthName ResponsiblePerson",
    Removed.IDENTIFIER: """PatientID OtherPatientIDs OtherPatientIDsSequence IssuerOfPatientID
        IssuerOfPatientIDQualifiersSequence MedicalRecordLocator InsurancePlanIdentification AdmissionID
        IssuerOfAdmissionID IssuerOfAdmissionIDSequence ServiceEpisodeID IssuerOfServiceEpisodeID
        IssuerOfServiceEpisodeIDSequence ClinicalTrialSubjectID ClinicalTrialSubjectReadingID""",
    Removed.BIRTH: "PatientBirthDate PatientBirthTime PatientBirthDateInAlternativeCalendar",
    Removed.SERIAL: """DeviceSerialNumber StationName PerformedStationName PerformedStationAETitle
        PerformedStationNameCodeSequence ScheduledStationName ScheduledStationAETitle ScheduledStationNameCodeSequence
        ScheduledStudyLocationAETitle DeviceUID GantryID DetectorID PlateID CassetteID RetrieveAETitle StationAETitle
        UDISequence UniqueDeviceIdentifier""",
    Removed.STAFF: """ReferringPhysicianIdentificationSequence PhysiciansOfRecordIdentificationSequence
        PerformingPhysicianIdentificationSequence PhysiciansReadingStudyIdentificationSequence
        OperatorIdentificationSequence RequestingPhysicianIdentificationSequence
        ConsultingPhysicianIdentificationSequence
        ScheduledPerformingPhysicianIdentificationSequence PersonIdentificationCodeSequence""",
    Removed.PLACE: """InstitutionName InstitutionAddress InstitutionCodeSequence InstitutionalDepartmentName
        InstitutionalDepartmentTypeCodeSequence CurrentPatientLocation PatientInstitutionResidence
        ScheduledPatientInstitutionResidence PerformedLocation ScheduledProcedureStepLocation ScheduledStudyLocation
        RequestingService OrderEntererLocation CustodialOrganizationSequence VerifyingOrganization
        ResponsibleOrganization ClinicalTrialSiteName ClinicalTrialSiteID ClinicalTrialSponsorName
        ClinicalTrialCoordinatingCenterName""",
    Removed.CONTACT: """PatientAddress PatientTelephoneNumbers PatientTelecomInformation CountryOfResidence
        RegionOfResidence ReferringPhysicianAddress ReferringPhysicianTelephoneNumbers PersonAddress
        PersonTelephoneNumbers PersonTelecomInformation OrderCallbackPhoneNumber OrderCallbackTelecomInformation""",
    Removed.PERSON: """EthnicGroup EthnicGroupCodeSequence Occupation MilitaryRank BranchOfService SmokingStatus
        PatientReligiousPreference PregnancyStatus LastMenstrualDate PatientState SpecialNeeds MedicalAlerts Allergies
        PatientPrimaryLanguageCodeSequence PatientInsurancePlanCodeSequence PatientSexNeutered ResponsiblePersonRole""",
    Removed.STUDY: """StudyInstanceUID SeriesInstanceUID SOPInstanceUID FrameOfReferenceUID ReferencedSOPInstanceUID
        AccessionNumber StudyID RequestedProcedureID ScheduledProcedureStepID PerformedProcedureStepID
        FillerOrderNumberImagingServiceRequest PlacerOrderNumberImagingServiceRequest""",
    Removed.TEXT: """StudyDescription SeriesDescription AdmittingDiagnosesDescription RequestedProcedureDescription
        PerformedProcedureStepDescription ScheduledProcedureStepDescription ReasonForStudy
        ReasonForTheRequestedProcedure ReasonForVisit RequestedContrastAgent ProtocolName""",
}
_KINDS = {keyword: kind for kind, keywords in KEYWORDS.items() for keyword in keywords.split()}
_WAVEFORMS = 0x5400_0100
"""The tag of the waveforms, before which everything of this kind stands."""
_DEEPEST = 8


def removed_from_dicom(data: bytes) -> tuple[Removed, ...]:
    """The kinds of personal things that are present in the header of a DICOM file, sequences in it included.

    What cannot be read may hold anything: it counts as free text.
    """
    from pydicom.errors import InvalidDicomError
    from pydicom.filereader import read_partial

    found: set[Removed] = set()
    try:
        whole = read_partial(io.BytesIO(data), stop_when=lambda tag, _vr, _length: tag >= _WAVEFORMS, force=True)
        found.update(_kinds(whole))
    except (ValueError, LookupError, TypeError, AttributeError, NotImplementedError, OSError, EOFError, struct.error):
        found.add(Removed.TEXT)
    except InvalidDicomError:
        found.add(Removed.TEXT)
    return tuple(kind for kind in Removed if kind in found)


def _kinds(dataset: "Dataset", depth: int = 0) -> Iterator[Removed]:
    from pydicom.datadict import dictionary_has_tag, dictionary_VR, keyword_for_tag

    for tag in dataset.keys():  # noqa: SIM118 - iterating over it would decode every value
        item = dataset.get_item(tag)
        if not item.value or (isinstance(item.value, bytes) and not item.value.strip(b"\0 ")):
            continue
        known = dictionary_has_tag(tag)
        kind = Removed.PRIVATE if tag.is_private else _kind(keyword_for_tag(tag), item.VR or "UN", known)
        if kind is not None:
            yield kind
        if known and "SQ" in (item.VR, dictionary_VR(tag)) and depth < _DEEPEST:
            for part in dataset[tag].value:
                yield from _kinds(part, depth + 1)


def _kind(keyword: str, representation: str, known: bool) -> Removed | None:
    """Of what kind an attribute is; other names are of staff."""
    from pydicom.datadict import dictionary_VR, tag_for_keyword

    if keyword in _KINDS:
        return _KINDS[keyword]
    tag = tag_for_keyword(keyword) if known else None
    form = representation if representation != "UN" or tag is None else dictionary_VR(tag)
    return {"PN": Removed.STAFF, "LT": Removed.TEXT, "ST": Removed.TEXT, "UT": Removed.TEXT}.get(form)
