"""Colours, ECG paper and layouts: every choice of appearance in one place.

Colours are from Okabe and Ito's set, which people with any form of colour blindness can tell apart; nothing is told
by colour alone.
"""

from dataclasses import dataclass
from enum import StrEnum

from ecg_core.vocabulary import LEADS, Lead

__all__ = ["DARK", "GAINS", "LIGHT", "ON_PRIMARY", "PAGE_MM", "SPEEDS", "Layout", "LeadOrder", "Palette", "Spread"]

SPEEDS = (25, 50)
"""Paper speeds on offer, mm/s."""
ON_PRIMARY = "#0e171d"
"""What is written on the dark theme's primary colour; white would fade there."""
GAINS = (5, 10, 20)
"""Gains on offer, mm/mV."""
PAGE_MM = 250.0
"""Length of paper that is shown at once: ten seconds at 25 mm/s, five at 50 mm/s."""


class LeadOrder(StrEnum):
    """In which order the leads are shown; its value is how it is printed in every language, and in the page's address.

    Cabrera's order goes through the frontal plane in steps of 30 degrees, for which aVR is shown upside down.
    """

    STANDARD = "Standard"
    CABRERA = "Cabrera"

    @property
    def leads(self) -> tuple[Lead, ...]:
        """The twelve leads in this order.

        >>> " ".join(LeadOrder.CABRERA.leads[:6])
        'aVL I aVR II aVF III'
        """
        if self is LeadOrder.STANDARD:
            return LEADS
        return (Lead.AVL, Lead.I, Lead.AVR, Lead.II, Lead.AVF, Lead.III, *LEADS[6:])

    def sign(self, lead: Lead) -> int:
        """-1 for a lead that is shown upside down, else 1."""
        return -1 if self is LeadOrder.CABRERA and lead is Lead.AVR else 1

    def shown_as(self, lead: Lead) -> str:
        """How the lead is called as it is shown.

        >>> LeadOrder.CABRERA.shown_as(Lead.AVR)
        '−aVR'
        """
        return f"−{lead}" if self.sign(lead) < 0 else str(lead)


class Layout(StrEnum):
    """How the twelve leads are laid out on the page; its value is how it is printed."""

    GRID = "3×4 + rhythm"
    PAIRS = "6×2"
    STACK = "12×1"

    def rows(self, order: LeadOrder = LeadOrder.STANDARD) -> tuple[tuple[Lead, ...], ...]:
        """Leads of each row from left to right, sharing the row's time equally.

        The rhythm row is Lead I, the only lead in which rhythm was measured.

        >>> [str(lead) for lead in Layout.GRID.rows()[0]]
        ['I', 'aVR', 'V1', 'V4']
        >>> [str(lead) for lead in Layout.PAIRS.rows(LeadOrder.CABRERA)[0]]
        ['aVL', 'V1']
        """
        if self is Layout.STACK:
            return tuple((lead,) for lead in order.leads)
        if self is Layout.PAIRS:
            return tuple(order.leads[row::6] for row in range(6))
        return (*(order.leads[row::3] for row in range(3)), (Lead.I,))


class Spread(StrEnum):
    """Which doubt the heat strips show; its value is how it is printed."""

    TOTAL = "total"
    PASSES = "passes"

    @property
    def top_mv(self) -> float:
        """The end of the fixed colour scale in mV."""
        return 0.5 if self is Spread.TOTAL else 0.05


@dataclass(frozen=True)
class Palette:
    """Colours of one appearance of the tracing, as CSS.

    Plotly makes a pressed button nearly white in every appearance, so ``button_ink`` is always dark.
    """

    page: str
    paper: str
    fine_line: str
    bold_line: str
    ink: str
    faint_ink: str
    measured: str
    estimated: str
    band: str
    reference: str
    compared: str
    caliper: str
    qrs: str
    qrs_edge: str
    t: str
    t_edge: str
    button: str
    button_edge: str
    button_ink: str


LIGHT = Palette(
    page="#ffffff",
    paper="#fffafa",
    fine_line="rgba(214,120,120,0.20)",
    bold_line="rgba(205,95,95,0.42)",
    ink="#1c2a33",
    faint_ink="#5b6673",
    measured="#000000",
    estimated="#00529b",
    band="rgba(0,114,178,0.20)",
    reference="rgba(110,110,110,0.75)",
    compared="#b84a00",
    caliper="#8a2a66",
    qrs="rgba(230,159,0,0.17)",
    qrs_edge="#8a5a00",
    t="rgba(0,158,115,0.13)",
    t_edge="#00654a",
    button="#d3dce2",
    button_edge="#5b6673",
    button_ink="#1c2a33",
)

DARK = Palette(
    page="#12191e",
    paper="#151d23",
    fine_line="rgba(150,170,190,0.08)",
    bold_line="rgba(150,170,190,0.24)",
    ink="#e3eaee",
    faint_ink="#9aa7b4",
    measured="#ffffff",
    estimated="#6cb6ff",
    band="rgba(86,180,233,0.24)",
    reference="rgba(175,175,175,0.70)",
    compared="#ff9a5c",
    caliper="#ff9bd2",
    qrs="rgba(230,159,0,0.18)",
    qrs_edge="#f0b840",
    t="rgba(0,190,140,0.15)",
    t_edge="#4fd1ab",
    button="#8795a3",
    button_edge="#12191e",
    button_ink="#12191e",
)
