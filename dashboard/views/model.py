"""Model: what it is, what it is worth and where it fails; every number is read from its card or its evaluation."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import cached
from dashboard.figures import evidence_names as names
from dashboard.figures import evidence_words as words
from dashboard.session import explained
from dashboard.texts import say
from dashboard.views import evidence
from ecg_core import list_models
from ecg_core.models.checkpoint import CHECKPOINTS, DEFAULT_MODEL, EVALUATION, load_evaluations
from ecg_core.training.targets import Target, targets


@st.cache_data(show_spinner=say("model.reading"), max_entries=2)
def read(folder: Path, contents: tuple[str, ...]) -> tuple[dict[str, dict[str, Any]], list[Target]]:
    """Every evaluation in ``folder`` and the targets; ``contents`` tells one state of the files from the next."""
    found = load_evaluations(folder)
    return found, targets(found, DEFAULT_MODEL) if DEFAULT_MODEL in found else []


files = sorted(CHECKPOINTS.glob(f"*/{EVALUATION}"))
evaluations, reached = read(CHECKPOINTS, tuple(f"{file} {sha256(file.read_bytes()).hexdigest()}" for file in files))

st.title(say("model.title"))
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    name = st.selectbox(say("model.model"), list_models(CHECKPOINTS), key="model looked at", width=280)
    own, tier, source = evaluations.get(name), "", ""
    if own is not None:
        tiers = names.in_order(own["tiers"])
        tier = st.segmented_control(
            say("model.told"), tiers, default=tiers[0], required=True, format_func=names.evaluated,
            help=words.what_is_told(own["tiers"]), key=f"tier of {name}",
        )  # fmt: skip
        source = say(
            "model.source", provenance=words.provenance(own, own["tiers"][tier]), told=names.told(tier)
        )  # fmt: skip
with explained():
    card = cached.model(name).card

if own is None:
    st.info(
        say("model.not_evaluated_about", model=name),
        title=say("model.not_evaluated", model=name),
        icon=":material/pending:",
    )
elif own["weights_sha256"] != card.weights_sha256:
    st.error(
        say(
            "model.other_state_about",
            model=name, found=own["weights_sha256"][:12], used=card.weights_sha256[:12],
        ),
        title=say("model.other_state", model=name),
        icon=":material/sync_problem:",
    )  # fmt: skip

beside = st.grid(2, min_column_width=evidence.HALF, gap="medium")
with beside.cell():
    evidence.in_plain_words(own, tier, source)
with beside.cell():
    evidence.what_it_is(card)
if own is not None:
    scores, everywhere = own["tiers"][tier], f"{words.provenance(own, own['tiers'][tier])}."
    evidence.all_targets(reached, DEFAULT_MODEL, own)
    evidence.how_near(own, evaluations, everywhere)
    evidence.how_sure(scores["doubt"], source)
    if "honesty" in scores:
        evidence.how_honest(scores["honesty"], source)
    evidence.for_whom(scores["point"].get("by_group", {}), source)
    if "earlier" in own:
        evidence.with_earlier(own["earlier"])
    if "diagnoses" in own:
        evidence.diagnoses(own["diagnoses"], everywhere)
    if "spoilt" in own:
        evidence.where_spoilt(own["spoilt"], everywhere)
    if "transfer" in own:
        evidence.on_other_data(own["transfer"], card.training.get("also_chosen_on", {}))
st.header(say("model.citation"), divider="gray")
st.markdown(say("model.trained_on", citation=words.citation(), data=names.evaluated(card.data)))
st.caption(say("forms.research_only"))
