"""The strip over the whole recording on the Review page."""

import numpy as np
import pytest

from tests.dashboard.pages import figure, visit


def framed(page) -> tuple[float, float]:
    (frame,) = (shape for shape in figure(page, of="timeline")["layout"]["shapes"] if shape["name"] == "window")
    return frame["x0"], frame["x1"]


def test_a_long_recording_has_a_strip_whose_frame_moves_with_the_window(lead_i_500):
    page = visit()
    page.session_state["passes"] = 10
    page.session_state["source"] = "Upload"
    page.run()
    times = np.arange(5000 * 3 // 2) / 250
    rows = zip(times, np.tile(lead_i_500, 3)[::2], strict=True)
    content = "time [s],I [mV]\n" + "".join(f"{time:.3f},{value:.3f}\n" for time, value in rows)
    page.file_uploader(key="files main").upload("long.csv", content.encode())
    page.run()
    (button,) = (one for one in page.button if "Reconstruct" in one.label)
    button.click().run()
    assert not page.exception
    assert framed(page) == (0, 10)
    (strip,) = (chart for chart in page.get("plotly_chart") if "timeline" in chart.proto.id)
    assert "Over the whole recording: 0 s to 10 s is seen" in strip.proto.alt
    page.slider[0].set_value(12.0).run()
    assert framed(page) == (12, 22)
    assert figure(page)["layout"]["xaxis"]["range"][1] == 22


def test_a_recording_of_one_window_has_none():
    page = visit()
    page.session_state["passes"] = 10
    page.run()
    assert figure(page)["layout"]["shapes"]
    with pytest.raises(ValueError, match="not enough values"):
        figure(page, of="timeline")
