"""Where each row of leads lies on sheets of paper: geometry in millimetres, without any drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ecg_core.errors import EcgError
from ecg_core.results import Analysis
from ecg_core.vocabulary import LEADS, MEASURED, Lead

__all__ = ["GRID", "SIZES_MM", "STRIP_MM", "Placed", "Rows", "Sheet", "place"]

Rows = tuple[tuple[Lead, ...], ...]
"""The leads of each row, which share the row's time equally."""
GRID: Rows = (*(LEADS[row::3] for row in range(3)), MEASURED)
"""Three rows of four leads, and Lead I below as the rhythm, which was measured there alone."""
SIZES_MM = {"A4": (297.0, 210.0), "Letter": (279.4, 215.9)}
"""Width and height of the sheets on offer, landscape."""
PAPER_MM = 250.0
MARGIN_MM = 7.0
TITLE_MM, HEADER_MM, FOOTER_MM = 9.0, 8.0, 20.0
LABEL_MM, STRIP_MM, CLEARANCE_MM = 4.0, 2.2, 1.0
LEAST_UP_MV, LEAST_DOWN_MV = 1.0, 0.3
"""Room for the calibration pulse, and for a flat lead."""
MOST_APART_MM = 15.0


@dataclass(frozen=True)
class Sheet:
    """How a tracing is printed: paper, rows of leads, speed (mm/s), gain (mm/mV), and from where (s).

    With ``header`` there is a line on which a name can be written by hand; leads in ``inverted`` are drawn upside down
    and named so (as -aVR in Cabrera's order). Raises `EcgError` for what cannot be printed.

    >>> Sheet(speed=50).seconds, Sheet().paper_left
    (5.0, 28.5)
    """

    size: str = "A4"
    rows: Rows = GRID
    speed: int = 25
    gain: int = 10
    start: float = 0.0
    header: bool = True
    inverted: tuple[Lead, ...] = ()

    def __post_init__(self) -> None:
        if self.size not in SIZES_MM or self.speed not in (25, 50) or self.gain not in (5, 10, 20) or not self.rows:
            raise EcgError(
                f"Found paper {self.size}, {self.speed} mm/s and {self.gain} mm/mV for {len(self.rows)} rows; expected "
                f"{' or '.join(SIZES_MM)}, 25 or 50 mm/s, 5, 10 or 20 mm/mV, and at least one row."
            )

    def sign(self, lead: Lead) -> int:
        """-1 for a lead that is drawn upside down, else 1."""
        return -1 if lead in self.inverted else 1

    @property
    def width(self) -> float:
        """Width of the sheet, mm."""
        return SIZES_MM[self.size][0]

    @property
    def height(self) -> float:
        """Height of the sheet, mm."""
        return SIZES_MM[self.size][1]

    @property
    def seconds(self) -> float:
        """How much time fits on it."""
        return PAPER_MM / self.speed

    @property
    def pulse(self) -> float:
        """Room for the calibration pulse to the left of the curves, mm; whole big boxes."""
        return 10.0 if self.speed == 25 else 15.0

    @property
    def paper_left(self) -> float:
        """Where the time begins, mm from the left edge."""
        return (self.width - PAPER_MM - self.pulse) / 2 + self.pulse

    @property
    def left(self) -> float:
        """The left edge of the ECG paper, and of everything written, mm."""
        return self.paper_left - self.pulse

    @property
    def right(self) -> float:
        """The right edge of the same, mm."""
        return self.paper_left + PAPER_MM

    @property
    def paper_bottom(self) -> float:
        """The lower edge of the ECG paper, mm."""
        return MARGIN_MM + FOOTER_MM

    @property
    def paper_top(self) -> float:
        """The upper edge of the ECG paper, mm; whole big boxes above the lower one."""
        room = self.height - self.paper_bottom - MARGIN_MM - TITLE_MM - (HEADER_MM if self.header else 0.0)
        return self.paper_bottom + 5.0 * (room // 5.0)

    def begins(self, leads: Sequence[Lead]) -> list[float]:
        """Where each lead of a row begins, and the last one ends, in s of the recording."""
        return [float(edge) for edge in np.linspace(self.start, self.start + self.seconds, len(leads) + 1)]


@dataclass(frozen=True)
class Placed:
    """A row on a sheet: its leads, the height of its baseline, of the foot of its lead names and of its strip, mm.

    ``cut``: whether its curves do not fit on any sheet at this gain, and end at the edge of the paper.
    """

    leads: tuple[Lead, ...]
    baseline: float
    label: float
    strip: float
    cut: bool = False


def place(analysis: Analysis, sheet: Sheet) -> list[list[Placed]]:
    """The rows of each sheet that is needed, from the top down, so that the curves of two rows never meet.

    >>> from pathlib import Path
    >>> from ecg_core import analyse, read
    >>> files = {path.name: path.read_bytes() for path in Path("sample_data").glob("A0003.*")}
    >>> analysis = analyse(read(files), passes=2)
    >>> [[len(rows) for rows in place(analysis, Sheet(gain=gain))] for gain in (10, 20)]
    [[4], [2, 2]]
    """
    reaches = [_reach(analysis, leads, sheet) for leads in sheet.rows]
    room = sheet.paper_top - sheet.paper_bottom
    sheets: list[list[int]] = [[]]
    for row in range(len(reaches)):
        if sheets[-1] and _needed([reaches[one] for one in (*sheets[-1], row)]) > room:
            sheets.append([])
        sheets[-1].append(row)
    return [_spread([sheet.rows[row] for row in rows], [reaches[row] for row in rows], sheet) for rows in sheets]


def _needed(reaches: Sequence[tuple[float, float]]) -> float:
    return sum(up + down + LABEL_MM + STRIP_MM + 2 * CLEARANCE_MM for up, down in reaches)


def _spread(rows: Sequence[tuple[Lead, ...]], reaches: Sequence[tuple[float, float]], sheet: Sheet) -> list[Placed]:
    """Rows over the height of one sheet, whose room left over is shared by the gaps between them."""
    room = sheet.paper_top - sheet.paper_bottom
    spare = room - _needed(reaches)
    gap = min(max(spare, 0.0) / len(rows), MOST_APART_MM)
    at = sheet.paper_top - LABEL_MM - reaches[0][0] - gap / 2
    baselines = [at]
    for (_, down), (up, _) in pairwise(reaches):
        at -= down + STRIP_MM + 2 * CLEARANCE_MM + LABEL_MM + up + gap
        baselines.append(at)
    placed = []
    for leads, baseline, (up, down) in zip(rows, baselines, reaches, strict=True):
        on_line = sheet.paper_bottom + round(baseline - sheet.paper_bottom)
        strip = max(on_line - down - CLEARANCE_MM - STRIP_MM, sheet.paper_bottom)
        placed.append(Placed(leads, on_line, min(on_line + up + 0.6, sheet.paper_top - 3.4), strip, cut=spare < 0))
    return placed


def _reach(analysis: Analysis, leads: Sequence[Lead], sheet: Sheet) -> tuple[float, float]:
    """How far the curves of a row reach above and below their baseline, recorded leads too, where printed, in mm."""
    result, reference = analysis.reconstruction, analysis.reference
    up, down = LEAST_UP_MV, LEAST_DOWN_MV
    for lead, (begin, end) in zip(leads, pairwise(sheet.begins(leads)), strict=True):
        first, last = (round(at * result.sampling_rate) for at in (begin, end))
        curves = [result.mean[result.row(lead), first:last]]
        if reference is not None and lead in reference:
            curves.append(reference[lead][first:last])
        for curve in curves:
            shown = sheet.sign(lead) * curve
            up, down = max(up, float(shown.max(initial=0))), max(down, -float(shown.min(initial=0)))
    return up * sheet.gain, down * sheet.gain
