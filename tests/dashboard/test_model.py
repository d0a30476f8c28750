"""The Model page on made-up evaluations: every number on it is that of the JSON."""

import json
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cached
from dashboard.figures.evidence_names import KINDS
from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.models import checkpoint
from ecg_core.models.checkpoint import CHECKPOINTS, DEFAULT_MODEL, load_model
from ecg_core.training.targets import targets
from ecg_core.vocabulary import ESTIMATED
from tests.dashboard.evaluations import evaluation
from tests.dashboard.pages import APP, texts

RIVAL, UNKNOWN = "unet", "unknown"


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A folder of checkpoints: the main model with a whole evaluation, a rival with one tier, one never evaluated."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for name in (DEFAULT_MODEL, RIVAL, UNKNOWN):
        shutil.copytree(CHECKPOINTS / DEFAULT_MODEL, folder / name, ignore=shutil.ignore_patterns("evaluation.json"))
        card = json.loads((folder / name / "card.json").read_text(encoding="utf-8"))
        (folder / name / "card.json").write_text(json.dumps(card | {"name": name}), encoding="utf-8")
    weights = load_model().card.weights_sha256
    own = evaluation(DEFAULT_MODEL, weights, {"none": 0.8123, "paper": 0.8567})
    rival = evaluation(RIVAL, "0" * 64, {"none": 0.7345}, whole=False)
    for name, found in ((DEFAULT_MODEL, own), (RIVAL, rival)):
        (folder / name / checkpoint.EVALUATION).write_text(json.dumps(found), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def checkpoints(released):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoint, "CHECKPOINTS", released)
        yield released
    cached.model.clear()  # models by these names are known to no other test


def visit(model: str = DEFAULT_MODEL) -> AppTest:
    page = AppTest.from_file(str(APP.parent / "views" / "model.py"), default_timeout=120).run()
    if model != DEFAULT_MODEL:
        page.selectbox(key="model looked at").select(model).run()
    assert not page.exception
    return page


@pytest.fixture(scope="module")
def page(checkpoints) -> AppTest:
    """The page as it opens, to look at and not to touch."""
    return visit()


@pytest.fixture(scope="module")
def own(checkpoints) -> dict:
    return checkpoint.load_evaluations(checkpoints)[DEFAULT_MODEL]


def figures(page: AppTest) -> dict[str, dict]:
    """Each figure by its name, with the text for those who do not see it."""
    found = {}
    for chart in page.get("plotly_chart"):
        name, _, alt = chart.proto.alt.partition(". ")
        found[name] = json.loads(chart.proto.spec) | {"alt": alt}
    return found


def said(page: AppTest) -> str:
    return "\n".join([texts(page), *(element.value for element in page.title)])


def verdicts(page: AppTest) -> dict[str, str]:
    (table,) = (one.value for one in page.table if "Verdict" in one.value)
    return dict(zip(table["Measure"], table["Verdict"], strict=True))


def test_the_default_model_comes_first_and_says_where_its_numbers_are_from(page):
    assert page.selectbox(key="model looked at").options == [DEFAULT_MODEL, RIVAL, UNKNOWN]
    assert "PTB-XL, fold 9, 40 records, held out, 30 passes, told nothing." in said(page)
    assert RESEARCH_ONLY in said(page)
    assert "doi 10.3390/s26010212" in said(page)


def test_the_card_is_read_and_not_typed(page):
    card = load_model().card
    (table,) = (one.value for one in page.table if "From its card" in one.value)
    shown = dict(table.to_numpy().tolist())
    assert shown["Network"] == card.architecture
    assert shown["Parameters"] == f"{card.training['parameters']:,}"
    assert shown["Data"] == card.data
    assert shown["Folds to train"] == "1–7"
    assert shown["Weights (SHA-256)"].startswith(card.weights_sha256[:12])
    for state, one in card.calibrations.items():
        assert shown[f"Band {state}"] == f"from {one.records:,} records: {one.fitted_on}"


