"""Lead I alone, before any network."""

import numpy as np

from dashboard.figures.lead_one import lead_one
from dashboard.figures.paper import View


def test_ten_seconds_of_measured_lead_i_with_its_waves(analysis):
    examination = analysis.examination
    figure = lead_one(examination, View())
    (line,) = figure.data
    assert line.name == "I measured"
    assert np.allclose(line.y, examination.lead_i[::2], atol=1e-6)
    assert len(figure.layout.shapes) == len(examination.segments.qrs) + len(examination.segments.t)
    assert "not to scale" in figure.layout.annotations[0].text
    assert figure.layout.yaxis.scaleratio == 10 / 25
