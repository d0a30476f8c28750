"""The report as PDF: the tracing in true millimetres on the first sheets, the numbers behind it."""

import io
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.metadata import version

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageBreak, PageTemplate
from reportlab.platypus.flowables import CallerMacro

from ecg_core.answers import answers
from ecg_core.export import drawing
from ecg_core.export.provenance import model_name, month, provenance, short_hash
from ecg_core.export.report_numbers import as_number, numbers
from ecg_core.export.report_words import WORDS
from ecg_core.export.sheet import MARGIN_MM, Placed, Sheet, place
from ecg_core.results import Analysis, Answer, Caliper
from ecg_core.vocabulary import ESTIMATED_MARK

__all__ = ["to_pdf"]

Words = Mapping[str, str]
NUMBERS, PAGES = "numbers", "pages"
COLUMN_GAP_MM, TEXT_MM, SMALL_MM, PAGE_MM = 7.0, 2.8, 2.5, 26.0


def to_pdf(
    analysis: Analysis,
    sheet: Sheet | None = None,
    *,
    said: Sequence[Answer] | None = None,
    calipers: Sequence[Caliper] = (),
    language: str = "en",
) -> bytes:
    """Return the report of an analysis; the same input gives the same bytes.

    ``sheet`` says what is printed and how; ``said`` are its answers (`ecg_core.answers.answers`), of which a withheld
    one is printed without any value; ``calipers`` are drawn where their lead and time are shown, and listed;
    ``language`` is a key of `WORDS`. It holds no name, day or file name; age and sex are in it where the network was
    told. Printed at 100 % a millimetre is a millimetre.

    >>> from pathlib import Path
    >>> from ecg_core import analyse, read
    >>> files = {path.name: path.read_bytes() for path in Path("sample_data").glob("A0002.*")}
    >>> to_pdf(analyse(read(files), passes=2))[:5]
    b'%PDF-'
    """
    sheet, words, buffer = sheet or Sheet(), WORDS[language], io.BytesIO()
    said = answers(analysis) if said is None else said
    document = BaseDocTemplate(
        buffer, pagesize=(sheet.width * mm, sheet.height * mm), invariant=1, pageCompression=1, lang=language,
        title=words["title"], author=f"ecg-core {version('ecg-core')}", subject=" ".join(provenance(analysis)),
        keywords=ESTIMATED_MARK,
    )  # fmt: skip
    sheets = place(analysis, sheet)
    page = partial(_page, analysis=analysis, sheet=sheet, words=words)
    document.addPageTemplates(
        [
            PageTemplate(f"{at}", _columns(sheet), partial(page, rows=rows, calipers=calipers))
            for at, rows in enumerate(sheets)
        ]
        + [PageTemplate(NUMBERS, _columns(sheet), page)]
    )
    story = []
    for following in (*map(str, range(1, len(sheets))), NUMBERS):
        story += [NextPageTemplate(following), PageBreak()]
    width = (sheet.right - sheet.left - COLUMN_GAP_MM) / 2 * mm
    document.build([*story, *numbers(analysis, said, calipers, words, width), CallerMacro(partial(_count, sheet))])
    return buffer.getvalue()


def _count(sheet: Sheet, last: CallerMacro) -> None:
    """Let all pages say how many there are, which the last one knows."""
    canvas = last.canv
    count = canvas.getPageNumber()
    canvas.beginForm(PAGES)
    canvas.scale(mm, mm)
    canvas.setFillColor(drawing.INK)
    canvas.setFont("Helvetica", TEXT_MM)
    canvas.drawString(sheet.right - 4, MARGIN_MM, f"{count}")
    canvas.endForm()


def _columns(sheet: Sheet) -> list[Frame]:
    """Two columns for the numbers."""
    width, bottom = (sheet.right - sheet.left - COLUMN_GAP_MM) / 2, MARGIN_MM + 9
    lefts = (sheet.left, sheet.left + width + COLUMN_GAP_MM)
    return [Frame(left * mm, bottom * mm, width * mm, (sheet.paper_top - bottom) * mm, 0, 0, 0, 0) for left in lefts]


def _page(
    canvas: Canvas,
    document: BaseDocTemplate,
    *,
    analysis: Analysis,
    sheet: Sheet,
    words: Words,
    rows: Sequence[Placed] = (),
    calipers: Sequence[Caliper] = (),
) -> None:
    """What stands on a page besides the numbers; here a unit of the canvas is a millimetre."""
    canvas.doForm(PAGES)
    canvas.saveState()
    canvas.scale(mm, mm)
    _frame(canvas, analysis, sheet, words, words["page"].format(page=document.page))
    if rows:
        drawing.draw_paper(canvas, sheet)
        drawing.draw_rows(canvas, analysis, sheet, rows, words)
        drawing.draw_calipers(canvas, calipers, sheet, rows)
        _below(canvas, analysis, sheet, words)
    canvas.restoreState()


