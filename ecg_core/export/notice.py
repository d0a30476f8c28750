"""The sentence that stands on every screen and in every export."""

__all__ = ["RESEARCH_ONLY"]

RESEARCH_ONLY = (
    "Research and education only. Not a medical device. Eleven of the twelve leads are estimated from one. "
    "Do not use for diagnosis, triage or treatment; it can neither show nor rule out a heart attack."
)
