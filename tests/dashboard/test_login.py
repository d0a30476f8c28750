"""Logging in is off unless it is configured; where it must be and is not, nothing is shown."""

import pytest

from dashboard.texts import say
from dashboard.views.login import REQUIRED
from tests.dashboard.pages import texts, visit


def test_where_login_is_required_and_no_provider_is_configured_nothing_is_shown(monkeypatch):
    monkeypatch.setenv(REQUIRED, "required")
    page = visit().run()
    assert not page.exception
    assert [error.value for error in page.error] == [say("login.not_configured")]
    assert not page.get("plotly_chart")
    assert not page.get("file_uploader")
    assert "Sinus rhythm" not in texts(page)


@pytest.mark.parametrize("value", ["", "no"])
def test_otherwise_there_is_no_trace_of_it(monkeypatch, value):
    monkeypatch.setenv(REQUIRED, value)
    page = visit().run()
    assert page.get("plotly_chart")
    assert not [one for one in page.button if one.label in (say("login.log_in"), say("login.log_out"))]
