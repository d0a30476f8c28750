"""What a file that no reader claims looks like, so that its refusal can say so."""

import re

__all__ = ["name_of"]

_SIGNATURES = (
    (re.compile(rb"%PDF"), "a PDF file"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive or a spreadsheet"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff"), "a picture"),
    (re.compile(rb"\x89HDF|MATLAB 7\.3"), "an HDF5 file"),
    (re.compile(rb"(\xef\xbb\xbf)?\s*<"), "an XML or HTML file of another kind"),
)


def name_of(data: bytes) -> str:
    """A clause on what ``data`` looks like.

    >>> name_of(b"%PDF-1.7")
    'This looks like a PDF file, which is not read'
    """
    for signature, kind in _SIGNATURES:
        if signature.match(data):
            return f"This looks like {kind}, which is not read"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) and b"<" in data[:8]:
        return "This looks like an XML or HTML file of another kind, which is not read"
    return "This is not a recording in any format that is read"
