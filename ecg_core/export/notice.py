"""The sentences that stand on screens and in exports."""

__all__ = ["EARLIER_WARNING", "RESEARCH_ONLY"]

RESEARCH_ONLY = (
    "Research and education only. Not a medical device. Eleven of the twelve leads are estimated from one. "
    "Do not use for diagnosis, triage or treatment; it can neither show nor rule out a heart attack."
)

EARLIER_WARNING = (
    "These leads lean on an earlier ECG of the patient. What has changed since may be missing here, and what has gone "
    "may still be drawn: an old pattern can hide a new change."
)
"""Stands wherever an earlier ECG was used."""
