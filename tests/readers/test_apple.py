"""Apple Watch CSV in its locales; the heading is invented, the signal is a real Lead I."""

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from ecg_core.errors import AnswerNeeded, LeadMissing, Question, RecordingRefused, UnreadableFile
from ecg_core.readers import read
from ecg_core.vocabulary import Lead, Removed

ENGLISH = (
    ("Name", "Ada Lovelace"),
    ("Date of Birth", '"Feb 5, 1952"'),
    ("Recorded Date", "2020-02-05 09:14:40 -0400"),
    ("Classification", "Sinus Rhythm"),
    ("Symptoms", ""),
    ("Software Version", "1.51"),
    ("Device", '"Watch5,4"'),
    ("Sample Rate", "513.625 hertz"),
    ("Lead", "Lead I"),
    ("Unit", "µV"),
)
GERMAN = (
    ("Name", "Ada Lovelace"),
    ("Geburtsdatum", "05.02.1952"),
    ("Aufzeichnungsdatum", "2020-02-05 09:14:40 -0400"),
    ("Klassifizierung", "Sinusrhythmus"),
    ("Symptome", ""),
    ("Softwareversion", "1.51"),
    ("Gerät", '"Watch5,4"'),
    ("Messrate", '"513,625 Hertz"'),
    ("Ableitung", "Ableitung I"),
    ("Einheit", "µV"),
)
FRENCH = (
    ("Nom", "Ada Lovelace"),
    ("Date de naissance", '"5 févr. 1952"'),
    ("Date d’enregistrement", "2020-02-05 09:14:40 -0400"),
    ("Classification", "Rythme sinusal"),
    ("Symptômes", ""),
    ("Version du logiciel", "1.51"),
    ("Appareil", '"Watch5,4"'),
    ("Fréquence d’échantillonnage", '"513,625 hertz"'),
    ("Dérivation", "Dérivation I"),
    ("Unité", "µV"),
)
JAPANESE = (
    ("名前", "Ada Lovelace"),
    ("生年月日", "1952/02/05"),
    ("記録日", "2020-02-05 09:14:40 -0400"),
    ("分類", "洞調律"),
    ("症状", ""),
    ("ソフトウェアバージョン", "1.51"),
    ("デバイス", '"Watch5,4"'),
    ("サンプルレート", "513.625 ヘルツ"),
    ("誘導", "I誘導"),
    ("単位", "µV"),
)


@pytest.fixture(scope="module")
def microvolts(sample_files):
    return read(sample_files("A0009_apple_watch.csv"))[Lead.I] * 1000


def comma(text):
    return text.replace(".", ",")


def export(heading, values, separator=",", spelled=str):
    lines = [separator.join(entry) for entry in heading]
    lines = [*lines[:-2], "", "", *lines[-2:], "", "", *(spelled(f"{value:.3f}") for value in values)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("heading", [ENGLISH, GERMAN, FRENCH, JAPANESE], ids=["en", "de", "fr", "ja"])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("spelled", [str, comma, lambda text: f'"{comma(text)}"'], ids=["point", "comma", "quoted"])
def test_every_locale_reads_alike(microvolts, heading, separator, spelled):
    recording = read({"ecg.csv": export(heading, microvolts, separator, spelled).encode()})
    assert recording.source == "Apple Watch CSV"
    assert recording.leads == (Lead.I,)
    assert recording.sampling_rate == 513.625
    assert recording.started_at == datetime(2020, 2, 5, 9, 14, 40, tzinfo=timezone(timedelta(hours=-4)))
    np.testing.assert_allclose(recording[Lead.I] * 1000, microvolts, atol=1e-9)


@pytest.mark.parametrize("rate", ["512 hertz", "512 Hz", "512.000 Hz", "512 Гц"])
def test_the_rate_is_read_in_every_spelling(microvolts, rate):
    text = export(ENGLISH, microvolts).replace("513.625 hertz", rate)
    assert read({"ecg.csv": text.encode()}).sampling_rate == 512.0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_every_encoding_and_line_end(microvolts, encoding):
    text = export(ENGLISH, microvolts).replace("\n", "\r\n")
    np.testing.assert_allclose(read({"ecg.csv": text.encode(encoding)})[Lead.I] * 1000, microvolts, atol=1e-9)


def test_name_and_date_of_birth_are_removed_and_said_to_be(microvolts):
    recording = read({"ecg.csv": export(ENGLISH, microvolts).encode()})
    assert {Removed.NAME, Removed.BIRTH} <= set(recording.removed)
    assert "Recorded with Watch5,4." in recording.notes
    assert not {"Ada", "Lovelace", "1952", "Sinus"} & set(repr(recording).replace(",", " ").split())


def test_a_name_that_looks_like_a_rate_is_not_one(microvolts):
    text = export(ENGLISH, microvolts).replace("Ada Lovelace", "50 Cent")
    assert read({"ecg.csv": text.encode()}).sampling_rate == 513.625


def test_a_minus_sign_of_typography_is_a_minus(microvolts):
    text = export(ENGLISH, microvolts, spelled=lambda number: number.replace("-", "\u2212"))
    np.testing.assert_allclose(read({"ecg.csv": text.encode()})[Lead.I] * 1000, microvolts, atol=1e-9)


def test_another_lead_is_refused_and_no_lead_is_asked_for(microvolts):
    text = export(ENGLISH, microvolts)
    with pytest.raises(LeadMissing):
        read({"ecg.csv": text.replace("Lead I", "Lead II").encode()})
    unnamed = {"ecg.csv": text.replace("Lead,Lead I", "Lead,").encode()}
    with pytest.raises(AnswerNeeded) as asked:
        read(unnamed)
    assert asked.value.question is Question.LEAD
    assert read(unnamed, lead="I").leads == (Lead.I,)


@pytest.mark.parametrize("answer", [{"sampling_rate": 300.0}, {"unit": "mV"}])
def test_an_answer_that_contradicts_the_file_is_refused(microvolts, answer):
    with pytest.raises(RecordingRefused, match="The file"):
        read({"ecg.csv": export(ENGLISH, microvolts).encode()}, **answer)


def test_values_that_are_not_numbers_are_refused(microvolts):
    text = export(ENGLISH, microvolts)
    with pytest.raises(UnreadableFile, match="one number each"):
        read({"ecg.csv": text.replace("\n1", "\nx").encode()})
