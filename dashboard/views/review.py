"""Review: a recording of Lead I in, twelve leads with their doubt out."""

import streamlit as st

from dashboard import cached, forms
from dashboard.session import Intake, Order, case, explained
from dashboard.views import panels
from ecg_core import examine, list_models, read
from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.vocabulary import Verdict

FORMATS = (
    "WFDB (.hea with its .dat or .mat, together), CSV or text, Apple Watch CSV, EDF. "
    "Whether they fit is decided by what is in them, not by their names."
)
EARLIER = "Both axes are then measured on it. Lead I of a watch cannot give them."

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
    part = forms.part(files.recording, files.key)
this = case(files.recording, part, files.files, title=title, is_sample=source != "Upload")
if this.examination is None:
    with explained(), st.spinner("Looking at Lead I …"):
        this.examination = examine(this.recording)
quality = this.examination.quality

with st.sidebar:
    st.subheader("Patient")
    form = st.container()
    with st.expander("Earlier twelve-lead ECG"):
        slot = f"earlier {this.number}"
        earlier = forms.upload(slot, "Earlier ECG", EARLIER, read)
        if earlier is not None:
            forms.ask(slot, earlier, read)
        panels.take_earlier(this, earlier)
    with form:
        metadata = forms.metadata(this)
    with st.expander("Model"):
        model, passes, seed = forms.engine(list_models())
    pressed = st.button(
        "Reconstruct",
        type="primary",
        icon=":material/ecg:",
        width="stretch",
        disabled=metadata is None or quality.verdict is Verdict.STOP,
    )

panels.heading(this)
panels.findings(quality)
order = None if metadata is None else Order(metadata, model, passes, seed)
if (
    quality.verdict is not Verdict.STOP
    and order is not None
    and (pressed or (this.is_sample and this.analysis is None))
):
    panels.reconstruct(this, order)
if this.analysis is None:
    panels.lead_i_alone(this)
else:
    if order is None or this.order is None or not order.same_as(this.order):
        st.info(
            "The form has changed since this was reconstructed. Press Reconstruct to use it.", icon=":material/sync:"
        )
    panels.twelve_leads(this)
    panels.numbers(this.analysis, this.scores)
st.caption(RESEARCH_ONLY)
