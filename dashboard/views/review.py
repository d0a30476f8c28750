"""Review: a recording of Lead I in, twelve leads with their doubt out."""

from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard import cached, forms
from dashboard.session import Intake, case, explained, verdict_on
from dashboard.views import earlier, panels, removed
from dashboard.views.belief import belief
from ecg_core import examine, list_models, read
from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.vocabulary import Verdict

FORMATS = (
    "WFDB (.hea with its .dat or .mat, together), CSV or text, Apple Watch CSV, AliveCor ATC and Kardia JSON, EDF, "
    "BDF, DICOM, GE MUSE XML, Philips Sierra XML, HL7 aECG, SCP-ECG, ISHNE, Mortara ELI XML. "
    "Whether they fit is decided by what is in them, not by their names."
)

files: Intake | None
with st.sidebar:
    st.subheader("Recording")
    source = st.segmented_control(
        "Recording", ("Sample", "Upload"), default="Sample", required=True, key="source",
        label_visibility="collapsed", width="stretch",
    )  # fmt: skip
    if source == "Upload":
        files, title = forms.upload("main", "ECG with Lead I", FORMATS, read), "Uploaded recording"
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
this = case(files.recording, part, files.files, title=title, is_sample=source != "Upload")
if this.examination is None:
    with explained(), st.spinner("Looking at Lead I …"):
        this.examination = examine(this.recording)
quality = this.examination.quality

# One place for all that comes and goes: what is below it stays where it is, and keeps the keyboard's focus.
above = st.container()
with above:
    panels.heading(this)
    panels.findings(quality)

with st.sidebar:
    st.subheader("Patient")
    form = st.container()
    with st.expander("Earlier twelve-lead ECG"):
        earlier.take(this)
    with form:
        metadata = forms.metadata(this)
    with st.expander("Model"):
        model, rival, passes, seed = forms.engine(list_models())
    pressed = st.button(
        "Reconstruct",
        type="primary",
        icon=":material/ecg:",
        width="stretch",
        disabled=metadata is None or quality.verdict is Verdict.STOP,
    )

order = None if metadata is None else this.order(metadata, model, passes, seed)
with above:
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
                "The form has changed since this was reconstructed. Press Reconstruct to use it.",
                icon=":material/sync:",
            )
        if rival is not None:
            compared, problem = verdict_on(partial(panels.reconstruct, this, replace(shown.order, model=rival)))
            if problem is not None:
                st.error(problem, icon=":material/block:", title=f"{rival} cannot be compared")
        for one in filter(None, (shown, compared)):
            panels.outside_training(one.analysis)
        earlier.change(shown)
if shown is None:
    forms.use_earlier(this)
    panels.lead_i_alone(this)
else:
    panels.twelve_leads(this, shown, compared)
    belief(shown)
    panels.numbers(shown)
    beside = st.grid(2, min_column_width=380, gap="medium")
    if this.earlier_at_hand is not None:
        with beside.cell():
            earlier.moved(this, shown)
    if compared is not None:
        with beside.cell():
            panels.two_models(shown, compared)
st.caption(RESEARCH_ONLY)
