"""The printed report: true millimetres, what is measured told apart from what is estimated, nothing withheld in it."""

import io
import re
from dataclasses import replace
from string import Formatter

import numpy as np
import pypdf
import pypdfium2
import pytest

from ecg_core import LEADS, Lead, Sex, analyse
from ecg_core.answers import QUESTIONS, WHY, answers
from ecg_core.errors import EcgError
from ecg_core.export.notice import EARLIER_WARNING, RESEARCH_ONLY
from ecg_core.export.provenance import model_name, short_hash
from ecg_core.export.report import to_pdf
from ecg_core.export.report_numbers import as_number
from ecg_core.export.report_words import WORDS
from ecg_core.export.sheet import SIZES_MM, Sheet, place
from ecg_core.metadata import FIELDS
from ecg_core.results import Answer, Caliper
from ecg_core.signals.beats import median_beat
from ecg_core.signals.twelve_lead_values import UNITS, twelve_lead_values
from ecg_core.vocabulary import MEASURED, Basis, Origin, Verdict

POINTS_PER_MM = 72 / 25.4
STACK = tuple((lead,) for lead in LEADS)
FIVE = STACK[:5]


def texts(pdf):
    """The text of each page, its lines joined."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def whole(pdf):
    return " ".join(texts(pdf))


def strokes(page):
    """Every straight stroke of a page in mm: colour, and both its ends."""
    found, colour = [], None
    for line in page.get_contents().get_data().decode("latin-1").splitlines():
        numbers = [float(one) for one in re.findall(r"-?\d*\.?\d+", line)]
        if line.endswith("RG"):
            colour = tuple(numbers)
        elif len(numbers) == 4 and re.fullmatch(r"\S+ \S+ m \S+ \S+ l", line.strip()):
            found.append((colour, *numbers))
    return found


def looks(pdf, page=0, scale=4):
    """A page in grey, ``(y, x)`` from 0 (black) to 255, with ``scale`` pixels a point."""
    with pypdfium2.PdfDocument(pdf) as document:
        return np.asarray(document[page].render(scale=scale).to_pil().convert("L"))


def darkest(grey, sheet, row, begin, end, scale=4):
    """For each column of a row's paper between two times, how dark its darkest pixel is."""
    per_mm = scale * POINTS_PER_MM
    left, right = (round((sheet.paper_left + at * sheet.speed) * per_mm) for at in (begin, end))
    top, bottom = (
        round((sheet.height - row.baseline - off) * per_mm) for off in (0.25 * sheet.gain, -0.25 * sheet.gain)
    )
    return grey[top:bottom, left:right].min(axis=0)


@pytest.fixture(scope="module")
def report(analysis):
    return to_pdf(analysis)


@pytest.mark.parametrize("size", SIZES_MM)
def test_the_page_is_as_large_as_its_paper_and_a_millimetre_is_a_millimetre(size, analysis):
    sheet = Sheet(size=size)
    first = pypdf.PdfReader(io.BytesIO(to_pdf(analysis, sheet))).pages[0]
    assert np.allclose(
        [float(side) for side in first.mediabox[2:]], np.multiply(SIZES_MM[size], POINTS_PER_MM), atol=0.01
    )
    lines = strokes(first)
    bold = next(colour for colour, *_ in lines if colour == pytest.approx((0.89, 0.667, 0.639), abs=0.01))
    fine = next(colour for colour, *_ in lines if colour == pytest.approx((0.957, 0.851, 0.835), abs=0.01))
    for colour, every in ((fine, 1.0), (bold, 5.0)):
        across = sorted({x1 for one, x1, _, x2, _ in lines if one == colour and x1 == x2})
        up = sorted({y1 for one, _, y1, _, y2 in lines if one == colour and y1 == y2})
        assert np.allclose(np.diff(across), every)
        assert np.allclose(np.diff(up), every)
        assert across[-1] - across[0] == pytest.approx(260)
        assert up[-1] - up[0] >= 150
    assert "2.834646 0 0 2.834646 0 0 cm" in first.get_contents().get_data().decode("latin-1")  # 1 mm in points


def test_every_page_says_what_it_is_by_whom_and_how_many_there_are(analysis, report):
    assert len(texts(report)) == 2
    for number, said in enumerate(texts(report), start=1):
        assert RESEARCH_ONLY in said
        assert EARLIER_WARNING not in said
        assert f"Estimated by {model_name(analysis)} · 4 passes · seed 3" in said
        assert f"Recording {short_hash(analysis)} · 2021-03" in said
        assert re.search(rf"Page {number} of\b", said)
        assert re.search(r"(^| )2( |$)", said)


def test_an_earlier_ecg_is_warned_of_on_every_page(with_earlier):
    said = texts(to_pdf(with_earlier))
    assert all(EARLIER_WARNING in page for page in said)
    assert "12 days old" in said[-1]
    assert WORDS["de"]["earlier_warning"] in whole(to_pdf(with_earlier, language="de"))


