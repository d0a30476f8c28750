"""Who may see the pages: everybody, unless a provider is configured; then only who has logged in with it."""

import os

import streamlit as st

from dashboard.memory import forget
from dashboard.texts import say
from dashboard.views.appearance import leading

__all__ = ["REQUIRED", "gate"]

REQUIRED = "ECG_CORE_LOGIN"
"""Set to ``required``, nothing is shown where no provider is configured, so that a lost file opens nothing."""


def gate() -> None:
    """Let the page go on, or show the way to log in and end it here.

    A provider (OpenID Connect) is configured by an ``[auth]`` section in ``.streamlit/secrets.toml``.
    """
    logged_in = st.user.to_dict().get("is_logged_in")
    if logged_in is None and os.environ.get(REQUIRED) != "required":
        return
    if logged_in is None:
        st.error(say("login.not_configured"), icon=":material/block:")
        st.stop()
    if not logged_in:
        st.header(say("panels.title"))
        st.markdown(say("login.why"))
        if st.button(**leading(say("login.log_in"), ":material/login:")):
            st.login()
        st.caption(say("forms.research_only"))
        st.stop()
    if st.sidebar.button(say("login.log_out"), on_click=forget, type="tertiary", icon=":material/logout:"):
        st.logout()
