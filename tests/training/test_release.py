"""From a folder of records to a checkpoint, its evaluation, and a band refitted on a site's own records."""

import json

import numpy as np
import pytest
import wfdb

from ecg_core.errors import DataMissing
from ecg_core.models.checkpoint import load_evaluations, load_model
from ecg_core.results import Segments
from ecg_core.training.release import recalibrate, train, train_rival_model
from ecg_core.training.report import r_mv, report
from ecg_core.training.stages import CHOSEN_ON
from ecg_core.training.tables import END, START, write_tables
from ecg_core.training.targets import compare_models, targets
from ecg_core.uncertainty.calibration import WITH_AXES, WITH_EARLIER, WITHOUT_AXES
from ecg_core.vocabulary import LEADS, Lead, Wave

from .test_fit import SMALL
from .test_stages import FEW


@pytest.fixture(scope="module")
def folder(small_ptbxl, tmp_path_factory):
    """Two trained models and their evaluations, as ``checkpoints`` would hold them."""
    folder = tmp_path_factory.mktemp("checkpoints")
    train(small_ptbxl, folder / "dual-branch", SMALL, FEW)
    train_rival_model("linear", small_ptbxl, folder / "linear")
    for name in ("dual-branch", "linear"):
        found = report(load_model(folder / name), small_ptbxl, [9], ("none", "prior", "paper"), passes=4, classes=False)
        (folder / name / "evaluation.json").write_text(json.dumps(found), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def evaluations(folder):
    return load_evaluations(folder)


def test_a_trained_checkpoint_says_how_it_came_about(folder):
    card = load_model(folder / "dual-branch").card
    assert card.training["folds"]["train"] == [1, 2, 3, 4, 5, 6, 7]
    assert len(card.training["history"]) == SMALL.epochs + SMALL.earlier_epochs
    assert [(one["network"], one["begun_with"], len(one["history"])) for one in card.training["stages"]] == [
        (stage.network, stage.begin_with, stage.epochs) for stage in FEW
    ]
    assert card.training["also_chosen_on"] == CHOSEN_ON
    assert set(card.calibrations) == {WITHOUT_AXES, WITH_AXES, WITH_EARLIER}
    assert all(one.fitted_on.startswith("PTB-XL fold 8") for one in card.calibrations.values())
    assert set(card.training["wander_gain"]) == {"II", "V1", "V2", "V3", "V4", "V5", "V6"}


def test_a_rival_that_reads_no_metadata_errs_alike_whatever_is_known(folder):
    card = load_model(folder / "linear").card
    assert card.calibrations[WITH_AXES] == card.calibrations[WITHOUT_AXES]


def test_a_report_has_every_tier_that_was_asked_for(evaluations):
    assert set(evaluations["dual-branch"]["tiers"]) == {"none", "paper"}
    assert set(evaluations["dual-branch"]["earlier"]["tiers"]) == {"none", "prior-axes", "prior", "paper"}
    assert set(evaluations["linear"]["tiers"]) == {"none"}
    assert 0.0 < evaluations["dual-branch"]["raw_targets"]["r_mean"] < 1.0
    assert evaluations["dual-branch"]["spoilt"][0]["by"] is None
    assert "spoilt" not in evaluations["linear"]


def test_two_models_are_compared_record_by_record(evaluations):
    more = compare_models(evaluations["dual-branch"], evaluations["linear"], "none")
    means = [np.mean(evaluations[name]["tiers"]["none"]["per_record"]["r"]) for name in ("dual-branch", "linear")]
    assert more[0] == pytest.approx(means[0] - means[1])
    assert more[1] <= more[0] <= more[2]
    assert compare_models(evaluations["dual-branch"], evaluations["linear"], "paper") is None


@pytest.mark.parametrize(("r", "reached"), [(0.7949, False), (0.7951, True)])
def test_a_target_is_marked_by_what_was_found(evaluations, r, reached):
    changed = json.loads(json.dumps(evaluations["dual-branch"]))
    changed["tiers"]["none"]["point"]["r_mean"] = r
    (row,) = [row for row in targets({"dual-branch": changed}, "dual-branch") if row.measure == "r, tier none"]
    assert row.reached is reached
    assert row.found == f"{r:.4f}"


def test_what_was_not_measured_is_not_called_missed(evaluations):
    rows = targets({"dual-branch": evaluations["dual-branch"]}, "dual-branch")
    assert {row.reached for row in rows if "nakanishi" in row.measure} == {None}


def test_tables_are_written_between_their_marks_alone(folder):
    page = folder / "README.md"
    page.write_text(f"Before.\n{START}\noutdated\n{END}\nAfter.\n", encoding="utf-8")
    write_tables(folder)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("Before.\n")
    assert text.endswith("After.\n")
    assert "outdated" not in text
    r = load_evaluations(folder)["linear"]["tiers"]["none"]["point"]["r_mean"]
    assert f"| `linear` | none | {r:.4f} |" in text
    assert "**not reached**" in text
    last = load_evaluations(folder)["dual-branch"]["spoilt"][-1]
    assert f"| muscle noise, 10 dB below it | {last['records']} | {last['r']:.3f} |" in text
    page.write_text("No place.", encoding="utf-8")
    with pytest.raises(ValueError, match="no place"):
        write_tables(folder)


@pytest.fixture
def own_records(tmp_path, sample_recordings):
    """A site's records, ten times as strong as the network expects: the band has to grow."""
    pieces = [one.only(*LEADS) for one in sample_recordings.values() if set(LEADS) <= set(one.leads)]
    for number in range(50):
        one = pieces[number % len(pieces)]
        first = number * 37 % max(one.signals.shape[1] - 5000, 1)
        signals = one.signals[:, first : first + 5000].astype(float)
        signals[LEADS.index(Lead.V1) :] *= 3
        wfdb.wrsamp(
            f"r{number}", 500, ["mV"] * 12, [lead.value for lead in LEADS], signals.T,
            fmt=["16"] * 12, adc_gain=[1000.0] * 12, baseline=[0] * 12, write_dir=str(tmp_path),
        )  # fmt: skip
    return tmp_path


def test_a_band_refitted_on_stronger_chest_leads_is_wider_there(own_records, folder, tmp_path):
    model = load_model(folder / "dual-branch")
    card = recalibrate(model, own_records, tmp_path / "ours", passes=2)
    before, after = (one.calibrations[WITHOUT_AXES].factors["0.90"] for one in (model.card, card))
    assert after[Lead.V3][Wave.QRS] > before[Lead.V3][Wave.QRS]
    assert card.calibrations[WITHOUT_AXES].fitted_on.startswith("recalibrated on")
    assert card.calibrations[WITH_EARLIER] == model.card.calibrations[WITH_EARLIER]  # nobody had an earlier one
    assert load_model(tmp_path / "ours").card.weights_sha256 == model.card.weights_sha256


def test_too_few_records_to_calibrate_are_refused(own_records, folder, tmp_path):
    for number in range(10, 50):
        (own_records / f"r{number}.hea").unlink()
    with pytest.raises(DataMissing, match="Found 10 pieces of ten seconds"):
        recalibrate(load_model(folder / "dual-branch"), own_records, tmp_path / "ours", passes=2)
    assert not (tmp_path / "ours").exists()


@pytest.mark.parametrize("rate", [100.0, 500.0])
def test_the_top_of_an_r_wave_is_read_between_samples(rate):
    tops = np.array([1.003, 2.005, 3.007])  # s
    times = np.arange(round(4 * rate)) / rate
    lead = 1.2 * np.exp(-((times[:, None] - tops) ** 2) / (2 * 0.009**2)).sum(axis=1)
    segments = Segments(np.round(tops * rate), np.empty((0, 2)), np.empty((0, 2)), rate)
    assert r_mv(lead, segments) == pytest.approx(1.2, rel=0.015)
    if rate == 100.0:
        assert np.median([lead[peak - 6 : peak + 7].max() for peak in segments.r_peaks]) < 0.96 * 1.2
