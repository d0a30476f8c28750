"""The command line: what it writes, and how it says no."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pypdf
import pytest

from ecg_core.__main__ import main
from ecg_core.export.formats import FORMATS
from ecg_core.export.notice import EARLIER_WARNING


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_a_header_alone_finds_its_signals(sample_data, tmp_path, capsys):
    out = tmp_path / "af"
    status = run("reconstruct", sample_data / "A0003.hea", "--age", 81, "--sex", "female", "--passes", 4, "--out", out)
    assert status == 0
    assert sorted(path.name for path in out.iterdir()) == ["reconstruction.npz", "summary.json"]
    summary = json.loads((out / "summary.json").read_text())
    assert summary["metadata"]["age_years"] == {"value": 81.0, "origin": "typed by the user"}
    assert summary["recording"]["leads"][0] == "I"
    assert "Wrote" in capsys.readouterr().out


def test_formats_that_are_asked_for_are_written_in_place_of_the_usual_two(sample_data, tmp_path):
    assert (
        run("reconstruct", sample_data / "A0010_lead_I.edf", "--passes", 2, "--format", *FORMATS, "--out", tmp_path)
        == 0
    )
    assert {path.name for path in tmp_path.iterdir()} == {
        *(
            f"reconstruction.{ending}"
            for ending in ("hea", "dat", "atr", "dcm", "fhir.json", "csv", "parquet", "edf", "npz")
        ),
        "marks.atr",
        "marks.hea",
        "analysis.json",
        "report.pdf",
    }


def test_the_report_is_on_the_paper_and_in_the_language_that_are_asked_for(sample_data, tmp_path):
    strip, asked = sample_data / "A0010_lead_I.edf", ("--paper", "letter", "--language", "de")
    assert run("reconstruct", strip, "--passes", 2, "--format", "pdf", *asked, "--out", tmp_path) == 0
    first = pypdf.PdfReader(tmp_path / "report.pdf").pages[0]
    assert [float(side) * 25.4 / 72 for side in first.mediabox[2:]] == pytest.approx([279.4, 215.9], abs=0.1)
    assert "Nur für Forschung und Lehre" in first.extract_text()


def test_a_folder_or_an_archive_with_one_recording_will_do(sample_data, tmp_path):
    folder, archive = tmp_path / "in" / "g1", tmp_path / "in.zip"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w") as packed:
        for name in ("A0003.hea", "A0003.mat", "README.md"):
            (folder / name).write_bytes((sample_data / name).read_bytes())
            packed.write(sample_data / name, f"g1/{name}")
    for source in (folder.parent, archive):
        assert run("reconstruct", source, "--passes", 2, "--out", tmp_path / "out") == 0
        assert json.loads((tmp_path / "out" / "summary.json").read_text())["recording"]["format"] == "WFDB"


def test_one_of_several_recordings_in_a_folder_is_named_and_a_folder_of_nothing_is_refused(
    sample_data, tmp_path, capsys
):
    (tmp_path / "several").mkdir()
    for name in ("A0006_lead_I.csv", "A0010_lead_I.edf"):
        (tmp_path / "several" / name).write_bytes((sample_data / name).read_bytes())
    ask = ("reconstruct", tmp_path / "several", "--passes", 2, "--out", tmp_path / "out")
    assert run(*ask) == 2
    said = capsys.readouterr().err
    assert "2 recordings; expected one" in said
    assert "--member FILE (1 · delimited text" in said
    assert run(*ask, "--member", "A0010_lead_I.edf", "--format", "json", "recipe") == 0
    assert "EDF+" in capsys.readouterr().out
    assert run("replay", tmp_path / "out" / "recipe.json", tmp_path / "several") == 0
    (tmp_path / "empty").mkdir()
    assert run("reconstruct", tmp_path / "empty", "--out", tmp_path / "out") == 2
    assert "Found 0 files" in capsys.readouterr().err


def test_what_the_file_of_an_earlier_ecg_does_not_say_can_be_said(sample_data, tmp_path, twelve_lead_sample, capsys):
    rows = "\n".join(",".join(f"{value:.3f}" for value in row) for row in twelve_lead_sample.signals.T)
    prior = tmp_path / "prior.csv"
    prior.write_text(",".join(twelve_lead_sample.leads) + "\n" + rows)
    ask = ("reconstruct", sample_data / "A0003.hea", "--passes", 2, "--out", tmp_path / "out", "--prior", prior)
    assert run(*ask) == 2
    assert "--prior-rate" in capsys.readouterr().err
    said = ("--prior", prior, "--prior-rate", 500, "--prior-unit", "mV")
    assert run(*ask, *said[2:], "--format", "json", "recipe") == 0
    assert json.loads((tmp_path / "out" / "analysis.json").read_text())["earlier_ecg"] is not None
    again = ("replay", tmp_path / "out" / "recipe.json", sample_data / "A0003.hea")
    assert run(*again, *said[:2]) == 2
    assert "--prior-rate" in capsys.readouterr().err
    assert run(*again, *said) == 0
    assert "The same, bit for bit" in capsys.readouterr().out
    assert run(*ask[:-2], "--prior-rate", 500) == 2


def test_an_estimate_is_no_earlier_ecg(sample_data, tmp_path, capsys):
    run("reconstruct", sample_data / "A0002.hea", "--passes", 2, "--format", "wfdb", "--out", tmp_path)
    capsys.readouterr()
    now, then = sample_data / "A0003.hea", tmp_path / "reconstruction.hea"
    assert run("reconstruct", now, "--prior", then, "--passes", 2, "--out", tmp_path / "out") == 2
    assert "estimated from Lead I, not recorded" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["A0006_lead_I.csv", "A0009_apple_watch.csv", "A0010_lead_I.edf"])
def test_one_lead_files_of_every_format(sample_data, tmp_path, name):
    assert run("reconstruct", sample_data / name, "--passes", 2, "--out", tmp_path) == 0
    saved = np.load(tmp_path / "reconstruction.npz")
    assert np.isfinite(saved["mean_mv"]).all()


def test_the_same_seed_writes_the_same_numbers(sample_data, tmp_path):
    for out in ("one", "two"):
        run("reconstruct", sample_data / "A0010_lead_I.edf", "--passes", 3, "--seed", 7, "--out", tmp_path / out)
    one, two = (np.load(tmp_path / out / "reconstruction.npz") for out in ("one", "two"))
    assert all(np.array_equal(one[name], two[name]) for name in one.files)


def with_prior(sample_data, out, *arguments: object) -> dict:
    """The summary of a one-lead recording with an earlier ECG of another person, whose Lead I is not like it."""
    strip, prior = sample_data / "A0010_lead_I.edf", sample_data / "A0002.hea"
    assert run("reconstruct", strip, "--prior", prior, "--passes", 2, "--out", out, *arguments) == 0
    return json.loads((out / "summary.json").read_text())


def test_an_earlier_ecg_gives_the_axes_and_a_warning(sample_data, tmp_path, capsys):
    summary = with_prior(sample_data, tmp_path)
    assert summary["metadata"]["r_axis_deg"]["origin"] == "measured on an earlier twelve-lead ECG"
    assert summary["earlier_ecg"]["warning"] == EARLIER_WARNING
    assert summary["earlier_ecg"]["days_before"] is None
    said = capsys.readouterr().out
    assert f"With an earlier ECG of unknown age. {EARLIER_WARNING}" in said
    assert summary["earlier_ecg"]["unusual"]
    assert f"Lead I has changed: {'; '.join(summary['earlier_ecg']['unusual'])}." in said


def test_its_age_is_the_one_that_is_said_and_a_typed_axis_wins(sample_data, tmp_path, capsys):
    summary = with_prior(sample_data, tmp_path, "--prior-days", 800, "--r-axis", -30)
    assert summary["earlier_ecg"]["days_before"] == 800
    assert summary["metadata"]["r_axis_deg"] == {"value": -30, "origin": "typed by the user"}
    assert "With an earlier ECG of 2.2 years." in capsys.readouterr().out


def dated(sample_data: Path, folder: Path, name: str, when: str) -> Path:
    """A sample with a date in its header."""
    first, rest = (sample_data / f"{name}.hea").read_text().split("\n", 1)
    (folder / f"{name}.mat").write_bytes((sample_data / f"{name}.mat").read_bytes())
    (folder / f"{name}.hea").write_text(f"{first} {when}\n{rest}")
    return folder / f"{name}.hea"


@pytest.mark.parametrize(("flags", "days"), [((), 10.5), (("--prior-days", 3), 3)])
def test_its_age_is_that_of_the_files_where_nobody_says_another(sample_data, tmp_path, flags, days):
    then = dated(sample_data, tmp_path, "A0002", "08:00:00 01/03/2020")
    now = dated(sample_data, tmp_path, "A0003", "20:00:00 11/03/2020")
    assert run("reconstruct", now, "--prior", then, *flags, "--passes", 2, "--out", tmp_path / "out") == 0
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["earlier_ecg"]["days_before"] == days


def test_an_earlier_ecg_that_was_made_later_is_refused(sample_data, tmp_path, capsys):
    then = dated(sample_data, tmp_path, "A0002", "08:00:00 21/03/2020")
    now = dated(sample_data, tmp_path, "A0003", "08:00:00 11/03/2020")
    assert run("reconstruct", now, "--prior", then, "--passes", 2, "--out", tmp_path / "out") == 2
    assert "an earlier ECG -10 days before this one" in capsys.readouterr().err


def nameless_csv(folder: Path) -> Path:
    path = folder / "strip.csv"
    values = 0.3 * (np.arange(2500) % 250 == 40) + 0.01 * np.sin(np.arange(2500))
    path.write_text("\n".join(f"{value:.4f}" for value in values))
    return path


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.hea"], "Found no file"),
        (["{samples}/A0003.hea", "--age", "200"], "age_years = 200; expected 0 to 120"),
        (["{samples}/A0003.hea", "--model", "nothing"], "no checkpoint named nothing"),
        (["{samples}/README.md"], "not a recording in any format"),
        (["{csv}"], "--lead NAME"),
        (["{csv}", "--lead", "I"], "--rate HZ"),
        (["{samples}/A0003.mat"], ".hea"),
        (["{samples}/A0003.hea", "--paper", "a4"], "without --format pdf"),
        (["{samples}/A0003.hea", "--prior-days", "5"], "--prior-member without --prior"),
        (["{samples}/A0003.hea", "--prior", "{samples}/A0010_lead_I.edf"], "V1 to V6 are needed"),
        (["{samples}/A0003.hea", "--prior", "{samples}/missing.hea"], "Found no file"),
        (["{samples}/A0003.hea", "--prior", "{csv}"], "Of the earlier ECG: "),
        (["{samples}/A0003.hea", "--prior", "{samples}/A0002.hea", "--prior-days", "-1"], "expected 0 days or more"),
    ],
)
def test_bad_input_is_one_sentence_status_2_and_nothing_left_behind(arguments, words, sample_data, tmp_path, capsys):
    csv = nameless_csv(tmp_path)
    given = [argument.format(samples=sample_data, csv=csv) for argument in arguments]
    assert run("reconstruct", *given, "--out", tmp_path / "out") == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.err.count("\n") == 1
    assert not said.out
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("flag", [["--passes", "1"], ["--seed", "-1"], ["--sex", "other"], ["--unit", "V"]])
def test_a_wrong_flag_is_status_2(flag, sample_data, tmp_path):
    with pytest.raises(SystemExit) as stopped:
        run("reconstruct", sample_data / "A0003.hea", *flag, "--out", tmp_path / "out")
    assert stopped.value.code == 2


def test_training_without_data_says_what_was_expected(tmp_path, capsys):
    assert run("train", "--data", tmp_path, "--out", tmp_path / "new") == 2
    assert "no ptbxl_database.csv" in capsys.readouterr().err


def test_a_file_in_the_way_of_the_output_stays_as_it_is(sample_data, tmp_path, capsys):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(SystemExit) as stopped:
        run("reconstruct", sample_data / "A0010_lead_I.edf", "--passes", 2, "--out", taken)
    assert stopped.value.code == 2
    assert "expected a folder" in capsys.readouterr().err
    assert taken.read_text() == "mine"


def test_a_recipe_is_replayed_bit_for_bit_or_refused(sample_data, tmp_path, capsys):
    assert (
        run("reconstruct", sample_data / "A0010_lead_I.edf", "--passes", 2, "--format", "recipe", "--out", tmp_path)
        == 0
    )
    assert run("replay", tmp_path / "recipe.json", sample_data / "A0010_lead_I.edf") == 0
    assert "The same, bit for bit: SHA-256 " in capsys.readouterr().out
    assert run("replay", tmp_path / "recipe.json", sample_data / "A0010_lead_I.edf", "--format", "csv") == 2
    assert "Found --format without --out" in capsys.readouterr().err
    assert run("replay", tmp_path / "recipe.json", sample_data / "A0002.hea") == 2
    assert "Another file: found SHA-256" in capsys.readouterr().err
    assert run("replay", sample_data / "A0002.hea", sample_data / "A0002.hea") == 2
    assert "Found no recipe" in capsys.readouterr().err
