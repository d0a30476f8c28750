"""The typed state of one browser session, and the one place where an EcgError becomes a message.

Everything about a patient lives here and nowhere else: in the session, which ends with the browser tab.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar, cast

import streamlit as st

from ecg_core.errors import AnswerNeeded, EcgError, Question
from ecg_core.metadata import merge
from ecg_core.pipeline import LeadScore, known_from_lead_i
from ecg_core.readers import patient_from
from ecg_core.records import PatientMetadata, Recording
from ecg_core.results import Analysis, Examination
from ecg_core.vocabulary import Lead

__all__ = ["Case", "Intake", "Order", "Part", "Reader", "case", "explained", "intake", "verdict_on"]

Value = TypeVar("Value")


class Reader(Protocol):
    """What reads files: `ecg_core.read`."""

    def __call__(
        self,
        files: Mapping[str, bytes],
        *,
        sampling_rate: float | None = None,
        unit: str | None = None,
        lead: str | None = None,
    ) -> Recording:
        """Read ``files`` with the user's answers."""
        ...


@dataclass
class Intake:
    """One set of files on its way to a recording: what was given, what is still asked, and what came of it.

    ``key`` tells sets of files apart; ``question`` is what the files leave unsaid; ``problem`` says why they cannot be
    used.
    """

    key: str
    files: Mapping[str, bytes] = field(repr=False)
    rate: float | None = None
    unit: str | None = None
    lead: str | None = None
    recording: Recording | None = None
    question: AnswerNeeded | None = None
    problem: str | None = None

    @property
    def answered(self) -> bool:
        """Whether the user has answered anything about these files."""
        return (self.rate, self.unit, self.lead) != (None, None, None)

    def read(self, reader: Reader) -> None:
        """Read the files with the answers given so far."""
        self.recording = self.question = self.problem = None
        try:
            self.recording = reader(self.files, sampling_rate=self.rate, unit=self.unit, lead=self.lead)
        except AnswerNeeded as question:
            self.question = question
        except EcgError as error:
            self.problem = str(error)

    def answer(self, question: Question, value: float | str, reader: Reader) -> None:
        """Take the user's answer to ``question`` and read again."""
        if question is Question.RATE:
            self.rate = float(value)
        elif question is Question.UNIT:
            self.unit = str(value)
        else:
            self.lead = str(value)
        self.read(reader)

    def forget_answers(self, reader: Reader) -> None:
        """Ask everything again."""
        self.rate = self.unit = self.lead = None
        self.read(reader)


@dataclass(frozen=True, eq=False)
class Order:
    """What the network is asked to do: with what metadata, by which model, with how many passes, from which seed."""

    metadata: PatientMetadata
    model: str
    passes: int
    seed: int

    def same_as(self, other: "Order") -> bool:
        """Whether both orders ask for the same."""
        names = (*self.metadata.known(), *other.metadata.known())
        return (self.model, self.passes, self.seed) == (other.model, other.passes, other.seed) and all(
            getattr(self.metadata, name) == getattr(other.metadata, name) for name in names
        )


@dataclass(frozen=True)
class Part:
    """The part of a recording that is looked at, from ``start`` to ``end`` of the ``whole`` length, all in seconds."""

    start: float
    end: float
    whole: float

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self.start == 0 and self.end == self.whole


@dataclass
class Case:
    """The part of a recording that is being looked at, and everything that was made of it in this session.

    ``read`` is the whole recording and ``recording`` its ``part``, whose times begin at zero. ``stated`` is what its
    file says of the patient, ``earlier`` what an earlier ECG says; ``number`` keeps the widgets of one case apart from
    those of the next.
    """

    read: Recording = field(repr=False)
    part: Part
    title: str
    is_sample: bool
    recording: Recording = field(repr=False)
    number: int = 0
    examination: Examination | None = None
    stated: PatientMetadata = field(default_factory=PatientMetadata)
    earlier: PatientMetadata = field(default_factory=PatientMetadata)
    earlier_from: Intake | None = None
    order: Order | None = None
    analysis: Analysis | None = None
    scores: Mapping[Lead, LeadScore] = field(default_factory=dict)

    @property
    def offer(self) -> PatientMetadata:
        """What is known without asking: stated in the file, measured on Lead I, measured on an earlier ECG."""
        measured = PatientMetadata() if self.examination is None else known_from_lead_i(self.examination)
        return merge(merge(self.stated, measured), self.earlier)


def case(recording: Recording, part: Part, files: Mapping[str, bytes], *, title: str, is_sample: bool) -> Case:
    """The session's case, begun anew (with fresh widgets) whenever ``recording``, read from ``files``, or its ``part``
    is another than before.
    """
    known = cast("Case | None", st.session_state.get("case"))
    if known is None or known.read is not recording or known.part != part:
        for slot in [name for name in st.session_state if str(name).startswith("earlier ")]:
            del st.session_state[slot]  # it was of another patient
        known = Case(
            recording,
            part,
            title,
            is_sample,
            recording.between(part.start, part.end),
            number=known.number + 1 if known else 0,
            stated=patient_from(files),
        )
        st.session_state["case"] = known
    return known


def intake(slot: str, key: str, files: Callable[[], Mapping[str, bytes]], reader: Reader) -> Intake:
    """The session's set of files in ``slot``, read once; ``files`` is asked for them when ``key`` has changed."""
    known = cast("Intake | None", st.session_state.get(slot))
    if known is None or known.key != key:
        known = Intake(key, files())
        known.read(reader)
        st.session_state[slot] = known
    return known


@contextmanager
def explained() -> Iterator[None]:
    """Show an EcgError as the message it is, and end this run of the page there."""
    try:
        yield
    except EcgError as error:
        st.error(str(error), icon=":material/block:", title="This does not work")
        st.stop()


def verdict_on(make: Callable[[], Value]) -> tuple[Value | None, str | None]:
    """What ``make`` returns and no message, or nothing and the message of the EcgError that it raised."""
    try:
        return make(), None
    except EcgError as error:
        return None, str(error)