def test_targets_are_marked_reached_not_reached_and_not_measured(page, checkpoints):
    marks = {True: "✓ reached", False: "✗ **not reached**", None: "– not measured"}
    found = targets(checkpoint.load_evaluations(checkpoints), DEFAULT_MODEL)
    assert verdicts(page) == {one.measure: marks[one.reached] for one in found}
    assert verdicts(page)["r, tier none"] == "✓ reached"
    assert verdicts(page)["r, tier paper"] == "✗ **not reached**"
    assert verdicts(page)["r less that of nakanishi, tier none"] == "– not measured"
    count = sum(one.reached is False for one in found)
    assert f"{count} not reached" in said(page)


def test_correlation_by_lead_is_that_of_the_evaluation(page, own):
    figure = figures(page)["Correlation by lead"]
    for tier, scores in own["tiers"].items():
        by_lead = scores["point"]["by_lead"]
        (trace,) = (one for one in figure["data"] if one["name"] == tier)
        assert trace["y"] == [by_lead[lead]["r"] for lead in figure["layout"]["xaxis"]["ticktext"]]
    assert figure["layout"]["xaxis"]["ticktext"] == [lead.value for lead in ESTIMATED]


def test_models_stand_beside_each_other_with_their_intervals(page, own):
    figure = figures(page)["Beside the other models"]
    assert figure["layout"]["yaxis"]["ticktext"] == [DEFAULT_MODEL, RIVAL]
    trace = figure["data"][0]
    assert trace["x"] == [0.8123, 0.7345]
    assert trace["error_x"]["array"] == pytest.approx([0.01, 0.01])


def test_limits_are_computed_from_the_records(page, own):
    assert sum(r < 0.5 for r in own["tiers"]["none"]["per_record"]["r"]) == 12
    assert "Of 1,000 test ECGs, told nothing, 300 had a mean correlation below 0.5" in said(page)
    assert "missed in 750 of 1,000 (6 of 8) ECGs that had it; in V1 it was made up in 62 of 1,000 (2 of 32)" in said(
        page
    )
    assert "mean r is 0.86 where the diagnosis stayed, and 0.83 where it changed (142 records)" in said(page)
    assert "on LUDB the 90 % band held 86.1 % of true values, mean r 0.77 (40 pieces" in said(page)
    assert "0.931 on twelve real leads, 0.822 on reconstructed ones and 0.835 on Lead I alone" in said(page)


def test_what_the_network_is_told_can_be_chosen(own):
    page = visit()
    page.get("button_group")[0].set_value("paper").run()
    assert not page.exception
    assert "30 passes, told the paper's five" in said(page)
    rows = figures(page)["Coverage by lead and wave"]["data"][0]
    cells = own["tiers"]["paper"]["doubt"]["kinds"]["both"]["coverage"]["0.90"]["by_lead_and_wave"]
    assert rows["text"][0][0].startswith(f"{100 * cells['II']['QRS']:.1f}")


def test_a_cell_outside_of_what_was_promised_carries_a_sign_and_is_named(page):
    figure = figures(page)["Coverage by diagnosis"]
    (heat,) = figure["data"]
    row, column = heat["y"].index("MI QRS"), heat["x"].index("V2")
    assert heat["text"][row][column] == "81.2▼"
    assert sum("▼" in text or "▲" in text for line in heat["text"] for text in line) == 1
    assert figure["alt"] == "1 of 165 cells outside 85 to 95 %: MI QRS V2 81.2 %."
    assert "HYP (few) T" in heat["y"]


