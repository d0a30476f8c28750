"""A checkpoint rebuilds itself strictly, or says why not."""

import json
import shutil

import pytest
import torch

from ecg_core.errors import CheckpointRefused, DataMissing
from ecg_core.metadata import FEATURES
from ecg_core.models.checkpoint import CHECKPOINTS, list_models, load_evaluations, load_model, save_model
from ecg_core.models.dual_branch import DualBranch
from ecg_core.records import Preparation
from ecg_core.results import Calibration
from ecg_core.uncertainty.calibration import COVERAGES, WITH_AXES, WITH_EARLIER, WITHOUT_AXES, level_of
from ecg_core.vocabulary import ESTIMATED, Wave


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(CHECKPOINTS / "dual-branch", tmp_path / "copy")


def edit(folder, **changes):
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps({**card, **changes}))


def test_loads_by_name_and_by_folder(copy):
    by_name, by_folder = load_model("dual-branch"), load_model(copy)
    assert all(
        torch.equal(value, by_folder.network.state_dict()[name]) for name, value in by_name.network.state_dict().items()
    )
    assert not by_name.network.training


def test_released_weights_are_small_and_their_card_says_how_they_were_calibrated():
    for name in list_models():
        assert (CHECKPOINTS / name / "weights.safetensors").stat().st_size <= 10_000_000
        card = load_model(name).card
        assert {WITHOUT_AXES, WITH_AXES} <= set(card.calibrations) <= {WITHOUT_AXES, WITH_AXES, WITH_EARLIER}


def test_the_released_model_stays_above_its_floor():
    tiers = load_evaluations()["dual-branch"]["tiers"]
    for tier, floor in (("none", 0.78), ("paper", 0.85)):
        assert tiers[tier]["point"]["r_mean"] >= floor
    for scores in tiers.values():
        assert 0.88 <= scores["doubt"]["kinds"]["both"]["coverage"]["0.90"]["overall"] <= 0.93


def test_unknown_name_lists_what_there_is():
    with pytest.raises(DataMissing, match=r"no checkpoint named nothing; expected one of dual-branch"):
        load_model("nothing")


def test_damaged_weights_are_refused(copy):
    weights = bytearray((copy / "weights.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "weights.safetensors").write_bytes(weights)
    with pytest.raises(CheckpointRefused, match="not those its card names"):
        load_model(copy)


@pytest.mark.parametrize(
    "changes", [{"format_version": 99}, {"format_version": 1}, {"features": ["age"]}, {"architecture": "Oracle"}]
)
def test_another_version_is_refused(copy, changes):
    edit(copy, **changes)
    with pytest.raises(CheckpointRefused, match="expected"):
        load_model(copy)


def test_a_card_of_another_size_is_refused(copy):
    settings = load_model(copy).card.settings
    edit(copy, settings={**settings, "decoder": 8})
    with pytest.raises(CheckpointRefused, match="do not fit a DualBranchEnsemble of this version"):
        load_model(copy)


def test_the_released_model_is_calibrated_in_every_state_for_every_lead_and_wave():
    calibrations = load_model().card.calibrations
    assert set(calibrations) == {WITHOUT_AXES, WITH_AXES, WITH_EARLIER}
    levels = [level_of(coverage) for coverage in COVERAGES]
    for one in calibrations.values():
        assert list(one.factors) == list(one.simultaneous) == levels
        for factors in (one.scale, *one.factors.values()):
            assert tuple(factors) == ESTIMATED
            assert all(tuple(waves) == tuple(Wave) and min(waves.values()) > 0 for waves in factors.values())
        for lead in ESTIMATED:
            for wave in Wave:
                widths = [one.factors[level][lead][wave] for level in levels]
                assert widths == sorted(widths)


def any_calibration(factor: float) -> Calibration:
    factors = {lead: {wave: factor + index for index, wave in enumerate(Wave)} for lead in ESTIMATED}
    return Calibration({"0.50": factors, "0.90": factors}, factors, {"0.50": 1.5, "0.90": 2.5}, "generated", 7)


def test_what_is_saved_is_what_is_loaded(tmp_path):
    torch.manual_seed(0)
    settings = {"features": len(FEATURES), "channels": 8, "lstm": 8, "decoder": 8}
    network = DualBranch(**settings)
    states = {WITHOUT_AXES: any_calibration(1.0), WITH_EARLIER: any_calibration(2.0)}
    card = save_model(
        tmp_path / "small",
        network,
        {
            "name": "small", "settings": settings, "preparation": Preparation(high_hz=30.0), "calibrations": states,
            "other_spreads": {WITHOUT_AXES: {"constant": any_calibration(3.0)}}, "training": {"seed": 4},
            "data": "generated", "licence": "MIT",
        },
    )  # fmt: skip
    model = load_model(tmp_path / "small")
    assert model.card == card
    assert model.card.calibrations == states
    assert model.card.other_spreads[WITHOUT_AXES]["constant"] == any_calibration(3.0)
    assert type(next(iter(model.card.calibrations[WITHOUT_AXES].scale))).__name__ == "Lead"
    assert model.card.format_version == 2
    saved = network.state_dict()
    for name, value in model.network.state_dict().items():
        assert value.dtype == saved[name].dtype
        assert torch.allclose(value, saved[name], rtol=1e-3, atol=1e-6)  # kept in half precision


def test_evaluations_lie_beside_their_models_the_default_one_first(tmp_path):
    for name in ("alone", "dual-branch", "rival"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "card.json").write_text("{}")
    assert load_evaluations(tmp_path) == {}
    for name in ("dual-branch", "alone"):
        (tmp_path / name / "evaluation.json").write_text(json.dumps({"model": name}))
    assert load_evaluations(tmp_path) == {"dual-branch": {"model": "dual-branch"}, "alone": {"model": "alone"}}
    assert list(load_evaluations(tmp_path)) == ["dual-branch", "alone"]
