"""Page set-up and navigation."""

from pathlib import Path

import streamlit as st

from dashboard.memory import LANGUAGE
from dashboard.texts import LANGUAGES, say, speak
from dashboard.views.login import gate

ICON = Path(__file__).parent / "assets" / "icon.svg"
NARROW = """<style>@media (max-width: 1200px) {
  [data-testid="stMainBlockContainer"] { padding-inline: 1.5rem; }
}</style>"""
"""On a narrow screen the margins of the page are better given to the tracing."""

asked = st.query_params.get(LANGUAGE, st.session_state.get(LANGUAGE, ""))  # links to other pages drop the former
st.session_state[LANGUAGE] = asked
speak(asked if asked in LANGUAGES else next(iter(LANGUAGES)))
st.set_page_config(page_title=say("panels.title"), page_icon=ICON, layout="wide", initial_sidebar_state=340)
st.html(NARROW)

gate()

PAGES = [
    st.Page("views/review.py", title=say("pages.review"), icon=":material/ecg:", default=True),
    st.Page("views/cases.py", title=say("pages.cases"), icon=":material/table_rows:"),
    st.Page("views/reveal.py", title=say("pages.reveal"), icon=":material/visibility:"),
    st.Page("views/what_if.py", title=say("pages.what_if"), icon=":material/tune:"),
    st.Page("views/teach.py", title=say("pages.teach"), icon=":material/school:"),
    st.Page("views/quiz.py", title=say("pages.quiz"), icon=":material/quiz:"),
    st.Page("views/model.py", title=say("pages.model"), icon=":material/fact_check:"),
    st.Page("views/about.py", title=say("pages.about"), icon=":material/shield_person:"),
]

st.navigation(PAGES, position="top").run()