def test_the_settings_stand_on_the_tracing(analysis):
    assert "25 mm/s · 10 mm/mV · 0.5–40 Hz · no notch · 0.0 to 10.0 s of 10.0 s" in whole(to_pdf(analysis))
    buzzing = replace(analysis, examination=replace(analysis.examination, removed=("below", "mains at 50 Hz")))
    said = whole(to_pdf(buzzing, Sheet(speed=50, gain=20, start=2), language="de"))
    assert "50 mm/s · 20 mm/mV · 0,5–40 Hz · Netzfilter 50 Hz · 2,0 bis 7,0 s von 10,0 s" in said


def test_every_lead_says_whether_it_was_measured(report):
    said = texts(report)[0]
    assert "I measured" in said
    assert "I measured (rhythm)" in said
    for lead in LEADS[1:]:
        assert f"{lead} estimated" in said


def test_the_measured_lead_is_told_apart_without_colour(analysis):
    """In grey, Lead I is darker than any estimated lead, and never broken, which they are."""
    lead_i_only = analyse(analysis.recording.only(Lead.I), passes=2)
    sheet = Sheet(rows=FIVE, header=False)
    grey = looks(to_pdf(lead_i_only, sheet))
    measured, *estimated = place(lead_i_only, sheet)[0]
    curve = darkest(grey, sheet, measured, 1.2, 9.9)
    assert curve.max() < 90
    assert len(estimated) == 4
    for row in estimated:
        dashed = darkest(grey, sheet, row, 1.2, 9.9)
        assert (dashed > 130).mean() > 0.03, row.leads
        assert np.median(dashed) > np.median(curve) + 25, row.leads


def test_the_strip_of_doubt_gets_lighter_with_doubt(analysis):
    sure = replace(
        analysis,
        reconstruction=replace(analysis.reconstruction, total_sd=np.full_like(analysis.reconstruction.mean, 0.02)),
    )
    unsure = replace(
        analysis,
        reconstruction=replace(analysis.reconstruction, total_sd=np.full_like(analysis.reconstruction.mean, 0.3)),
    )
    sheet = Sheet(rows=STACK[:2])
    row = place(sure, sheet)[0][1]
    y, x = (round(at * 4 * POINTS_PER_MM) for at in (sheet.height - row.strip - 1.1, sheet.paper_left + 100))
    assert looks(to_pdf(sure, sheet))[y, x] + 50 < looks(to_pdf(unsure, sheet))[y, x]


def test_curves_of_two_rows_never_meet_whatever_the_gain(analysis):
    result = analysis.reconstruction
    for gain in (5, 10, 20):
        sheet = Sheet(gain=gain, rows=STACK)
        printed = place(analysis, sheet)
        assert [row.leads for rows in printed for row in rows] == list(STACK)
        for rows in printed:
            foot = sheet.paper_top
            for row in rows:
                curve = row.baseline + gain * result.mean[result.row(row.leads[0])]
                assert curve.max() <= foot + 0.01
                assert curve.min() >= row.strip
                assert row.strip >= sheet.paper_bottom
                foot = row.strip


def test_a_curve_too_tall_for_any_sheet_says_that_it_is_cut_off(analysis):
    tall = replace(analysis, reconstruction=replace(analysis.reconstruction, mean=analysis.reconstruction.mean * 20))
    assert "cut off at the edge" in whole(to_pdf(tall, Sheet(gain=20, rows=((Lead.V3,),))))
    assert "cut off at the edge" not in whole(to_pdf(analysis))


def test_a_lead_upside_down_is_named_so_and_mirrored(analysis):
    sheet = Sheet(rows=((Lead.AVR,),), inverted=(Lead.AVR,))
    assert "-aVR estimated" in whole(to_pdf(analysis, sheet))
    (row,), (upright,) = place(analysis, sheet)[0], place(analysis, Sheet(rows=((Lead.AVR,),)))[0]
    assert row.baseline - row.strip < upright.baseline - upright.strip  # what reached down now reaches up


def test_metadata_stand_with_their_origin(analysis):
    said = whole(to_pdf(analysis))
    assert "Age 49 years typed by the user" in said
    assert re.search(r"QRS duration \d+ ms measured on Lead I", said)
    assert "R axis unknown" in said
    assert "Sex unknown" in said
    assert "Alter 49 Jahre eingegeben" in whole(to_pdf(analysis, language="de"))


