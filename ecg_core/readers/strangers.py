"""What a file that no reader claims looks like, so that its refusal can say so."""

import re

__all__ = ["name_of"]

_SIGNATURES = (
    (re.compile(rb"ALIVE"), "an AliveCor ATC file"),
    (re.compile(rb"\xffBIOSEMI"), "a BDF file"),
    (re.compile(rb".{128}DICM", re.DOTALL), "a DICOM file"),
    (re.compile(rb".{16}SCPECG", re.DOTALL), "an SCP-ECG file"),
    (re.compile(rb"%PDF"), "a PDF file"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive or a spreadsheet"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff"), "a picture"),
    (re.compile(rb"\x89HDF|MATLAB 7\.3"), "an HDF5 file"),
)
_XML = (
    (b"RestingECG", "a GE MUSE XML file"),
    (b"AnnotatedECG", "an HL7 aECG file"),
    (b"restingecgdata", "a Philips Sierra XML file"),
)


def name_of(data: bytes) -> str:
    """A clause on what ``data`` looks like.

    >>> name_of(b"ALIVE....")
    'This looks like an AliveCor ATC file, which is not read yet'
    """
    for signature, kind in _SIGNATURES:
        if signature.match(data):
            return f"This looks like {kind}, which is not read yet"
    start = data[:4096].replace(b"\x00", b"")
    if re.match(rb"(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<", start):
        kind = next((kind for word, kind in _XML if word in start), "an XML or HTML file")
        return f"This looks like {kind}, which is not read yet"
    return "This is not a recording in any format that is read"
