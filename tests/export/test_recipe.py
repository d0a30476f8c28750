"""A recipe makes the same result again, bit for bit, or says what is not as it was."""

import json
from dataclasses import replace

import pytest
import torch

from ecg_core import PatientMetadata, Sex, analyse, load_model, read, read_earlier
from ecg_core.corrections import marks, revise, with_correction
from ecg_core.errors import EcgError, MetadataOutOfRange, RecipeDiffers, UnreadableFile
from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.export.recipe import model_of, replay, result_sha256, to_recipe
from ecg_core.records import EarlierEcg
from ecg_core.vocabulary import Wave
from tests.export.conftest import CANARY


@pytest.fixture(scope="module")
def recipe(analysis, named_files):
    return to_recipe(analysis, named_files)


def changed(recipe, **values):
    return json.dumps(json.loads(recipe) | values)


def test_it_makes_the_same_again_whatever_the_files_are_called(recipe, analysis, named_files):
    header, signal = named_files.values()
    again = replay(recipe, {f"{CANARY}.hea": header, f"{CANARY}.mat": signal}, load_model(model_of(recipe)))
    assert result_sha256(again.reconstruction) == result_sha256(analysis.reconstruction)
    assert again.metadata.known() == analysis.metadata.known()
    assert [again.metadata.origin(name) for name in again.metadata.known()] == [
        analysis.metadata.origin(name) for name in analysis.metadata.known()
    ]


def test_it_says_what_it_is_and_names_nobody(recipe):
    assert json.loads(recipe)["notice"] == RESEARCH_ONLY
    for private in (CANARY, "Zebulon", "1951", "2021", "13:14:15"):
        assert private not in recipe


def test_other_threads_make_the_same_again_and_are_left_as_they_were(recipe, named_files):
    before = torch.get_num_threads()
    torch.set_num_threads(before + 1)
    try:
        replay(recipe, named_files, load_model())
        assert torch.get_num_threads() == before + 1
    finally:
        torch.set_num_threads(before)


def test_a_part_of_a_recording_with_an_earlier_ecg_is_made_again(sample_recordings, sample_files):
    files = sample_files("A0002.hea", "A0002.mat")
    earlier = read_earlier(sample_recordings["A0001"], days_before=12.5)
    part = (1.0, 8.0)
    told = PatientMetadata(age_years=49.5, sex=Sex.FEMALE)
    analysis = analyse(read(files).between(*part), told, earlier=earlier, passes=2, seed=7)
    recipe = to_recipe(analysis, files, part=part)
    undated = read_earlier(sample_recordings["A0001"])
    assert replay(recipe, files, load_model(), earlier=undated).earlier.days_before == 12.5
    with pytest.raises(RecipeDiffers, match="Another earlier ECG: found none; expected beats with SHA-256"):
        replay(recipe, files, load_model())
    other = EarlierEcg(earlier.beat * 1.01, earlier.sampling_rate, earlier.axes)
    with pytest.raises(RecipeDiffers, match="Another earlier ECG"):
        replay(recipe, files, load_model(), earlier=other)


def test_another_file_is_told(recipe, named_files):
    one_bit = {name: data[:-1] + bytes([data[-1] ^ 1]) for name, data in named_files.items()}
    with pytest.raises(RecipeDiffers, match="Another file: found SHA-256"):
        replay(recipe, one_bit, load_model())


def test_another_model_is_told(recipe, named_files):
    model = load_model()
    with pytest.raises(RecipeDiffers, match="Another model: found weights of dual-branch with SHA-256 0000"):
        replay(recipe, named_files, replace(model, card=replace(model.card, weights_sha256="0000")))
    with pytest.raises(RecipeDiffers, match=r"Another calibration: found one on PTB-XL .*; expected ours"):
        replay(changed(recipe, model=json.loads(recipe)["model"] | {"calibrated_on": "ours"}), named_files, model)


def test_another_seed_is_another_result_and_another_version_is_named(recipe, named_files):
    with pytest.raises(RecipeDiffers, match="Another machine"):
        replay(changed(recipe, seed=4), named_files, load_model())
    versions = json.loads(recipe)["versions"] | {"torch": "1.0"}
    with pytest.raises(RecipeDiffers, match=r"Another version: .* torch 1\.0 then, 2\."):
        replay(changed(recipe, seed=4, versions=versions), named_files, load_model())
    replay(changed(recipe, versions=versions), named_files, load_model())  # the same bits are the same


