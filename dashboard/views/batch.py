"""Many recordings at once: read, estimated one after the other, and kept in the session alone."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import streamlit as st

from dashboard import cached
from dashboard.engine_words import in_language
from dashboard.figures import words
from dashboard.session import verdict_on
from dashboard.texts import say
from ecg_core import analyse, examine, known_from_lead_i, list_models, merge, patient_from, read
from ecg_core.errors import AnswerNeeded, EcgError
from ecg_core.lead_errors import LeadError, lead_errors
from ecg_core.overview import Overview, overview
from ecg_core.readers.bundle import all_recordings
from ecg_core.readers.groups import recordings_in
from ecg_core.records import PatientMetadata, Recording
from ecg_core.results import Analysis, Examination
from ecg_core.uncertainty.familiarity import load_familiarity
from ecg_core.vocabulary import Lead

__all__ = [
    "TIERS",
    "Item",
    "Setting",
    "estimate",
    "items",
    "offer",
    "progress",
    "setting",
    "take",
    "told_in_words",
]

MOST, MOST_SECONDS = 200, 60
"""So many recordings are kept, and of each so many seconds: this computer's memory holds no more."""
TIERS = ("wearable", "none")
"""What the network is told: what a watch knows (age, sex, what Lead I shows), or nothing."""


@dataclass(frozen=True)
class Setting:
    """How recordings are estimated: by which model, told what, with how many passes, from which seed."""

    model: str
    tier: str
    passes: int
    seed: int = 0


@dataclass
class Item:
    """One of many recordings and what was made of it; ``refusal`` is why there is nothing, as the engine says it, and
    ``asks`` whether that is for want of an answer.

    ``sample`` is what a sample shows, empty for an upload; ``name`` is the file's, for the screen of the person who
    chose it and nowhere else.
    """

    number: int
    sample: str
    name: str = field(repr=False)
    recording: Recording | None = field(default=None, repr=False)
    stated: PatientMetadata = field(default_factory=PatientMetadata)
    examination: Examination | None = field(default=None, repr=False)
    refusal: str | None = None
    asks: bool = False
    made: dict[Setting, Analysis] = field(default_factory=dict, repr=False)
    lines: dict[Setting, Overview] = field(default_factory=dict)
    errors: dict[Setting, Mapping[Lead, LeadError]] = field(default_factory=dict, repr=False)
    revealed: bool = False

    @property
    def title(self) -> str:
        """What it is called: no file name is in it."""
        if self.sample:
            return say("batch.sample", number=self.number, title=self.sample)
        return say("batch.recording", number=self.number)

    @property
    def has_truth(self) -> bool:
        """Whether the file held leads that the network does not see."""
        return self.recording is not None and len(self.recording.leads) > 1

    @property
    def problem(self) -> str | None:
        """Why there is nothing, in the language of the page."""
        if self.refusal is None:
            return None
        said = in_language(self.refusal)
        return said + " " + say("batch.ask_in_review") if self.asks else said

    def is_due(self, by: Setting) -> bool:
        """Whether it can be estimated so and has not been."""
        return self.refusal is None and by not in self.made

    def metadata(self, tier: str) -> PatientMetadata:
        """What the network is told of the patient in ``tier``."""
        if tier == "none" or self.examination is None:
            return PatientMetadata()
        return merge(self.stated, known_from_lead_i(self.examination))

    def work(self, by: Setting) -> None:
        """Estimate it, unless that has been done; what is wrong becomes its ``refusal``."""
        if not self.is_due(by) or self.recording is None:
            return
        try:
            self.examination = self.examination or examine(self.recording)
            model = cached.model(by.model)
            made = analyse(
                self.recording, self.metadata(by.tier), model, measure_lead_i=False,
                examination=self.examination, passes=by.passes, seed=by.seed,
            )  # fmt: skip
            self.lines[by], self.made[by] = overview(made, model, load_familiarity(model.card)), made
        except EcgError as error:
            self.refusal = str(error)

    def measured_errors(self, by: Setting) -> Mapping[Lead, LeadError]:
        """How the estimate errs where the file held the leads; measured once."""
        if by not in self.errors:
            self.errors[by] = lead_errors(self.made[by])
        return self.errors[by]


def items() -> list[Item]:
    """The recordings of this session."""
    return cast("list[Item]", st.session_state.setdefault("batch", []))


