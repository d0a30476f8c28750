"""A long recording, written stretch by stretch as it is made: WFDB or Parquet, and a summary by the minute.

What is written lies in a folder of its own until all of it is there, so that nothing half-written is ever left behind.
"""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

from ecg_core.errors import RecordingRefused
from ecg_core.export.notice import RESEARCH_ONLY
from ecg_core.export.provenance import channel_origin, half_width, provenance
from ecg_core.export.table import as_table
from ecg_core.export.wfdb_record import FINEST, LARGEST, marks, signal_names
from ecg_core.records import EarlierEcg, Recording
from ecg_core.results import Analysis, ModelCard
from ecg_core.stretches import Stretch
from ecg_core.vocabulary import LEADS

__all__ = ["LONG_FORMATS", "write_long"]

NAME = "reconstruction"
MISSING = -32768
"""WFDB's integer for a sample that there is not: what is withheld, or does not fit."""


class _Writer(Protocol):
    """One format: takes the stretches in order, and then the end."""

    def add(self, first: int, analysis: Analysis) -> None: ...

    def end(self) -> None: ...


class _Wfdb:
    """A record as `ecg_core.export.wfdb_record.to_wfdb` gives it, in steps of 1 µV; what is withheld is missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checksums, self.samples = np.zeros(2 * len(LEADS), np.int64), 0
        self.start = np.zeros(2 * len(LEADS), np.int64)
        self.marks: list[tuple[int, str]] = []
        self.comments: list[str] = []

    def add(self, first: int, analysis: Analysis) -> None:
        """Append a stretch that begins at sample ``first``."""
        stacked = np.concatenate([analysis.reconstruction.mean, half_width(analysis)])
        fits = np.abs(stacked) * FINEST <= LARGEST  # NaN does not
        integers = np.where(fits, np.rint(stacked * FINEST), MISSING).astype("<i2")
        with (self.folder / f"{NAME}.dat").open("ab") as signals:
            signals.write(integers.T.tobytes())
        self.checksums += integers.sum(axis=1, dtype=np.int64)
        if first == 0:
            self.start = integers[:, 0].astype(np.int64)
            self.comments = [*provenance(analysis), *(f"{lead}: {channel_origin(analysis, lead)}" for lead in LEADS)]
        self.rate, self.samples = analysis.reconstruction.sampling_rate, first + integers.shape[1]
        self.marks += [(first + sample, symbol) for sample, symbol in marks(analysis)]

    def end(self) -> None:
        """Write header and annotations."""
        from wfdb import Record, wrann

        many = 2 * len(LEADS)
        Record(
            record_name=NAME, n_sig=many, fs=self.rate, sig_len=self.samples, file_name=[f"{NAME}.dat"] * many,
            fmt=["16"] * many, adc_gain=[FINEST] * many, baseline=[0] * many, units=["mV"] * many, adc_res=[16] * many,
            adc_zero=[0] * many, init_value=self.start.tolist(), checksum=(self.checksums % 65536).tolist(),
            block_size=[0] * many, sig_name=signal_names(),
            comments=[*self.comments, "Each _spread is half the width of the band: the estimate plus or minus it.",
                      "Missing samples are withheld, since Lead I cannot be used there, or beyond 32 mV."],
        ).wrheader(write_dir=str(self.folder))  # fmt: skip
        if self.marks:
            samples, symbols = (list(column) for column in zip(*sorted(self.marks), strict=True))
            wrann(
                NAME, "atr", np.array(samples), symbols, chan=np.zeros(len(samples), int), fs=self.rate,
                write_dir=str(self.folder),
            )  # fmt: skip


class _Parquet:
    """The table of `ecg_core.export.table.to_parquet`, a group of rows a stretch; what is withheld is not a number."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{NAME}.parquet"
        self.file: Any = None

    def add(self, first: int, analysis: Analysis) -> None:
        """Append a stretch that begins at sample ``first``."""
        import pyarrow as pa
        from pyarrow import parquet

        rows = as_table(analysis)
        rows["time_s"] += first / analysis.reconstruction.sampling_rate
        table = pa.Table.from_pandas(rows, preserve_index=False)
        if self.file is None:
            said = {**(table.schema.metadata or {}), "provenance": "\n".join(provenance(analysis))}
            self.file = parquet.ParquetWriter(self.path, table.schema.with_metadata(said))
        self.file.write_table(table.replace_schema_metadata(self.file.schema.metadata))

    def end(self) -> None:
        """Write the end of the file, without which it cannot be read."""
        self.file.close()


LONG_FORMATS: Mapping[str, Callable[[Path], _Writer]] = MappingProxyType({"wfdb": _Wfdb, "parquet": _Parquet})
"""The formats that need not be whole in memory to be written."""


def write_long(
    stretches: Generator[Stretch],
    recording: Recording,
    card: ModelCard,
    formats: Sequence[str],
    out: Path,
    *,
    earlier: EarlierEcg | None = None,
) -> list[Path]:
    """Write the ``stretches`` of a ``recording`` into the folder ``out`` and return the paths of what was written.

    ``earlier`` is the earlier ECG that was used. Whatever ends the work before its
    time, ``out`` stays as it was. Raises `RecordingRefused` for a format that has to be whole in memory, and where no
    minute of Lead I can be used.
    """
    strange = [kind for kind in formats if kind not in LONG_FORMATS]
    if strange:
        raise RecordingRefused(
            f"Found {recording.duration / 60:.0f} minutes to be written as {', '.join(strange)}; recordings of "
            f"more than half an hour are written as {' or '.join(LONG_FORMATS)}: choose one of these."
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    with closing(stretches), TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as unfinished:
        folder = Path(unfinished)
        writers = [LONG_FORMATS[kind](folder) for kind in formats]
        about: dict[str, Any] = {}
        minutes: list[dict[str, Any]] = []
        for stretch in stretches:
            analysis = Analysis(
                recording, stretch.metadata, stretch.examination, stretch.reconstruction, card, None, earlier
            )
            about = about or _about(analysis)
            minutes += [asdict(minute) for minute in stretch.minutes]
            for writer in writers:
                writer.add(stretch.first, analysis)
        if all(minute["half_width_mv"] is None for minute in minutes):
            raise RecordingRefused(
                f"Lead I cannot be used in any of {len(minutes)} minutes (flat, or without beats); check that the "
                "electrodes touched the skin and that the right channel was chosen."
            )
        for writer in writers:
            writer.end()
        (folder / "summary.json").write_text(json.dumps(about | {"minutes": minutes}, indent=1, ensure_ascii=False))
        out.mkdir(exist_ok=True)
        return [path.replace(out / path.name) for path in sorted(folder.iterdir())]


def _about(analysis: Analysis) -> dict[str, Any]:
    """What holds for the whole recording."""
    recording, told = analysis.recording, analysis.metadata
    return {
        "notice": RESEARCH_ONLY,
        "provenance": list(provenance(analysis)),
        "recording": {
            "format": recording.source,
            "sampling_rate_hz": recording.sampling_rate,
            "duration_s": recording.duration,
            "notes": list(recording.notes),
            "left_out": list(recording.removed),
        },
        "metadata_of_the_first_stretch": {
            name: {"value": getattr(told, name), "origin": told.origin(name).value} for name in told.known()
        },
    }