@pytest.fixture(scope="module")
def corrected(analysis):
    first, second, third = [one for one in marks(analysis.examination) if one.wave is Wave.QRS][:3]
    corrections = with_correction((), first, replace(first, onset=first.onset - 4))
    corrections = with_correction(
        with_correction(corrections, second, None), None, replace(second, peak=second.peak + 2)
    )
    corrections = with_correction(corrections, third, None)
    return replace(analysis, examination=revise(analysis.examination, corrections))


def test_corrections_by_hand_are_made_again(corrected, named_files):
    again = replay(to_recipe(corrected, named_files), named_files, load_model()).examination
    assert again.segments.corrections == corrected.examination.segments.corrections
    assert marks(again) == marks(corrected.examination)
    assert again.measurements == corrected.examination.measurements


def test_other_marks_than_those_that_were_corrected_are_told(corrected, analysis, named_files):
    recipe = to_recipe(corrected, named_files)
    told = json.loads(recipe)
    told["corrections"][0]["before"]["onset"] += 1
    with pytest.raises(RecipeDiffers, match="Another machine"):
        replay(json.dumps(told), named_files, load_model())
    with pytest.raises(RecipeDiffers, match="Another machine"):
        replay(changed(recipe, corrections=[]), named_files, load_model())


def test_a_recipe_of_the_first_form_is_still_replayed(recipe, analysis, named_files):
    told = json.loads(recipe)
    del told["corrections"], told["marks_sha256"]
    with pytest.raises(UnreadableFile, match="Found a recipe whose corrections"):
        replay(json.dumps(told), named_files, load_model())
    again = replay(json.dumps(told | {"recipe": "ecg-core recipe 1"}), named_files, load_model())
    assert marks(again.examination) == marks(analysis.examination)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"recipe": "ecg-core recipe 99"}'])
def test_what_is_no_recipe_is_refused(text, named_files):
    with pytest.raises(UnreadableFile, match="Found no recipe"):
        model_of(text)
    with pytest.raises(EcgError):
        replay(text, named_files, load_model())


SPOILT = {
    "passes": ["many", 0, -2, True, None, 2.5],
    "seed": ["one", -1, None],
    "coverage": ["most", None, [0.9]],
    "threads": [0, "all", None],
    "part_s": [[1], [1, "end"], 3, {}],
    "files_sha256": [None, "one", [3]],
    "read_as": [None, [], {}, {"sampling_rate": "high", "unit": None, "lead": None, "member": None}],
    "model": [None, "dual-branch", {"name": "dual-branch"}],
    "versions": [None, {}, {"torch": 2}],
    "earlier_ecg": [3, {}, {"beats_sha256": 1, "days_before": None}, {"beats_sha256": "0", "days_before": "two"}],
    "corrections": [None, [3], [{"before": 3, "after": None}], [{"before": {"wave": "P"}, "after": None}]],
    "marks_sha256": [None, 3],
    "metadata": [
        None, [], {"weight": {"value": 80, "origin": "typed by the user"}}, {"age_years": 63}, {"age_years": {}},
        {"age_years": {"value": "old", "origin": "typed by the user"}},
        {"age_years": {"value": 63, "origin": "a guess"}},
        {"age_years": {"value": 63, "origin": ["typed by the user"]}},
        {"sex": {"value": "unknown", "origin": "typed by the user"}},
    ],
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in SPOILT.items() for value in values])
def test_what_was_edited_out_of_form_is_refused_by_its_name(recipe, named_files, name, value):
    with pytest.raises(
        UnreadableFile, match=rf"Found a recipe whose {name}[a-z0-9_.-]* is not what ecg-core writes there"
    ):
        replay(changed(recipe, **{name: value}), named_files, load_model())


def test_a_field_that_is_missing_is_named(recipe):
    told = json.loads(recipe)
    for name in told.keys() - {"recipe", "notice"}:
        with pytest.raises(UnreadableFile, match=f"whose {name}"):
            model_of(json.dumps({key: value for key, value in told.items() if key != name}))


def test_a_value_out_of_range_is_refused_as_everywhere(recipe, named_files):
    told = json.loads(recipe)["metadata"] | {"age_years": {"value": 400, "origin": "typed by the user"}}
    with pytest.raises(MetadataOutOfRange, match="age_years = 400"):
        replay(changed(recipe, metadata=told), named_files, load_model())