def take(heading: str) -> None:
    """Let the user add recordings from files, and forget them all."""
    st.subheader(heading)
    with st.form("batch files", clear_on_submit=True, border=False):
        given = st.file_uploader(
            say("batch.files"), accept_multiple_files=True, key="files batch", help=say("batch.files_help")
        )
        if st.form_submit_button(say("batch.add"), icon=":material/add:", width="stretch") and given:
            _add((file.name, file.getvalue()) for file in given)
    if items() and st.button(
        say("batch.forget", count=len(items())), icon=":material/delete:", type="tertiary", key="batch forget"
    ):
        st.session_state["batch"] = []
        st.rerun()


def offer(samples: Sequence[cached.Sample]) -> None:
    """Offer recordings that come with the project, one by one or all."""
    place = (
        st.popover(say("batch.add_sample"), icon=":material/library_add:")
        if items()
        else st.container(horizontal=True, vertical_alignment="center", gap="small")
    )
    with place:
        st.markdown(say("batch.samples"), width="content")
        chosen = [one for one in samples if st.button(one.title, key=f"add {one.name}", help=one.shows)]
        if st.button(say("batch.all"), key="add all", icon=":material/library_add:"):
            chosen = list(samples)
    for sample in chosen:
        _append(sample.files(), sample.name, sample.title)
    if chosen:
        st.rerun()


def _add(files: Iterable[tuple[str, bytes]]) -> None:
    for one in recordings_in(files):
        found, refusal = verdict_on(partial(all_recordings, one))
        for own in [one] if refusal is not None else found or []:
            name = next((name for name in own if name.lower().endswith(".hea")), next(iter(own), ""))
            _append(own, name, "")


def _append(files: Mapping[str, bytes], name: str, sample: str) -> None:
    """Read one set of files into the list; a bad one is in it too, with its sentence."""
    known = items()
    number = max((item.number for item in known), default=0) + 1
    item = Item(number, sample, name)
    known.append(item)
    try:
        if len(known) > MOST:
            raise EcgError(
                f"There are {MOST} recordings already, which is the most that is kept at once: forget them, and add "
                "this one again."
            )
        recording = read(files)
    except EcgError as error:
        item.refusal, item.asks = str(error), isinstance(error, AnswerNeeded)
    else:
        item.recording = recording.between(0, MOST_SECONDS) if recording.duration > MOST_SECONDS else recording
        item.stated = patient_from(files)


def setting() -> Setting:
    """Choose how all recordings are estimated."""
    models = list_models()
    model = st.selectbox(say("batch.model"), models, key="batch model")
    tier = st.segmented_control(
        say("batch.told"), TIERS, default=TIERS[0], required=True, format_func=lambda tier: say(f"batch_tiers.{tier}"),
        help=say("batch.told_help"), key="batch tier",
    )  # fmt: skip
    passes = st.select_slider(say("batch.passes"), (10, 25, 50), value=25, key="batch passes")
    return Setting(model, tier or TIERS[0], int(passes))


def progress(due: Sequence[Item], by: Setting, seconds: float = 4.0) -> bool:
    """Estimate those of ``due`` that are not yet, for some ``seconds``, with a bar that can be stopped.

    Returns whether more is left to do, for which the page runs again when it has shown what there is.
    """
    left = [item for item in due if item.is_due(by)]
    if not left:
        return False
    done, count = len(due) - len(left), len(due)
    place = st.empty()
    row = place.container(horizontal=True, vertical_alignment="center")
    if st.session_state.get("batch stopped", False):
        row.info(say("batch.stopped", done=done, count=count), icon=":material/pause:")
        row.button(say("batch.go_on"), key="batch go on", on_click=_stop, args=(False,), icon=":material/play_arrow:")
        return False
    bar = row.progress(done / count, say("batch.working", done=done, count=count, model=by.model))
    row.button(say("batch.stop"), key="batch stop", on_click=_stop, args=(True,), icon=":material/stop:")
    until = time.monotonic() + seconds
    for index, item in enumerate(left, start=done + 1):
        item.work(by)
        bar.progress(index / count, say("batch.working", done=index, count=count, model=by.model))
        if time.monotonic() > until:
            break
    more = any(item.is_due(by) for item in left)
    if not more:
        place.empty()
    return more


def _stop(stopped: bool) -> None:
    st.session_state["batch stopped"] = stopped


def estimate(item: Item, by: Setting) -> Analysis | None:
    """The estimate of one recording, made now if need be; None where it has a problem."""
    if item.is_due(by):
        with st.spinner(say("batch.one", title=item.title, model=by.model)):
            item.work(by)
    return item.made.get(by)


def told_in_words(metadata: PatientMetadata) -> str:
    """What the network was told, each value with its origin."""
    known = [f"{words.field_name(name)} ({words.origin_name(metadata.origin(name))})" for name in metadata.known()]
    return ", ".join(known) or say("batch.nothing")
