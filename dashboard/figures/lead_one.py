"""The measured Lead I alone on ECG paper: what is known before any network."""

import plotly.graph_objects as go

from dashboard.figures.axes import paper
from dashboard.figures.layers import HIGHEST_RATE, NAMES_PIXELS, waves
from dashboard.figures.paper import View, window_seconds
from dashboard.texts import say
from dashboard.theme import LIGHT, Palette
from ecg_core.results import Examination

__all__ = ["lead_one"]

LEAST_MV = 0.6


def lead_one(examination: Examination, view: View, palette: Palette = LIGHT) -> go.Figure:
    """Draw the window of Lead I that ``view`` asks for, with its QRS complexes and T waves shaded."""
    rate = examination.sampling_rate
    end = view.start + window_seconds(view.speed)
    step = -int(-rate // HIGHEST_RATE)
    first = round(view.start * rate)
    values = examination.lead_i[first : round(end * rate) : step].astype("float32")
    low, high = float(min(values.min(), -LEAST_MV)) - 0.2, float(max(values.max(), LEAST_MV)) + 0.2
    measured = say("words.measured")
    line = go.Scatter(
        x0=first / rate,
        dx=step / rate,
        y=values,
        mode="lines",
        line={"color": palette.measured, "width": 1.5},
        hovertemplate=f"<b>I</b> {measured}<br>%{{x:.2f}} s, %{{y:.2f}} mV<extra></extra>",
        name="I measured",
        showlegend=False,
    )
    layout = paper(palette, speed=view.speed, gain=view.gain, times=(view.start, end), heights=(low, high)) | {
        "margin": {"l": 10, "r": 14, "t": 22 + NAMES_PIXELS, "b": 28},
        "showlegend": False,
        "shapes": waves(examination.segments, view.start, end, palette),
        "uirevision": f"{view.start}",
        "annotations": [
            {
                "text": f"<b>I</b> {measured} · {view.speed} mm/s · {view.gain} mm/mV · {say('tracing.not_to_scale')}",
                "showarrow": False,
                "xref": "x domain",
                "yref": "y domain",
                "x": 0,
                "y": 1,
                "xanchor": "left",
                "yanchor": "bottom",
                "yshift": NAMES_PIXELS,
            }
        ],
    }
    return go.Figure(data=[line], layout=layout)
