"""Drawing an ECG on paper with reportlab: vector curves in true millimetres (the canvas is scaled to mm).

What was measured and what is estimated differ in weight, in line and in the word at each panel, so that a grey copy
still tells them apart; doubt runs from dark (none) to light (much), in cividis, whose lightness rises steadily.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from ecg_core.corrections import by_hand
from ecg_core.export.sheet import STRIP_MM, Placed, Sheet
from ecg_core.results import Analysis, Caliper, Segments
from ecg_core.vocabulary import LEADS, MEASURED, FloatArray, Lead

__all__ = [
    "BAND", "DASH", "ESTIMATED", "ESTIMATED_MM", "INK", "MEASURED_INK", "MEASURED_MM", "REFERENCE", "REFERENCE_MM",
    "TOP_MV", "WAVE_MM", "doubt_colour", "draw_calipers",
    "draw_doubt_scale", "draw_paper", "draw_rows",
]  # fmt: skip

TOP_MV = 0.5
"""The light end of the fixed scale of doubt."""
CELL_SECONDS = 0.02
HIGHEST_RATE = 250.0
FINE, BOLD = HexColor("#f4d9d5"), HexColor("#e3aaa3")
INK, MEASURED_INK, ESTIMATED = HexColor("#1c2a33"), HexColor("#000000"), HexColor("#00529b")
BAND, REFERENCE, CALIPER = HexColor("#c9dcec"), HexColor("#8a8a8a"), HexColor("#8a3a00")
MEASURED_MM, ESTIMATED_MM, REFERENCE_MM, WAVE_MM = 0.42, 0.27, 0.2, 0.18
"""Widths of lines."""
DASH = (1.6, 0.35)
"""mm; the gaps are shorter than the narrowest wave, and lie along the curve."""
CIVIDIS = ("#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838")
STEPS = 32


def _colours() -> tuple[Color, ...]:
    stops = np.array([HexColor(stop).rgb() for stop in CIVIDIS])
    at = np.linspace(0, len(stops) - 1, STEPS)
    return tuple(Color(*(float(np.interp(one, range(len(stops)), stops[:, k])) for k in range(3))) for one in at)


COLOURS = _colours()


def doubt_colour(sd: float) -> Color:
    """The colour of a spread in mV.

    >>> doubt_colour(0.0).hexval(), doubt_colour(9.0).hexval()
    ('0x00224e', '0xfee838')
    """
    return COLOURS[_step(sd)]


def _step(sd: float) -> int:
    return int(min(max(sd / TOP_MV, 0.0), 1.0) * (STEPS - 1) + 0.5)


def draw_paper(canvas: Canvas, sheet: Sheet) -> None:
    """Boxes of 1 mm and 5 mm, from the calibration pulse to the end of the time shown."""
    left, right = sheet.left, sheet.right
    bottom, top = sheet.paper_bottom, sheet.paper_top
    for every, colour, width in ((1, FINE, 0.08), (5, BOLD, 0.16)):
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(width)
        across = np.arange(0, round(right - left) + 1, every)
        up = np.arange(0, round(top - bottom) + 1, every)
        canvas.lines([(left + x, bottom, left + x, top) for x in across.tolist()])
        canvas.lines([(left, bottom + y, right, bottom + y) for y in up.tolist()])


def draw_rows(
    canvas: Canvas, analysis: Analysis, sheet: Sheet, rows: Sequence[Placed], words: Mapping[str, str]
) -> None:
    """All rows of a sheet: bands below, then doubt, recorded leads, curves and names; nothing leaves the paper."""
    canvas.saveState()
    paper = canvas.beginPath()
    paper.rect(sheet.left, sheet.paper_bottom, sheet.right - sheet.left, sheet.paper_top - sheet.paper_bottom)
    canvas.clipPath(paper, stroke=0, fill=0)
    panels = [_Panel(sheet, row, lead, *edges) for row in rows for lead, edges in _times(sheet, row)]
    for panel in panels:
        if panel.lead not in MEASURED:
            _band(canvas, analysis, panel)
    for panel in panels:
        if panel.lead in MEASURED:
            _waves(canvas, analysis.examination.segments, panel)
            _hand(canvas, analysis.examination.segments, panel)
        else:
            _doubt(canvas, analysis, panel)
            _reference(canvas, analysis, panel)
        _curve(canvas, analysis, panel)
    for row in rows:
        _pulse(canvas, sheet, row)
    for panel in panels:
        _name(canvas, panel, words)
    canvas.restoreState()


def _times(sheet: Sheet, row: Placed) -> list[tuple[Lead, tuple[float, float]]]:
    return list(zip(row.leads, pairwise(sheet.begins(row.leads)), strict=True))


@dataclass(frozen=True)
class _Panel:
    """One lead of a row on a sheet, from ``begin`` to ``end`` in s."""

    sheet: Sheet
    row: Placed
    lead: Lead
    begin: float
    end: float

    def x(self, time: float) -> float:
        """Where a time lies, mm."""
        return self.sheet.paper_left + (time - self.sheet.start) * self.sheet.speed

    def y(self, height: FloatArray) -> FloatArray:
        """Where voltages lie, mm."""
        return self.row.baseline + self.sheet.sign(self.lead) * self.sheet.gain * height

    def points(self, signal: FloatArray, rate: float) -> list[tuple[float, float]]:
        """The curve of ``signal (sample,)`` in mV at ``rate``, as points on the sheet."""
        step = max(1, ceil(rate / HIGHEST_RATE))
        first, last = ceil(round(self.begin * rate, 6)), min(int(round(self.end * rate, 6)) + 1, signal.size)
        at = np.arange(first, last, step)
        x = self.sheet.paper_left + (at / rate - self.sheet.start) * self.sheet.speed
        y = self.y(signal[at])
        return list(zip(x.tolist(), y.tolist(), strict=True))


def _stroke(canvas: Canvas, points: Sequence[tuple[float, float]], *, closed: bool = False) -> None:
    if len(points) < 2:
        return
    drawn = " ".join(f"{x:.2f} {y:.2f} {'l' if number else 'm'}" for number, (x, y) in enumerate(points))
    path = PDFPathObject([drawn, *(["h"] if closed else [])])  # written here, since point by point it takes seconds
    canvas.drawPath(path, stroke=0 if closed else 1, fill=1 if closed else 0)


def _curve(canvas: Canvas, analysis: Analysis, panel: _Panel) -> None:
    result, measured = analysis.reconstruction, panel.lead in MEASURED
    canvas.saveState()
    canvas.setLineJoin(1)
    canvas.setStrokeColor(MEASURED_INK if measured else ESTIMATED)
    canvas.setLineWidth(MEASURED_MM if measured else ESTIMATED_MM)
    if not measured:
        canvas.setDash(*DASH)
    _stroke(canvas, panel.points(result.mean[result.row(panel.lead)], result.sampling_rate))
    canvas.restoreState()


def _band(canvas: Canvas, analysis: Analysis, panel: _Panel) -> None:
    result = analysis.reconstruction
    low, high = (panel.points(side[result.row(panel.lead)], result.sampling_rate) for side in (result.low, result.high))
    canvas.saveState()
    canvas.setFillColor(BAND)
    canvas.setFillAlpha(0.7)
    _stroke(canvas, low + high[::-1], closed=True)
    canvas.restoreState()


def _reference(canvas: Canvas, analysis: Analysis, panel: _Panel) -> None:
    reference = analysis.reference
    if reference is None or panel.lead not in reference:
        return
    canvas.setStrokeColor(REFERENCE)
    canvas.setLineWidth(REFERENCE_MM)
    _stroke(canvas, panel.points(reference[panel.lead], reference.sampling_rate))


def _doubt(canvas: Canvas, analysis: Analysis, panel: _Panel) -> None:
    """Under a lead, the largest total spread in every 20 ms; equal neighbours are one box."""
    result = analysis.reconstruction
    sd, rate = result.total_sd[result.row(panel.lead)], result.sampling_rate
    edges = np.arange(panel.begin, min(panel.end, sd.size / rate) + 1e-9, CELL_SECONDS)
    at = np.round(edges * rate).astype(np.int64)
    steps = [_step(float(sd[one:other].max())) for one, other in pairwise(at.tolist())]
    starts = [k for k in range(len(steps)) if not k or steps[k] != steps[k - 1]]
    for k, until in zip(starts, [*starts[1:], len(steps)], strict=False):
        canvas.setFillColor(COLOURS[steps[k]])
        x, to = panel.x(float(edges[k])), panel.x(float(edges[until]))
        more = 0.03 if until < len(steps) else 0.0  # so that no white hair shows between two boxes
        canvas.rect(x, panel.row.strip, to - x + more, STRIP_MM, stroke=0, fill=1)


def _waves(canvas: Canvas, segments: Segments, panel: _Panel) -> None:
    """Under a measured lead: QRS as full bars, T waves as open ones."""
    canvas.setStrokeColor(INK)
    canvas.setFillColor(INK)
    canvas.setLineWidth(WAVE_MM)
    for waves, fill in ((segments.qrs, 1), (segments.t, 0)):
        for onset, offset in (waves / segments.sampling_rate).tolist():
            start, stop = max(onset, panel.begin), min(offset, panel.end)
            if stop > start:
                canvas.rect(panel.x(start), panel.row.strip + 0.5, panel.x(stop) - panel.x(start), 1.2, fill=fill)


def _hand(canvas: Canvas, segments: Segments, panel: _Panel) -> None:
    """A star over each mark that was corrected by hand."""
    canvas.setFont("Helvetica-Bold", 3.2)
    for mark in by_hand(segments):
        middle = (mark.onset + mark.offset) / 2 / segments.sampling_rate
        if panel.begin <= middle < panel.end:
            canvas.drawCentredString(panel.x(middle), panel.row.strip + 1.0, "*")


def _name(canvas: Canvas, panel: _Panel, words: Mapping[str, str]) -> None:
    """The lead, whether it was measured, and a tick where it begins within its row."""
    row, measured = panel.row, panel.lead in MEASURED
    text = words["measured" if measured else "estimated"]
    if measured and len(row.leads) == 1 and len(panel.sheet.rows) < len(LEADS):
        text += f" ({words['rhythm']})"
    if row.cut:
        text += f", {words['cut']}"
    x, name = panel.x(panel.begin) + 0.8, "-" * (panel.sheet.sign(panel.lead) < 0) + panel.lead.value
    after = x + canvas.stringWidth(name, "Helvetica-Bold", 3.2) + 1
    width = after - x + canvas.stringWidth(text, "Helvetica", 2.6)
    canvas.saveState()
    canvas.setFillColor(HexColor("#ffffff"))
    canvas.setFillAlpha(0.75)
    canvas.rect(x - 0.4, row.label - 0.7, width + 0.8, 3.6, stroke=0, fill=1)
    canvas.restoreState()
    canvas.setFillColor(MEASURED_INK if measured else ESTIMATED)
    canvas.setFont("Helvetica-Bold", 3.2)
    canvas.drawString(x, row.label, name)
    canvas.setFont("Helvetica", 2.6)
    canvas.drawString(after, row.label, text)
    if panel.begin > panel.sheet.start:
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.3)
        x = panel.x(panel.begin)
        canvas.line(x, row.baseline - 2, x, row.baseline + 2)


def _pulse(canvas: Canvas, sheet: Sheet, row: Placed) -> None:
    """1 mV for 200 ms before the row."""
    wide, x = 0.2 * sheet.speed, sheet.left + 2.0
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(0.3)
    y, top = row.baseline, row.baseline + sheet.gain
    _stroke(canvas, [(x, y), (x + 1, y), (x + 1, top), (x + 1 + wide, top), (x + 1 + wide, y), (x + 2 + wide, y)])


def draw_calipers(canvas: Canvas, calipers: Sequence[Caliper], sheet: Sheet, rows: Sequence[Placed]) -> None:
    """Each caliper where its lead is drawn at its time: a frame with its name."""
    canvas.setStrokeColor(CALIPER)
    canvas.setFillColor(CALIPER)
    canvas.setLineWidth(0.25)
    canvas.setFont("Helvetica-Bold", 2.6)
    for panel in (_Panel(sheet, row, lead, *edges) for row in rows for lead, edges in _times(sheet, row)):
        for one in calipers:
            if one.lead is panel.lead and panel.begin <= one.start and one.end <= panel.end:
                low, high = sorted(panel.y(np.array([one.from_mv, one.to_mv])).tolist())
                x = panel.x(one.start)
                canvas.rect(x, low, panel.x(one.end) - x, high - low, stroke=1, fill=0)
                canvas.drawString(x + 0.5, high - 2.4, one.name)


def draw_doubt_scale(canvas: Canvas, x: float, y: float, words: Mapping[str, str]) -> None:
    """The legend of the strips: their colours from none to `TOP_MV`, with the words at both ends and before them."""
    canvas.setFont("Helvetica", 2.5)
    canvas.setFillColor(INK)
    for key, gap in (("doubt", 1.5), ("least", 0.8)):
        canvas.drawString(x, y, words[key])
        x += canvas.stringWidth(words[key], "Helvetica", 2.5) + gap
    for step, colour in enumerate(COLOURS):
        canvas.setFillColor(colour)
        canvas.rect(x + step, y - 0.4, 1.03, STRIP_MM, stroke=0, fill=1)
    canvas.setFillColor(INK)
    canvas.drawString(x + STEPS + 1, y, words["most"])
