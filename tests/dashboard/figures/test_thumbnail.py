"""A page of a PDF as a picture."""

import io
from concurrent.futures import ThreadPoolExecutor

from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from dashboard.figures.thumbnail import thumbnail


def document() -> bytes:
    """Two pages: the left half of the first is black, the second is empty."""
    canvas = Canvas(buffer := io.BytesIO(), pagesize=(200, 100))
    canvas.rect(0, 0, 100, 100, fill=1)
    canvas.showPage()
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_a_page_is_seen_in_its_proportions() -> None:
    png, pages = thumbnail(document(), width=400)
    picture = Image.open(io.BytesIO(png)).convert("L")
    assert pages == 2
    assert picture.size == (400, 200)
    assert picture.getpixel((100, 100)) == 0
    assert picture.getpixel((300, 100)) == 255
    assert Image.open(io.BytesIO(thumbnail(document(), 1)[0])).convert("L").getextrema() == (255, 255)


def test_many_sessions_may_ask_at_once() -> None:
    pdf = document()
    with ThreadPoolExecutor(8) as sessions:
        assert len({sessions.submit(thumbnail, pdf).result() for _ in range(24)}) == 1
