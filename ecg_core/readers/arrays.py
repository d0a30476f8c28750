"""Arrays of numbers as NumPy (.npy, .npz) and MATLAB (.mat, up to version 7) save them.

Nothing in such a file has a fixed name, so little is taken for granted: the one array that can be an ECG is the signal,
its shorter side the channels; names that say what they hold (``fs``, ``leads``, ``unit``) are believed, and the rest is
asked. Pickled objects are never loaded. Sizes are read from the headers first.
"""

import io
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ecg_core.errors import UnreadableFile
from ecg_core.limits import MOST_BYTES, MOST_CHANNELS
from ecg_core.readers.channels import Channel, RawFile
from ecg_core.readers.leads import parse_lead
from ecg_core.readers.text import millivolts_per
from ecg_core.readers.time_column import is_time_name
from ecg_core.vocabulary import FloatArray

__all__ = ["NAME", "claims", "load"]

NAME = "arrays"

_NPY, _ZIP, _MAT = b"\x93NUMPY", b"PK\x03\x04", b"MATLAB 5.0"
_FEWEST_SAMPLES = 400
_RATES = frozenset(
    ("fs", "fsamp", "sfreq", "freq", "frequency", "rate", "sr", "samplerate", "samplingrate", "samplefrequency",
     "samplingfrequency", "samplingratehz", "fshz")
)  # fmt: skip
_SIGNALS = frozenset(("ecg", "val", "signal", "signals", "data", "x", "ecgmv", "ecguv", "meanmv", "psignal", "leadi"))
_LEADS = frozenset(("leads", "lead", "leadnames", "signame", "signames", "channels", "channelnames", "labels", "names"))
_UNITS = frozenset(("unit", "units"))
_NO_NUMBERS = frozenset(("object", "function", "opaque", "struct", "sparse"))
"""Kinds of MATLAB's variables that are left alone."""
_Shape = tuple[tuple[int, ...], str]


def claims(files: Mapping[str, bytes]) -> bool:
    """Whether the one file of ``files`` is of NumPy, or of MATLAB with more than ``val`` as WFDB has it."""
    if len(files) != 1:
        return False
    data = next(iter(files.values()))
    return data.startswith(_NPY) or _is_npz(data) or (data.startswith(_MAT) and _holds_more_than_val(data))


def load(files: Mapping[str, bytes]) -> RawFile:
    """The channels of the one array in ``files`` that can be an ECG.

    Raises `UnreadableFile` where none or several can, and for a file that is damaged, too large, or of pickled objects.
    """
    data = next(iter(files.values()))
    kind = "MATLAB" if data.startswith(_MAT) else "NumPy"
    try:
        entries = {_MAT: _from_matlab, _NPY: _from_npy, _ZIP: _from_npz}[_start(data)](data)
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        OSError,
        EOFError,
        NotImplementedError,
        OverflowError,
    ) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(_damaged(kind)) from None
    except (zipfile.BadZipFile, zlib.error, SyntaxError, tokenize.TokenError, MemoryError, AttributeError):
        raise UnreadableFile(_damaged(kind)) from None
    return RawFile(_channels(entries), f"{kind} arrays")


def _damaged(kind: str) -> str:
    return (
        f"The {kind} file is damaged, or holds objects in place of plain numbers; save the ECG as an array of numbers."
    )


def _start(data: bytes) -> bytes:
    return next(mark for mark in (_MAT, _NPY, _ZIP) if data.startswith(mark))


def _check(shapes: Mapping[str, _Shape]) -> None:
    size = sum(8 * int(np.prod(shape, dtype=object)) for shape, _ in shapes.values())
    if size > MOST_BYTES or any(side < 0 for shape, _ in shapes.values() for side in shape):
        raise UnreadableFile(
            f"The file says that its arrays take {size >> 20} MB; at most {MOST_BYTES >> 20} MB are read: save the ECG "
            "alone."
        )


def _is_npz(data: bytes) -> bool:
    if not data.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    return bool(names) and all(name.endswith(".npy") for name in names)


def _holds_more_than_val(data: bytes) -> bool:
    from scipy.io import whosmat
    from scipy.io.matlab import MatReadError

    stream: Any = io.BytesIO(data)
    try:
        return [name for name, _, _ in whosmat(stream)] != ["val"]
    except (ValueError, TypeError, KeyError, IndexError, OSError, EOFError, NotImplementedError, zlib.error):
        return True
    except MatReadError:
        return True  # and is then refused in words


