"""Page set-up and navigation."""

from pathlib import Path

import streamlit as st

ICON = Path(__file__).parent / "assets" / "icon.svg"

st.set_page_config(page_title="Twelve leads from Lead I", page_icon=ICON, layout="wide", initial_sidebar_state=340)
st.navigation([st.Page("views/review.py", title="Review", default=True)]).run()