def test_the_level_of_the_band_is_a_choice(own):
    page = visit()
    (level,) = (group for group in page.get("button_group") if group.label == "Promised")
    level.set_value("0.50").run()
    found = own["tiers"]["none"]["doubt"]["kinds"]["both"]["coverage"]["0.50"]
    assert f"inside the 50 % band. Over all {100 * found['overall']:.1f} %" in said(page)
    text = figures(page)["Coverage by lead and wave"]["data"][0]["text"]
    assert text[1][0] == f"{100 * found['by_lead_and_wave']['II']['T']:.1f}"


def test_groups_stand_in_order_of_how_badly_they_are_served(page):
    rows = figures(page)["By rhythm"]["layout"]["yaxis"]["ticktext"]
    assert rows == ["paced PACE (32)", "atrial fibrillation AFIB (31)", "sinus rhythm SR (30)"]


def test_what_only_the_main_model_has_is_shown(page):
    assert {"With an earlier ECG", "What a classifier can still tell", "LUDB by rhythm"} <= set(figures(page))
    changes = next(one.value for one in page.dataframe if "Spread mV" in one.value)
    assert changes["In the 90 % band"].tolist()[-4:] == pytest.approx([87.0] * 4)
    other = next(one.value for one in page.dataframe if "The same, recalibrated" in one.value)
    assert other.iloc[0][["Data", "r", "The same, recalibrated"]].tolist() == ["LUDB", 0.771, pytest.approx(89.7)]
    (data, records), *_ = load_model().card.training["also_chosen_on"].items()
    assert f"Of {data}, {records} records had a say in how this model was trained" in said(page)


def test_every_figure_and_table_has_a_text_alternative(page):
    assert len(page.get("plotly_chart")) == 16
    assert all(chart.proto.alt for chart in page.get("plotly_chart"))
    assert all(any(sign.isdigit() for sign in figure["alt"]) for figure in figures(page).values())


def test_a_rival_with_one_tier_and_nothing_else_is_shown_without_targets(checkpoints):
    page = visit(RIVAL)
    assert "With an earlier ECG" not in figures(page)
    assert f"The targets were set for {DEFAULT_MODEL}" in said(page)
    assert not [one for one in page.table if "Verdict" in one.value]


def test_scores_of_other_weights_are_called_that(checkpoints):
    page = visit(RIVAL)
    (error,) = page.error
    assert "weights 000000000000;" in error.value


def test_a_model_that_was_never_evaluated_says_so_and_how_to_change_it(checkpoints):
    page = visit(UNKNOWN)
    assert any("has not been evaluated yet" in info.proto.title for info in page.info)
    assert f"ecg-core evaluate --data path/to/ptb-xl --model {UNKNOWN} --release" in said(page)
    assert RESEARCH_ONLY in said(page)
    assert not page.get("plotly_chart")
    assert any("From its card" in one.value for one in page.table)


def test_a_new_evaluation_is_seen_at_once(released, tmp_path, monkeypatch):
    folder = tmp_path / "checkpoints"
    shutil.copytree(released, folder)
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", folder)
    assert visit().get("plotly_chart")
    file = folder / DEFAULT_MODEL / checkpoint.EVALUATION
    file.write_text(file.read_text(encoding="utf-8").replace("0.8123", "0.8001"), encoding="utf-8")
    assert "0.800, the mean error" in said(visit())


def test_the_released_models_are_shown_as_they_are_on_a_page_of_the_app(monkeypatch):
    monkeypatch.setattr(checkpoint, "CHECKPOINTS", CHECKPOINTS)
    page = AppTest.from_file(str(APP), default_timeout=120).run().switch_page("views/model.py").run()
    assert not page.exception
    assert RESEARCH_ONLY in said(page)
    for name, found in checkpoint.load_evaluations().items():
        if name == DEFAULT_MODEL:
            assert f"{found['tiers']['none']['point']['r_mean']:.3f}" in said(page)
            assert set(found["tiers"]["none"]["doubt"]["kinds"]) == set(KINDS)
            assert len(verdicts(page)) == len(targets(checkpoint.load_evaluations(), DEFAULT_MODEL))
