"""What depends on the page's appearance, light or dark: the colours of figures, and the button that leads on."""

from typing import Any

import streamlit as st

from dashboard.theme import DARK, LIGHT, ON_PRIMARY, Palette

__all__ = ["leading", "palette"]


def palette() -> Palette:
    """The colours that go with the page's appearance."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def leading(label: str, icon: str) -> dict[str, Any]:
    """Label, icon and type of the button that leads on.

    Streamlit writes white on it, which is too faint in the dark theme: there label and icon have a colour of their own.
    """
    if palette() is not DARK:
        return {"label": label, "icon": icon, "type": "primary"}
    return {"label": f':color[{icon} {label}]{{foreground="{ON_PRIMARY}"}}', "type": "primary"}
