"""A page of a PDF as a picture, so that what will be printed is seen before it is taken away."""

import io
from threading import Lock

import pypdfium2

__all__ = ["thumbnail"]

_LOCK = Lock()
"""PDFium works for one thread at a time, and every session has threads of its own."""


def thumbnail(pdf: bytes, page: int = 0, *, width: int = 1400) -> tuple[bytes, int]:
    """The ``page`` of a document (counted from 0) as PNG, ``width`` pixels wide, and how many pages there are.

    >>> from reportlab.pdfgen.canvas import Canvas
    >>> empty = Canvas(buffer := io.BytesIO())
    >>> empty.showPage()
    >>> empty.save()
    >>> thumbnail(buffer.getvalue())[1]
    1
    """
    with _LOCK, pypdfium2.PdfDocument(pdf) as document:
        shown = document[page]
        picture = shown.render(scale=width / shown.get_width()).to_pil()
        pages = len(document)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue(), pages
