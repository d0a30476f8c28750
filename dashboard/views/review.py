"""Review: a recording of Lead I in, twelve leads with their doubt out."""

from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard import cached, forms
from dashboard.engine_words import in_language
from dashboard.session import Intake, case, explained, verdict_on
from dashboard.texts import say
from dashboard.views import earlier, marks, panels, removed
from dashboard.views.appearance import leading
from dashboard.views.beats import beat_view
from dashboard.views.belief import belief
from dashboard.views.whole import whole
from ecg_core import examine, list_models, read
from ecg_core.vocabulary import Verdict

FORMATS = say("review.formats")

files: Intake | None
with st.sidebar:
    st.subheader(say("review.recording"))
    source = st.segmented_control(
        say("review.recording"), ("Sample", "Upload"), default="Sample", required=True, key="source",
        format_func=lambda one: say(f"source.{one.lower()}"),
        label_visibility="collapsed", width="stretch",
    )  # fmt: skip
    if source == "Upload":
        files, title = forms.upload("main", say("review.upload"), FORMATS, read), say("review.uploaded")
    else:
        files, title = forms.sample(cached.samples(), read)
    if files is not None:
        forms.ask("main", files, read)

if files is None:
    panels.invitation(FORMATS)
    st.stop()
if files.recording is None:
    panels.refusal(files)
    st.stop()

with st.sidebar:
    removed.beside_upload(files.recording)
    part = forms.part(files.recording, files.key)
this = case(files.recording, part, files, title=title, is_sample=source != "Upload")
if this.examination is None:
    with explained(), st.spinner(say("review.looking")):
        this.examination = examine(this.recording)
quality = this.examination.quality

# One place for all that comes and goes: what is below it stays where it is, and keeps the keyboard's focus.
above = st.container()
with above:
    panels.heading(this)
    panels.findings(quality)

with st.sidebar:
    st.subheader(say("review.patient"))
    form = st.container()
    with st.expander(say("review.earlier")):
        earlier.take(this)
    with form:
        metadata = forms.metadata(this)
    with st.expander(say("review.model")):
        model, rival, passes, seed = forms.engine(list_models())
    pressed = st.button(
        **leading(say("review.reconstruct"), ":material/ecg:"),
        width="stretch",
        disabled=metadata is None or quality.verdict is Verdict.STOP,
    )

order = None if metadata is None else this.order(metadata, model, passes, seed)
with above:
    place = st.container()
    if (
        order is not None
        and quality.verdict is not Verdict.STOP
        and (pressed or this.is_due(order) or this.kept(order) is not None)
    ):
        with explained():
            this.shown = panels.reconstruct(this, order)
    shown, compared = this.shown, None
    if shown is not None:
        if order is None or not order.same_as(shown.order):
            st.info(
                say("review.changed"),
                icon=":material/sync:",
            )
        if rival is not None:
            compared, problem = verdict_on(partial(panels.reconstruct, this, replace(shown.order, model=rival)))
            if problem is not None:
                st.error(in_language(problem), icon=":material/block:", title=say("review.cannot_compare", rival=rival))
        for one in filter(None, (shown, compared)):
            panels.outside_training(one.analysis)
        earlier.change(shown)
if shown is None:
    forms.use_earlier(this)
    panels.lead_i_alone(this)
else:
    found, shown = shown, marks.corrected(this, shown)
    panels.twelve_leads(this, shown, compared)
    marks.panel(this, found, shown)
    beat_view(this, shown)
    belief(shown)
    panels.numbers(shown)
    beside = st.grid(2, min_column_width=380, gap="medium")
    if this.earlier_at_hand is not None:
        with beside.cell():
            earlier.moved(this, shown)
    if compared is not None:
        with beside.cell():
            panels.two_models(shown, compared)
st.caption(say("forms.research_only"))
with place:
    whole(this, order)
