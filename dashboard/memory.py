"""What a session holds in memory now, and how all of it is let go."""

import gc
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from sys import getsizeof
from types import MappingProxyType

import numpy as np
import pandas as pd
import streamlit as st
from streamlit import runtime
from streamlit.runtime import caching
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ecg_core.records import EarlierEcg, Recording
from ecg_core.results import Examination, ModelCard, Reconstruction

__all__ = ["LANGUAGE", "Held", "Kind", "forget", "held", "weigh"]


LANGUAGE = "lang"
"""The one thing in a session that says nothing of a patient, and stays when he is forgotten."""


class Kind(StrEnum):
    """What something in memory is, as far as a patient is concerned."""

    FILES = "files"
    RECORDINGS = "recordings"
    RESULTS = "results"
    ENTRIES = "entries"


KINDS: Mapping[type, Kind] = MappingProxyType(
    {
        bytes: Kind.FILES,
        Recording: Kind.RECORDINGS,
        EarlierEcg: Kind.RECORDINGS,
        Examination: Kind.RESULTS,
        Reconstruction: Kind.RESULTS,
    }
)
"""What belongs to none of these is an entry: typed, chosen, or noted beside them."""
SHARED = (ModelCard, type)
"""What a session only points to."""


@dataclass(frozen=True)
class Held:
    """How many things of one kind are in memory, and how large they are together in bytes."""

    kind: Kind
    count: int
    size: int


def weigh(*roots: object) -> tuple[Held, ...]:
    """Everything that can be reached from ``roots``, by kind, each thing counted once.

    >>> from ecg_core.vocabulary import Lead
    >>> recording = Recording(np.zeros((1, 5000)), (Lead.I,), 500.0, "generated")
    >>> files, recordings, *_ = weigh(recording, [recording], b"12345")
    >>> files.count, files.size, recordings.count, recordings.size // 1000
    (1, 5, 1, 40)
    """
    counts, sizes = dict.fromkeys(Kind, 0), dict.fromkeys(Kind, 0)
    seen: dict[int, object] = {}
    waiting: list[tuple[object, Kind]] = [(root, Kind.ENTRIES) for root in roots]
    while waiting:
        value, kind = waiting.pop()
        if id(value) in seen or isinstance(value, SHARED):
            continue
        seen[id(value)] = value
        own = KINDS.get(type(value))
        if own is not None:
            kind = own
            counts[kind] += 1
        elif kind is Kind.ENTRIES and isinstance(value, str | int | float):
            counts[kind] += 1
        sizes[kind] += _size(value)
        waiting += [(part, kind) for part in _parts(value)]
    return tuple(Held(kind, counts[kind], sizes[kind]) for kind in Kind)


def _size(value: object) -> int:
    """Bytes of ``value`` without its parts; a view of an array weighs nothing, its base is one of its parts."""
    if isinstance(value, np.ndarray):
        return 0 if value.base is not None else value.nbytes
    if isinstance(value, pd.DataFrame):
        return int(value.memory_usage(deep=True).sum())
    return len(value) if isinstance(value, bytes) else 0 if is_dataclass(value) else getsizeof(value)


def _parts(value: object) -> Iterator[object]:
    """What ``value`` is made of."""
    if isinstance(value, np.ndarray):
        yield from () if value.base is None else (value.base,)
    elif is_dataclass(value):
        yield from (getattr(value, one.name) for one in fields(value))
    elif isinstance(value, Mapping):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value


def held() -> tuple[Held, ...]:
    """What this session holds now: the files as they were uploaded, and everything in its state."""
    uploaded: list[bytes] = []
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        own = context.uploaded_file_mgr.file_storage.get(context.session_id, {})
        uploaded = [file.data for file in own.values()]
    return weigh(*uploaded, *(value for key, value in st.session_state.items() if key != LANGUAGE))


def forget() -> None:
    """Let go of everything that this session holds but its language.

    For a button's ``on_click``: the run of the page that follows drops what was drawn from it as well, downloads and
    parts of pages that wait to be run again.
    """
    for key in set(st.session_state) - {LANGUAGE}:
        del st.session_state[key]
    context = get_script_run_ctx()
    if context is not None:
        widgets = context.session_state._state._new_widget_state
        for name in widgets.widget_metadata.keys() - widgets.states.keys():
            del widgets.widget_metadata[name]  # of other pages, whose callbacks hold what they were about
        context.uploaded_file_mgr.remove_session_files(context.session_id)
        caching.clear_session_data_cache(context.session_id)
        caching.clear_session_resource_cache(context.session_id)
        if runtime.exists():
            media = runtime.get_instance().media_file_mgr
            media.clear_session_refs(context.session_id)
            media.remove_orphaned_files()  # marks downloads, and the second time deletes them
            media.remove_orphaned_files()
    gc.collect()
