"""Two models on the Review page: one shown, another laid over it."""

import pytest

import ecg_core
from dashboard import cached
from ecg_core import EcgError, load_model
from tests.dashboard.pages import drawn, figure, texts, visit


@pytest.fixture
def two_models(monkeypatch, other_model):
    """As if ``checkpoints/`` held two."""
    models = {"dual-branch": load_model(), "other": other_model}
    monkeypatch.setattr(ecg_core, "list_models", lambda: tuple(models))
    monkeypatch.setattr(cached, "model", models.__getitem__)
    return models


def choose(page, name):
    return page.selectbox(key="compare dual-branch").select(name).run()


def test_with_one_model_there_is_nothing_to_choose(monkeypatch):
    monkeypatch.setattr(ecg_core, "list_models", lambda: ("dual-branch",))
    page = visit().run()
    assert not any(box.label == "Compare with" for box in page.selectbox)


def test_at_first_no_other_model_is_drawn_and_the_default_is_the_first_choice(two_models):
    page = visit().run()
    assert page.selectbox(key="model").options == ["dual-branch", "other"]
    assert page.selectbox(key="compare dual-branch").options == ["other"]
    assert page.selectbox(key="compare dual-branch").value is None
    assert not any(name.endswith(" by other") for name in drawn(page))


def test_a_chosen_model_is_laid_over_the_tracing_and_scored_beside_it(two_models):
    page = choose(visit().run(), "other")
    assert not page.exception
    assert "V6 by other" in drawn(page)
    assert "estimated by other" in drawn(page)
    assert "dual-branch and other" in texts(page)
    (scores,) = (frame.value for frame in page.dataframe if "r other" in frame.value.columns)
    case = page.session_state["case"]
    shown, other = case.shown, case.results[-1]
    assert (shown.analysis.card.name, other.analysis.card.name) == ("dual-branch", "other")
    row = scores.set_index("Lead").loc["V2"]
    assert row["r dual-branch"] == shown.scores[ecg_core.Lead.V2].r
    assert row["r other"] == other.scores[ecg_core.Lead.V2].r != row["r dual-branch"]
    page = page.selectbox(key="compare dual-branch").set_value(None).run()
    assert not any(name.endswith(" by other") for name in drawn(page))


def test_without_recorded_leads_the_two_are_compared_with_each_other(two_models):
    page = visit().run()
    page = choose(page.selectbox(key="sample").select_index(7).run(), "other")
    assert "the file holds no leads to judge them by" in texts(page)
    assert any("Most mV" in frame.value.columns for frame in page.dataframe)


def test_a_model_that_does_not_load_leaves_the_tracing_alone(two_models, monkeypatch):
    def model(name):
        if name == "other":
            raise EcgError("Found a damaged checkpoint; expected a whole one: fetch it again.")
        return two_models[name]

    monkeypatch.setattr(cached, "model", model)
    page = choose(visit().run(), "other")
    (error,) = page.error
    assert error.proto.title == "other cannot be compared"
    assert "V6 estimated" in drawn(page)
    assert figure(page)
