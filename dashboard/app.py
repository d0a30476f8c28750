"""Page set-up and navigation."""

from pathlib import Path

import streamlit as st

ICON = Path(__file__).parent / "assets" / "icon.svg"

st.set_page_config(page_title="Twelve leads from Lead I", page_icon=ICON, layout="wide", initial_sidebar_state=340)
PAGES = [
    st.Page("views/review.py", title="Review", icon=":material/ecg:", default=True),
    st.Page("views/model.py", title="Model", icon=":material/fact_check:"),
]

st.navigation(PAGES, position="top").run()
