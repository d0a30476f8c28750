"""The typed state of one browser session, and the one place where an EcgError becomes a message.

A message is kept as the engine says it and put into the language of the page when it is shown, by `in_language`.

Everything about a patient lives here and nowhere else: in the session, which ends with the browser tab.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial, wraps
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, cast

import streamlit as st

from dashboard.engine_words import in_language
from dashboard.orders import Order, Result
from dashboard.texts import language, say, speak
from ecg_core.corrections import revise
from ecg_core.errors import AnswerNeeded, EcgError, Question
from ecg_core.metadata import merge
from ecg_core.pipeline import known_from_lead_i, read_earlier
from ecg_core.readers import patient_from
from ecg_core.records import EarlierEcg, PatientMetadata, Recording
from ecg_core.results import Caliper, Correction, Examination

__all__ = [
    "Case",
    "Earlier",
    "Intake",
    "Part",
    "Reader",
    "case",
    "explained",
    "fragment",
    "given",
    "intake",
    "verdict_on",
]

MOST_RESULTS = 4
"""So many results of one case are kept: two models, each with and without the earlier ECG."""
Value = TypeVar("Value")
Taken = ParamSpec("Taken")


class Reader(Protocol):
    """What reads files: `ecg_core.read`."""

    def __call__(
        self,
        files: Mapping[str, bytes],
        *,
        sampling_rate: float | None = None,
        unit: str | None = None,
        lead: str | None = None,
        member: str | None = None,
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
    member: str | None = None
    recording: Recording | None = None
    question: AnswerNeeded | None = None
    problem: str | None = None

    @property
    def answered(self) -> bool:
        """Whether the user has answered anything about these files."""
        return any(answer is not None for answer in self.answers.values())

    @property
    def answers(self) -> dict[str, Any]:
        """What the user has said of these files, as `ecg_core.read` takes it."""
        return {"sampling_rate": self.rate, "unit": self.unit, "lead": self.lead, "member": self.member}

    def read(self, reader: Reader) -> None:
        """Read the files with the answers given so far."""
        self.recording = self.question = self.problem = None
        try:
            self.recording = reader(self.files, **self.answers)
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
        elif question is Question.LEAD:
            self.lead = str(value)
        else:
            self.member = str(value)
        self.read(reader)

    def forget_answers(self, reader: Reader) -> None:
        """Ask everything again."""
        self.rate = self.unit = self.lead = self.member = None
        self.read(reader)


@dataclass
class Earlier:
    """An earlier ECG of the patient as it was read: what it tells, or the ``problem`` why it tells nothing.

    ``ecg`` is what it tells with its age, once that is known or said to be unknown; ``age_origin`` says by whom.
    """

    recording: Recording = field(repr=False)
    tells: EarlierEcg | None
    problem: str | None
    ecg: EarlierEcg | None = None
    age_origin: str = ""

    def take_age(self, days: float | None, origin: str) -> str | None:
        """Note how many days old it is; returns what is wrong with that age, and then it is not used."""
        assert self.tells is not None
        self.age_origin = origin
        self.ecg, problem = verdict_on(partial(replace, self.tells, days_before=days))
        return problem


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


Thing = TypeVar("Thing")


@dataclass
class History(Generic[Thing]):
    """What the user has made of a list of things, and what it was before each change."""

    now: tuple[Thing, ...] = ()
    before: list[tuple[Thing, ...]] = field(default_factory=list)

    def change(self, things: tuple[Thing, ...]) -> None:
        """Have these from now on; `undo` brings back those of before."""
        self.before.append(self.now)
        self.now = things

    def undo(self) -> None:
        """Take back the last change."""
        if self.before:
            self.now = self.before.pop()


@dataclass
class Case:
    """The part of a recording that is being looked at, and everything that was made of it in this session.

    ``read`` is the whole recording and ``recording`` its ``part``, whose times begin at zero. ``stated`` is what its
    file says of the patient, ``earlier`` an earlier ECG, which is told to the network while ``use_earlier``; ``shown``
    is the result on the page and ``results`` the last few; ``offered`` is what each widget was last offered; ``number``
    keeps the widgets of one case apart from those of the next, ``patient`` those that another part of the same
    recording leaves as they are; ``calipers`` are what the user has measured, ``corrections`` what he has changed of
    the marks of QRS and T, ``by_part`` both for each part that was looked at.
    """

    read: Recording = field(repr=False)
    part: Part
    title: str
    is_sample: bool
    recording: Recording = field(repr=False)
    number: int = 0
    patient: int = 0
    examination: Examination | None = None
    stated: PatientMetadata = field(default_factory=PatientMetadata)
    earlier: Earlier | None = None
    use_earlier: bool = True
    shown: Result | None = None
    results: list[Result] = field(default_factory=list)
    offered: dict[str, object] = field(default_factory=dict)
    calipers: History[Caliper] = field(default_factory=History)
    corrections: History[Correction] = field(default_factory=History)
    by_part: dict[Part, tuple[History[Caliper], History[Correction]]] = field(default_factory=dict)

    @property
    def seen(self) -> Examination | None:
        """What Lead I says with its marks as they are now; ``examination`` has them as they were found."""
        return None if self.examination is None else revise(self.examination, self.corrections.now)

    @property
    def earlier_at_hand(self) -> Earlier | None:
        """The earlier ECG, if there is one that can be used."""
        return self.earlier if self.earlier is not None and self.earlier.ecg is not None else None

    @property
    def earlier_in_use(self) -> Earlier | None:
        """The earlier ECG at hand, unless the user has switched it off."""
        return self.earlier_at_hand if self.use_earlier else None

    @property
    def offer(self) -> PatientMetadata:
        """What is known without asking: stated in the file, measured on Lead I, measured on the earlier ECG in use."""
        measured = PatientMetadata() if self.examination is None else known_from_lead_i(self.examination)
        known, used = merge(self.stated, measured), self.earlier_in_use
        return known if used is None or used.ecg is None else merge(known, used.ecg.axes)

    def take_earlier(self, recording: Recording | None) -> Earlier | None:
        """What an earlier ECG tells, measured once."""
        if recording is None:
            self.earlier = None
        elif self.earlier is None or self.earlier.recording is not recording:
            self.use_earlier = True
            self.earlier = Earlier(recording, *verdict_on(partial(read_earlier, recording)))
        return self.earlier

    def order(self, metadata: PatientMetadata, model: str, passes: int, seed: int) -> Order:
        """What the network is to be asked with this metadata and the earlier ECG in use."""
        used = self.earlier_in_use
        if used is None or used.ecg is None:
            return Order(metadata, model, passes, seed)
        return Order(metadata, model, passes, seed, replace(used.ecg, axes=PatientMetadata()), used.age_origin)

    def start(self, key: str, offered: object) -> None:
        """Let the widget ``key`` hold what is ``offered`` for as long as the user has not changed it."""
        if key not in st.session_state or st.session_state[key] == self.offered.get(key) != offered:
            st.session_state[key] = offered
        self.offered[key] = offered

    def keep(self, result: Result) -> Result:
        """Keep ``result``, and forget the one not asked for the longest where there are too many."""
        others = [other for other in self.results if other is not result]
        self.results = [*others, result][-MOST_RESULTS:]
        return result

    def kept(self, order: Order) -> Result | None:
        """The result of the same order, if it is still there."""
        return next((result for result in self.results if result.order.same_as(order)), None)

    def counterpart(self, result: Result) -> Result | None:
        """The last result that differs from ``result`` in nothing but the use of the earlier ECG."""
        told, used = result.order.without_earlier(), result.order.earlier is not None
        twins = [other for other in self.results if other.order.without_earlier().same_as(told)]
        return next((other for other in reversed(twins) if (other.order.earlier is not None) is not used), None)

    def is_due(self, order: Order) -> bool:
        """Whether ``order`` is to be carried out unasked: the first of a sample, and any change to the earlier ECG."""
        if self.shown is None:
            return self.is_sample
        return self.shown.order.without_earlier().same_as(order.without_earlier())


def case(recording: Recording, part: Part, files: Intake, *, title: str, is_sample: bool) -> Case:
    """The session's case, begun anew (with fresh widgets) whenever ``recording``, read from ``files``, or its ``part``
    is another than before. In another part of the same recording what is known of the patient stays, an earlier ECG
    among it; to a part that was looked at before its calipers and corrections come back.
    """
    before = cast("Case | None", st.session_state.get("case"))
    if before is not None and before.read is recording and before.part == part:
        return before
    begun = Case(
        recording,
        part,
        title,
        is_sample,
        recording.between(part.start, part.end),
        number=before.number + 1 if before else 0,
        stated=patient_from(files.files, files.member),
    )
    if before is not None and before.read is recording:
        begun.patient, begun.by_part, begun.offered = before.patient, before.by_part, before.offered
        begun.earlier, begun.use_earlier = before.earlier, before.use_earlier
    else:
        begun.patient = begun.number
        for slot in [name for name in st.session_state if str(name).startswith("earlier ")]:
            del st.session_state[slot]  # it was of another patient
    begun.calipers, begun.corrections = begun.by_part.setdefault(part, (History(), History()))
    st.session_state["case"] = begun
    return begun


def given() -> Intake:
    """The files that the recording of this session's case was read from."""
    return cast("Intake", st.session_state["main"])


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
        st.error(in_language(str(error)), icon=":material/block:", title=say("session.does_not_work"))
        st.stop()


def fragment(part: Callable[Taken, None]) -> Callable[Taken, None]:
    """Let ``part`` of a page run again by itself (`st.fragment`), in the language of the page that it belongs to."""

    @st.fragment
    def run(code: str, *given: Taken.args, **named: Taken.kwargs) -> None:
        speak(code)
        part(*given, **named)

    @wraps(part)
    def begin(*given: Taken.args, **named: Taken.kwargs) -> None:
        run(language(), *given, **named)

    return begin


def verdict_on(make: Callable[[], Value]) -> tuple[Value | None, str | None]:
    """What ``make`` returns and no message, or nothing and the message of the EcgError that it raised."""
    try:
        return make(), None
    except EcgError as error:
        return None, str(error)
