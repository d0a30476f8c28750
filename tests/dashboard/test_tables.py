"""Tables of numbers: written as the page's language writes them, and numbers still."""

import re

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.pages import APP


def written(element) -> pd.DataFrame:
    """What stands in the cells of a table."""
    return pa.ipc.open_stream(element.proto.arrow_data.styler.display_values).read_pandas()


def few_numbers(lang: str) -> None:
    import pandas as pd

    from dashboard.texts import speak
    from dashboard.views.tables import number_table

    speak(lang)
    table = pd.DataFrame({"r": [0.81234, None], "change": [-1.5, 0.25], "lead": ["II", "V1"]})
    number_table(table, {"r": "%.3f", "change": "%+.1f", "not there": "%.0f"}, alt="a table")


@pytest.mark.parametrize(
    ("lang", "r", "change"), [("en", ["0.812", ""], ["-1.5", "+0.2"]), ("de", ["0,812", ""], ["-1,5", "+0,2"])]
)
def test_numbers_are_written_in_the_language_of_the_page_and_stay_numbers(lang, r, change):
    (table,) = AppTest.from_function(few_numbers, kwargs={"lang": lang}).run().dataframe
    cells = written(table)
    assert cells["r"].tolist() == r
    assert cells["change"].tolist() == change
    assert cells["lead"].tolist() == ["II", "V1"]
    assert table.value["r"].tolist()[0] == 0.81234


def german(page: str) -> None:
    import runpy

    from dashboard.texts import speak

    speak("de")
    runpy.run_path(page)


def test_no_table_of_the_german_model_page_has_a_decimal_point():
    page = AppTest.from_function(german, kwargs={"page": str(APP.parent / "views" / "model.py")}, default_timeout=120)
    cells = [str(cell) for table in page.run().dataframe for cell in written(table).to_numpy().flat]
    assert any(re.fullmatch(r"0,\d{3}", cell) for cell in cells)
    assert not [cell for cell in cells if re.search(r"\d\.\d", cell)]