def _frame(canvas: Canvas, analysis: Analysis, sheet: Sheet, words: Words, page: str) -> None:
    """Title, model, a line for a name where it is wanted, the notice and the number of the page."""
    top, result = sheet.height - MARGIN_MM, analysis.reconstruction
    canvas.setFillColor(drawing.INK)
    canvas.setFont("Helvetica-Bold", 4.2)
    canvas.drawString(sheet.left, top - 4, words["title"])
    canvas.setFont("Helvetica", TEXT_MM)
    recorded = month(analysis) or words["unknown_month"]
    canvas.drawRightString(
        sheet.right, top - 2.2, words["recording_line"].format(hash=short_hash(analysis), month=recorded)
    )
    made = words["model_line"].format(model=model_name(analysis), passes=result.passes, seed=result.seed)
    canvas.drawRightString(sheet.right, top - 5.8, made)
    if sheet.header:
        _name_line(canvas, sheet, top - 13, words)
    lines = [words["notice"]]
    if analysis.earlier is not None:
        lines.append(words["earlier_warning"])
    for number, line in enumerate(reversed(lines)):
        room = sheet.right - sheet.left - PAGE_MM
        canvas.setFont("Helvetica-Bold", 2.7 * min(1.0, room / canvas.stringWidth(line, "Helvetica-Bold", 2.7)))
        canvas.drawString(sheet.left, MARGIN_MM + 3.6 * number, line)
    canvas.setFont("Helvetica", TEXT_MM)
    canvas.drawRightString(sheet.right - 4.6, MARGIN_MM, page)


def _name_line(canvas: Canvas, sheet: Sheet, y: float, words: Words) -> None:
    """Blanks to be filled in by hand."""
    canvas.setFont("Helvetica", TEXT_MM)
    canvas.setLineWidth(0.15)
    canvas.setStrokeColor(drawing.INK)
    x = sheet.left
    for key, share in (("name", 0.42), ("born", 0.17), ("recorded", 0.24), ("by", 0.17)):
        width = (sheet.right - sheet.left) * share
        label = f"{words[key]}:"
        canvas.drawString(x, y, label)
        canvas.line(x + canvas.stringWidth(label, "Helvetica", TEXT_MM) + 1, y - 0.5, x + width - 3, y - 0.5)
        x += width


def _below(canvas: Canvas, analysis: Analysis, sheet: Sheet, words: Words) -> None:
    """Below the tracing: how it was printed, a ruler to check that it was, and what each line and colour means."""
    y = sheet.paper_bottom - 3.6
    canvas.setFillColor(drawing.INK)
    canvas.setFont("Helvetica-Bold", 2.9)
    canvas.drawString(sheet.left, y, _printed(analysis, sheet, words))
    corrections = analysis.examination.segments.corrections
    if corrections:
        canvas.setFont("Helvetica", SMALL_MM)
        removed = sum(one.after is None for one in corrections)
        canvas.drawRightString(sheet.right, y, words["legend_hand"].format(removed=removed))
    _legend(canvas, analysis, sheet.left, y - 4.0, words)
    y -= 8.0
    drawing.draw_doubt_scale(canvas, sheet.left, y, words)
    start, end = sheet.right - 50, sheet.right
    canvas.setStrokeColor(drawing.INK)
    canvas.setLineWidth(0.25)
    canvas.lines([(start, y, end, y), (start, y - 0.8, start, y + 0.8), (end, y - 0.8, end, y + 0.8)])
    canvas.drawRightString(start - 1.5, y - 0.6, words["ruler"])


def _printed(analysis: Analysis, sheet: Sheet, words: Words) -> str:
    """Speed, gain, filter and time, as they stand on every printed ECG."""
    preparation, whole = analysis.card.preparation, analysis.recording.duration
    found = [one.rpartition(" at ")[2] for one in analysis.examination.removed if one.startswith("mains at ")]
    return words["printed"].format(
        speed=sheet.speed, gain=sheet.gain,
        low=as_number(preparation.low_hz, words, 1), high=as_number(preparation.high_hz, words),
        notch=f"{words['notch']} {found[0]}" if found else words["no_notch"],
        start=as_number(sheet.start, words, 1), end=as_number(min(sheet.start + sheet.seconds, whole), words, 1),
        whole=as_number(whole, words, 1),
    )  # fmt: skip


def _legend(canvas: Canvas, analysis: Analysis, x: float, y: float, words: Words) -> None:
    """What each line means, drawn as it is drawn above."""
    lines = [
        ("legend_measured", drawing.MEASURED_INK, drawing.MEASURED_MM, ()),
        ("legend_estimated", drawing.ESTIMATED, drawing.ESTIMATED_MM, drawing.DASH),
        ("legend_reference", drawing.REFERENCE, drawing.REFERENCE_MM, ()),
    ]
    for key, colour, width, dash in lines if analysis.reference is not None else lines[:2]:
        canvas.saveState()
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(width)
        canvas.setDash(*dash)
        canvas.line(x, y + 0.8, x + 7, y + 0.8)
        canvas.restoreState()
        x = _say(canvas, words[key], x + 7, y)
    canvas.setFillColor(drawing.BAND)
    canvas.rect(x, y - 0.2, 4, 2, stroke=0, fill=1)
    x = _say(canvas, words["legend_band"].format(coverage=100 * analysis.reconstruction.coverage), x + 4, y)
    canvas.setStrokeColor(drawing.INK)
    canvas.setLineWidth(drawing.WAVE_MM)
    for key, fill in (("legend_qrs", 1), ("legend_t", 0)):
        canvas.rect(x, y + 0.2, 3, 1.2, stroke=1, fill=fill)
        x = _say(canvas, words[key], x + 3, y)


def _say(canvas: Canvas, text: str, x: float, y: float) -> float:
    """Write a word of the legend; returns where the next one begins."""
    canvas.setFillColor(drawing.INK)
    canvas.setFont("Helvetica", SMALL_MM)
    canvas.drawString(x + 0.8, y, text)
    return float(x + 0.8 + canvas.stringWidth(text, "Helvetica", SMALL_MM) + 3.2)
