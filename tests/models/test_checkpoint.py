"""A checkpoint rebuilds itself strictly, or says why not."""

import json
import shutil

import pytest
import torch

from ecg_core.errors import CheckpointRefused, DataMissing
from ecg_core.models.checkpoint import CHECKPOINTS, list_models, load_model
from ecg_core.uncertainty.calibration import WITH_AXES, WITHOUT_AXES


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


def test_released_weights_are_small_and_their_card_is_complete():
    for name in list_models():
        assert (CHECKPOINTS / name / "weights.safetensors").stat().st_size <= 10_000_000
        card = load_model(name).card
        assert set(card.calibrations) == {WITHOUT_AXES, WITH_AXES}
        assert card.scores["fold 9"]["none"]["r_mean"] >= 0.78
        assert card.scores["fold 9"]["paper"]["r_mean"] >= 0.85
        for scores in card.scores["fold 9"].values():
            assert 0.88 <= scores["coverage"] <= 0.92
            cells = [share for waves in scores["coverage_by_lead_and_wave"].values() for share in waves.values()]
            assert 0.85 <= min(cells) <= max(cells) <= 0.95


def test_unknown_name_lists_what_there_is():
    with pytest.raises(DataMissing, match=r"no checkpoint named nothing; expected one of dual-branch"):
        load_model("nothing")


def test_damaged_weights_are_refused(copy):
    weights = bytearray((copy / "weights.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "weights.safetensors").write_bytes(weights)
    with pytest.raises(CheckpointRefused, match="not those its card names"):
        load_model(copy)


@pytest.mark.parametrize("changes", [{"format_version": 99}, {"features": ["age"]}, {"architecture": "Oracle"}])
def test_another_version_is_refused(copy, changes):
    edit(copy, **changes)
    with pytest.raises(CheckpointRefused, match="expected"):
        load_model(copy)


def test_a_card_of_another_size_is_refused(copy):
    settings = load_model(copy).card.settings
    edit(copy, settings={**settings, "decoder": 8})
    with pytest.raises(CheckpointRefused, match="do not fit its card"):
        load_model(copy)
