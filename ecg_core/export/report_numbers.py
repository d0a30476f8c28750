"""The report's numbers: what can be answered, what the network was told, doubt by lead, and what made it."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Spacer, Table

from ecg_core.corrections import log
from ecg_core.metadata import FIELDS
from ecg_core.pipeline import compare
from ecg_core.results import Analysis, Answer, Caliper
from ecg_core.uncertainty.calibration import calibration_for
from ecg_core.vocabulary import LEADS, MEASURED, Basis, Lead

__all__ = ["as_number", "numbers"]

Words = Mapping[str, str]
UNITS = {
    "age_years": "years", "ventricular_rate": "bpm", "qrs_ms": "ms", "r_axis_deg": "degrees", "t_axis_deg": "degrees",
}  # fmt: skip
PACKAGES = ("ecg-core", "torch", "numpy", "scipy", "neurokit2", "reportlab")
TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=2.7 * mm, leading=3.3 * mm)
HEAD = ParagraphStyle("head", TEXT, fontName="Helvetica-Bold")
TITLE = ParagraphStyle(
    "title", HEAD, fontSize=3.6 * mm, leading=4.6 * mm, spaceBefore=2.5 * mm, spaceAfter=0.8 * mm, keepWithNext=1
)
LINES = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LINEBELOW", (0, 0), (-1, -1), 0.08 * mm, HexColor("#9aa7b4")),
    ("LEFTPADDING", (0, 0), (-1, -1), 0.6 * mm),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0.6 * mm),
    ("TOPPADDING", (0, 0), (-1, -1), 0.3 * mm),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0.4 * mm),
]


def numbers(
    analysis: Analysis, said: Sequence[Answer], calipers: Sequence[Caliper], words: Words, width: float
) -> list[Flowable]:
    """Everything that is printed behind the tracing, in a column of ``width`` points."""
    return [
        *_answers(said, words, width),
        *_calipers(calipers, words, width),
        *_told(analysis, words, width),
        *_lead_i(analysis, words),
        *_corrections(analysis, words),
        *_leads(analysis, words, width),
        *_made(analysis, words, width),
    ]


def as_number(value: float, words: Words, decimals: int = 0) -> str:
    """A number as the language of ``words`` writes it.

    >>> as_number(-1.25, {"point": ","}, 2)
    '-1,25'
    """
    return f"{value:.{decimals}f}".replace(".", words["point"])


def _with_unit(value: float, unit: str, words: Words) -> str:
    """A value of an answer: two decimals in mV, one where it has no unit."""
    shown = as_number(value, words, {"mV": 2, "": 1}.get(unit, 0))
    return shown + unit if unit == "°" else f"{shown} {words.get(unit, unit)}".strip()


def _paragraph(text: str, style: ParagraphStyle = TEXT) -> Paragraph:
    """``text`` in the letters that the standard fonts of PDF have."""
    plain = text.replace("≥", ">=").replace("≤", "<=").replace("−", "-").replace("→", "->").replace("√", "sqrt ")
    return Paragraph(escape(plain.encode("cp1252", "replace").decode("cp1252")), style)


def _table(rows: Sequence[Sequence[str]], shares: Sequence[float], width: float, *, headed: bool = True) -> Table:
    cells = [
        [_paragraph(cell, HEAD if headed and not number else TEXT) for cell in row] for number, row in enumerate(rows)
    ]
    widths = [width * share for share in shares]
    return Table(cells, colWidths=widths, style=LINES, repeatRows=1 if headed else 0, hAlign="LEFT")


def _answers(said: Sequence[Answer], words: Words, width: float) -> list[Flowable]:
    """One line a question; where the answer is withheld there is the reason and nothing else."""
    rows = [[words["question"], words["answer"], words["basis"]]]
    rows += [[words[one.question], _answer(one, words), _basis(one, words)] for one in said]
    return [_paragraph(words["answers"], TITLE), _table(rows, (0.27, 0.25, 0.48), width)]


def _answer(one: Answer, words: Words) -> str:
    if one.basis is Basis.WITHHELD or one.value is None:
        return "–"
    value = _with_unit(one.value, one.unit, words)
    if one.low is None or one.high is None:
        return value
    low, high = (_with_unit(bound, one.unit, words) for bound in (one.low, one.high))
    return f"{value} ({words['interval'].format(low=low, high=high)})"


def _basis(one: Answer, words: Words) -> str:
    """Measured, told by whom, estimated, or withheld and why."""
    basis = words[f"basis.{one.basis.value}"]
    cause = words.get(f"cause.{one.cause}")
    why = words.get(one.why, one.why) if cause is None else cause.format(**one.figures)
    return f"{basis}: {why}" if why else basis


def _calipers(calipers: Sequence[Caliper], words: Words, width: float) -> list[Flowable]:
    if not calipers:
        return []
    rows = [[words["caliper"], words["lead"], words["span"], words["height"]]]
    rows += [_caliper(one, words) for one in calipers]
    return [_paragraph(words["calipers"], TITLE), _table(rows, (0.18, 0.25, 0.23, 0.34), width)]


def _caliper(one: Caliper, words: Words) -> list[str]:
    kind = words["measured" if one.lead in MEASURED else "estimated"]
    ms, height = 1000 * abs(one.end - one.start), _with_unit(one.to_mv - one.from_mv, "mV", words)
    if one.interval_mv is not None:
        low, high = (_with_unit(bound, "mV", words) for bound in one.interval_mv)
        height += f" ({words['interval'].format(low=low, high=high)})"
    rate = f", {60000 / ms:.0f} {words['bpm']}" if ms else ""
    return [one.name, f"{one.lead} {kind}", f"{ms:.0f} ms{rate}", height]


def _told(analysis: Analysis, words: Words, width: float) -> list[Flowable]:
    metadata, earlier = analysis.metadata, analysis.earlier
    rows = [[words["field"], words["value"], words["origin"]]]
    for name in FIELDS:
        value = getattr(metadata, name)
        if value is None:
            rows.append([words[name], words["unknown"], "–"])
            continue
        unit = words[UNITS[name]] if name in UNITS else ""
        shown = words[value.value] if name == "sex" else f"{value:.0f} {unit}".replace(" °", "°").strip()
        rows.append([words[name], shown, words[metadata.origin(name).value]])
    if earlier is None:
        rows.append([words["earlier"], words["earlier_none"], "–"])
    else:
        days = earlier.days_before
        age = words["earlier_unknown"] if days is None else words["earlier_age"].format(days=days)
        rows.append([words["earlier"], age, words["uploaded"]])
    parts = [_paragraph(words["told"], TITLE), _table(rows, (0.3, 0.25, 0.45), width)]
    if analysis.change is not None and analysis.change.unusual:
        what = "; ".join(analysis.change.unusual)
        parts += [Spacer(1, mm), _paragraph(words["changed"].format(what=what), HEAD)]
    return parts


def _lead_i(analysis: Analysis, words: Words) -> list[Flowable]:
    """The quality of what was measured, and how many waves were found."""
    examination, seconds = analysis.examination, as_number(analysis.recording.duration, words, 1)
    segments, quality = examination.segments, examination.quality
    found = words["beats"].format(qrs=len(segments.qrs), t=len(segments.t), seconds=seconds)
    lines = [segments.not_delineated or found, f"{words['quality']}: {words[quality.verdict.value]}."]
    lines += [finding.reason for finding in quality.findings]
    return [_paragraph(words["lead_i"], TITLE), _paragraph(" ".join(lines))]


def _corrections(analysis: Analysis, words: Words) -> list[Flowable]:
    """What was corrected by hand among the marks, and what that changes."""
    said = log(analysis.examination.segments, words)
    if not said:
        return []
    return [_paragraph(words["corrections"], TITLE), *map(_paragraph, (*said, words["corrections_about"]))]


def _leads(analysis: Analysis, words: Words, width: float) -> list[Flowable]:
    scores = compare(analysis)
    keys = ["lead", "half_width", "total_sd", "epistemic_sd", *(["against"] if scores else [])]
    rows = [[words[key] for key in keys]]
    for lead in LEADS:
        score = [as_number(scores[lead].r, words, 2) if lead in scores else "–"] if scores else []
        rows.append(_lead(analysis, lead, words) + score)
    shares = (0.26, 0.18, 0.18, 0.21, 0.17) if scores else (0.3, 0.23, 0.23, 0.24)
    return [_paragraph(words["leads"], TITLE), _table(rows, shares, width)]


def _lead(analysis: Analysis, lead: Lead, words: Words) -> list[str]:
    result, row = analysis.reconstruction, analysis.reconstruction.row(lead)
    if lead in MEASURED:
        return [f"{lead} {words['measured']}", "–", "–", "–"]
    means = (float((result.high[row] - result.low[row]).mean()) / 2,
             float(result.total_sd[row].mean()), float(result.epistemic_sd[row].mean()))  # fmt: skip
    return [f"{lead} {words['estimated']}", *(as_number(mean, words, 3) for mean in means)]


def _made(analysis: Analysis, words: Words, width: float) -> list[Flowable]:
    recording, result, card = analysis.recording, analysis.reconstruction, analysis.card
    calibration = calibration_for(card, analysis.metadata, earlier_beat=analysis.earlier is not None)
    size = words["size"].format(
        source=recording.source, rate=recording.sampling_rate, seconds=as_number(recording.duration, words, 1),
        leads=", ".join(recording.leads),
    )  # fmt: skip
    band = words["calibrated_on"].format(coverage=100 * result.coverage, records=calibration.fitted_on)
    rows = [
        [words["recording"], " ".join((size, *recording.notes))],
        [words["model"], f"{card.name}, {card.architecture}"],
        [words["weights"], card.weights_sha256],
        [words["passes"], f"{result.passes}, {result.seed}"],
        [words["calibrated"], band],
        [words["versions"], ", ".join(f"{name} {version(name)}" for name in PACKAGES)],
    ]
    return [_paragraph(words["made"], TITLE), _table(rows, (0.24, 0.76), width, headed=False)]