def test_a_withheld_value_is_nowhere_and_its_reason_is(analysis):
    said = answers(analysis)
    withheld = [one for one in said if one.basis is Basis.WITHHELD]
    assert {"st_anterior_mv", "sokolow_lyon_mv", "r_progression"} <= {one.question for one in withheld}
    pdf = to_pdf(analysis)
    printed = texts(pdf)[-1]
    for one in withheld:
        name = re.escape(WORDS["en"][one.question])
        assert re.search(rf"{name} – withheld: ", printed), one.question
    segments, result = analysis.examination.segments, analysis.reconstruction
    secret = twelve_lead_values(
        median_beat(result.mean, segments.r_peaks, segments.sampling_rate), bounds_from=MEASURED
    )
    assert {one.question for one in withheld} >= secret.keys()
    known = [
        Answer(one.question, Basis.MEASURED, secret[one.question], unit=UNITS[one.question])
        if one.question in secret
        else one
        for one in said
    ]
    told = texts(to_pdf(analysis, said=known))[-1]
    for name, value in secret.items():
        shown = f"{WORDS['en'][name]} {as_number(value, WORDS['en'], 2 if UNITS[name] == 'mV' else 0)}"
        if name != "r_progression":
            assert shown in told  # it would be found if it were printed
        assert shown not in printed


def test_each_basis_of_an_answer_is_said(analysis):
    said = (
        Answer("ventricular_rate", Basis.MEASURED, 74.0, unit="bpm"),
        Answer("r_axis_deg", Basis.TOLD, -12.0, unit="°", why=Origin.FILE.value),
        Answer("cornell_mv", Basis.ESTIMATED, 1.2, 0.6, 1.9, "mV"),
        Answer("st_lateral_mv", Basis.WITHHELD, why=WHY["no_beats"], cause="no_beats"),
        Answer("st_inferior_mv", Basis.WITHHELD, why="For a reason of tomorrow.", cause="tomorrow"),
    )
    for language, lines in {
        "en": (
            "Ventricular rate 74 bpm measured on Lead I",
            "R axis -12° told: read from the file",
            "Cornell voltage 1.20 mV (90 %: 0.60 mV to 1.90 mV) estimated by the model",
            "ST lateral – withheld: no QRS complexes",
            "ST inferior – withheld: For a reason of tomorrow.",
        ),
        "de": (
            "Kammerfrequenz 74 /min gemessen auf Ableitung I",
            "R-Achse -12° angegeben: aus der Datei",
            "Cornell-Index 1,20 mV (90 %: 0,60 mV bis 1,90 mV) vom Modell geschätzt",
            "ST lateral – zurückgehalten: auf Ableitung I wurde kein QRS gefunden",
            "ST inferior – zurückgehalten: For a reason of tomorrow.",
        ),
    }.items():
        printed = whole(to_pdf(analysis, said=said, language=language))
        for line in lines:
            assert line in printed


def test_calipers_are_listed_and_on_an_estimated_lead_have_their_interval(analysis):
    calipers = (Caliper("A", Lead.I, 0.5, 1.3, 0.0, 0.8), Caliper("B", Lead.V2, 6.0, 6.4, -0.5, 0.6, (0.7, 1.6)))
    said = whole(to_pdf(analysis, calipers=calipers))
    assert "A I measured 800 ms, 75 bpm 0.80 mV" in said
    assert "B V2 estimated 400 ms, 150 bpm 1.10 mV (90 %: 0.70 mV to 1.60 mV)" in said


def test_the_line_for_a_name_can_be_left_out(analysis, report):
    assert all("Name:" in page and "Born:" in page for page in texts(report))
    assert "Name:" not in whole(to_pdf(analysis, Sheet(header=False)))


def test_a_heading_stands_above_its_table(analysis):
    """Where the numbers fill more than one column, no heading is left behind at the foot of one."""
    long = [Answer(name, Basis.WITHHELD, why="It is long. " * 14, cause="long") for name in QUESTIONS]
    for count in range(8, len(long)):
        printed = whole(to_pdf(analysis, Sheet(speed=50, rows=((Lead.I,),)), said=long[:count]))
        for heading, first in (("told", "field"), ("leads", "lead"), ("made", "recording")):
            assert f"{WORDS['en'][heading]} {WORDS['en'][first]} " in printed, count


def test_the_same_analysis_prints_the_same_bytes(analysis, report):
    assert to_pdf(analysis) == report


def test_what_cannot_be_printed_is_refused():
    with pytest.raises(EcgError, match="expected A4 or Letter"):
        Sheet(size="A5")
    with pytest.raises(EcgError, match="5, 10 or 20 mm/mV"):
        Sheet(gain=7)


def test_both_languages_have_the_same_words_for_everything_that_can_be_said():
    def fields(said):
        return {name for _, name, _, _ in Formatter().parse(said) if name}

    english, german = WORDS["en"], WORDS["de"]
    assert english.keys() == german.keys()
    assert {key: fields(said) for key, said in english.items()} == {key: fields(said) for key, said in german.items()}
    needed = {*QUESTIONS, *FIELDS, *Sex, *Origin, *Verdict, *(f"cause.{one}" for one in WHY)}
    needed |= {f"basis.{one}" for one in Basis}
    assert needed <= english.keys()
