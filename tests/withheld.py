"""What would have been answered, had it not been withheld; and whether it stands somewhere all the same."""

import re
from collections.abc import Mapping

from ecg_core.answers import Promise, answers
from ecg_core.results import Analysis
from ecg_core.signals.beats import median_beat
from ecg_core.signals.twelve_lead_values import UNITS, twelve_lead_values
from ecg_core.vocabulary import MEASURED, Basis

SURE = Promise(half_width=0.5, seen=0.9, seen_in_worst_group=0.88, width_share=0.2)
"""Of an answer that has earned to be shown."""
ALL_SURE = {state: dict.fromkeys(UNITS, SURE) for state in ("without axes", "with axes", "with an earlier beat")}
NUMBER = re.compile(r"(?<![\w.,])[-−]?\d+(?:[.,]\d+)?(?![\w]|[.,]\d)")
BOUNDS = re.compile(r"\[\d+[.]\d{1,3}, \d+[.]\d{1,3}\]")
"""Onset and offset of a QRS or T in seconds, which are measured; their digits may be those of a ratio by chance."""
NEAR = 32
"""So many letters before or after a number its unit may stand."""


def would_be(analysis: Analysis) -> Mapping[str, float]:
    """The value of each withheld answer that can be read from the estimated beat."""
    segments = analysis.examination.segments
    beat = median_beat(analysis.reconstruction.mean, segments.r_peaks, segments.sampling_rate)
    values = twelve_lead_values(beat, bounds_from=MEASURED)
    withheld = {one.question for one in answers(analysis) if one.basis is Basis.WITHHELD}
    return {question: value for question, value in values.items() if question in withheld}


def found_in(text: str, secret: Mapping[str, float]) -> set[str]:
    """Which of the values stand in ``text``, however they are rounded.

    A number of one or two digits counts only where its unit follows: it is like many others. What the page writes with
    a decimal comma or a true minus sign is found as well; the bounds of marks are passed over.
    """
    found, text = set(), BOUNDS.sub("", text)
    for number in NUMBER.finditer(text):
        written = number[0].replace(",", ".").replace("−", "-")
        decimals, digits = len(written.partition(".")[2]), len(written.replace(".", "").lstrip("-0"))
        around = text[max(number.start() - NEAR, 0) : number.end() + NEAR]
        for question, value in secret.items():
            unit, fewest = UNITS[question], 2 if UNITS[question] == "mV" else 0
            enough = (decimals >= 1 and digits >= 3) or (unit and decimals >= fewest and unit in around)
            if enough and f"{value:.{decimals}f}" == written:
                found.add(question)
    return found
