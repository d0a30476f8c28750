"""Tables of numbers, written as the language of the page writes them."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.numbers import in_figures

__all__ = ["number_table"]


def number_table(
    table: pd.DataFrame, forms: Mapping[str, str], *, alt: str, columns: Mapping[str, Any] | None = None, **how: Any
) -> Any:
    """Show ``table``; each column that ``forms`` names is written as its printf form says, and sorts as a number.

    ``columns``: what `st.dataframe` takes as ``column_config``, without forms of numbers; ``how`` goes there as well,
    and what it returns is returned.
    """
    written = table.style.format(
        {name: partial(_written, form) for name, form in forms.items() if name in table}, na_rep=""
    )
    return st.dataframe(
        written, hide_index=True, placeholder="–", column_config=columns, alt=alt, **{"height": "content", **how}
    )


def _written(form: str, value: float) -> str:
    return in_figures(form % value)
