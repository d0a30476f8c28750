"""Pure functions from values to Plotly figures and to words; nothing here knows of a page."""
