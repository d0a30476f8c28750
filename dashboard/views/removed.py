"""What the reader left out of a file because it is personal."""

import streamlit as st

from dashboard.texts import say
from ecg_core.records import Recording

__all__ = ["beside_upload"]


def beside_upload(recording: Recording) -> None:
    """List what was left out of the ``recording``'s file; nothing where there was nothing."""
    if recording.removed:
        kinds = ", ".join(say(f"removed.{kind.name.lower()}") for kind in recording.removed)
        st.caption(say("removed.list", kinds=kinds))
