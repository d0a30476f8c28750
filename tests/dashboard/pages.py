"""The page as `AppTest` drives it: visits, uploads, and what can be read from it."""

import json
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "dashboard" / "app.py"


def visit() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=120)


def uploaded(files: dict[str, bytes], language: str = "") -> AppTest:
    """The page, in a language if one is named, after these files were dropped on it."""
    page = visit()
    if language:
        page.query_params["lang"] = language
    page.session_state["source"] = "Upload"
    page.run()
    uploader = page.file_uploader(key="files main")
    for name, content in files.items():
        uploader.upload(name, content)
    return page.run()


def as_text(lead_i: np.ndarray, heading: str = "") -> bytes:
    return (heading + "\n".join(f"{value:.3f}" for value in lead_i)).encode()


def figure(page: AppTest, *, of: str = "") -> dict:
    """The only figure besides the strip over the whole recording, or that strip (``of="timeline"``)."""
    (chart,) = (one for one in page.get("plotly_chart") if ("timeline" in one.proto.id) is (of == "timeline"))
    return json.loads(chart.proto.spec)


def drawn(page: AppTest) -> list[str]:
    return [trace["name"] for trace in figure(page)["data"] if trace.get("visible") is not False]


def texts(page: AppTest) -> str:
    parts = (page.markdown, page.caption, page.error, page.warning, page.info, page.subheader, page.header)
    return "\n".join(str(element.value) for kind in parts for element in kind)


def press(page: AppTest, label: str) -> AppTest:
    (button,) = (button for button in page.button if button.label == label)
    return button.click().run()


def number(page: AppTest, label: str):
    (found,) = (field for field in page.number_input if field.label == label)
    return found


def told(page: AppTest) -> dict[str, tuple[str, str]]:
    """What the network was told: field to value and origin."""
    (table,) = (one.value for one in page.table if "Field" in one.value)
    return {row.Field: (row.Value, row.Origin) for row in table.itertuples()}


def give_earlier(page: AppTest, files: dict[str, bytes]) -> AppTest:
    """The page after an earlier ECG was dropped on it."""
    uploader = page.file_uploader(key=f"files earlier {page.session_state['case'].patient}")
    for name, content in files.items():
        uploader.upload(name, content)
    return page.run()