def _from_matlab(data: bytes) -> dict[str, Any]:
    from scipy.io import loadmat, whosmat
    from scipy.io.matlab import MatReadError

    stream: Any = io.BytesIO(data)
    try:
        shapes = {name: (tuple(shape), kind) for name, shape, kind in whosmat(stream)}
    except MatReadError:
        raise UnreadableFile(_damaged("MATLAB")) from None
    plain = {
        name: about for name, about in shapes.items() if about[1] not in ("object", "function", "opaque", "struct")
    }
    _check(plain)
    held = loadmat(stream, variable_names=list(plain), squeeze_me=True, mat_dtype=False)
    return {name: held[name] for name in plain if name in held}


def _from_npy(data: bytes) -> dict[str, Any]:
    shape, kind, start = _npy_header(io.BytesIO(data))
    _check({"": (shape, kind.str)})
    promised = int(np.prod(shape, dtype=object)) * kind.itemsize
    if promised > len(data) - start:
        raise UnreadableFile(
            f"The NumPy file promises {promised} bytes and {len(data) - start} were found: it was cut short; copy it "
            "again."
        )
    return {"": np.load(io.BytesIO(data), allow_pickle=False)}


def _npy_header(stream: Any) -> tuple[tuple[int, ...], Any, int]:
    version = np.lib.format.read_magic(stream)
    reader: Callable[..., Any] = np.lib.format.read_array_header_1_0
    if version[0] > 1:
        reader = np.lib.format.read_array_header_2_0
    shape, _, kind = reader(stream)
    return shape, kind, stream.tell()


def _from_npz(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        shapes = {}
        for entry in archive.infolist():
            with archive.open(entry) as stream:
                shape, kind, _ = _npy_header(stream)
            shapes[entry.filename] = (shape, kind.str)
        _check(shapes)
    with np.load(io.BytesIO(data), allow_pickle=False) as held:
        return {name: held[name] for name in held.files}


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _channels(entries: Mapping[str, Any]) -> tuple[Channel, ...]:
    """The channels of the signal among ``entries``, with the rate, names and unit that others of them state."""
    arrays = {name: np.asarray(value) for name, value in entries.items()}
    rate = next((rate for name, value in arrays.items() if _plain(name) in _RATES and (rate := _number(value))), None)
    said = [_words(value) for name, value in arrays.items() if _plain(name) in _UNITS]
    stated = next((words[0] for words in said if words and len(set(words)) == 1), None)
    times = {name for name in arrays if is_time_name(_plain(name), None)}
    signals = {name: value for name, value in arrays.items() if name not in times and _is_signal(value)}
    single = {name: value for name, value in signals.items() if parse_lead(name) is not None}
    if single and all(value.ndim == 1 for value in single.values()):
        return tuple(
            Channel(value.astype(np.float64), place, name, stated, rate)
            for place, (name, value) in enumerate(single.items(), 1)
        )
    name, rows = _the_signal(signals)
    unit = stated or next((unit for unit in ("mV", "uV") if _plain(name).endswith(unit.casefold())), None)
    named = next((words for key, value in arrays.items() if _plain(key) in _LEADS and (words := _words(value))), [])
    names = named if len(named) == len(rows) else [""] * len(rows)
    if len(rows) == 1 and not names[0]:
        names = [name if parse_lead(name) else ""]
    unit = unit if unit is not None and millivolts_per(unit) is not None else None
    return tuple(Channel(row, place, names[place - 1], unit, rate) for place, row in enumerate(rows, 1))


def _number(value: Any) -> float | None:
    """The number that an array holds alone, None where it holds none or several."""
    return float(value.reshape(-1)[0]) if value.size == 1 and value.dtype.kind in "iuf" and np.all(value > 0) else None


def _words(value: Any) -> list[str]:
    """The words that an array holds: text, or one text an element."""
    flat = np.atleast_1d(value).reshape(-1)[: 2 * MOST_CHANNELS]
    return [str(word).strip() for word in flat] if all(isinstance(word, str) for word in flat.tolist()) else []


def _is_signal(value: Any) -> bool:
    numbers = value.dtype.kind in "iuf" and value.ndim in (1, 2)
    return numbers and max(value.shape) >= _FEWEST_SAMPLES and (value.ndim == 1 or min(value.shape) <= MOST_CHANNELS)


def _the_signal(signals: Mapping[str, Any]) -> tuple[str, FloatArray]:
    """The name of the array that is the signal, and its values, ``(channel, sample)``."""
    likely = {name: value for name, value in signals.items() if _plain(name) in _SIGNALS} or signals
    if len(likely) != 1:
        raise UnreadableFile(
            f"Found {len(likely)} arrays that could be the ECG; expected one of up to {MOST_CHANNELS} channels and at "
            f"least {_FEWEST_SAMPLES} samples: save it alone, or call it ecg."
        )
    name, value = next(iter(likely.items()))
    rows = np.atleast_2d(value).astype(np.float64)
    return name, rows if rows.shape[0] <= rows.shape[1] else np.ascontiguousarray(rows.T)
