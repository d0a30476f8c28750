"""What the network is asked to do, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import numpy as np

from ecg_core.pipeline import LeadScore
from ecg_core.records import EarlierEcg, PatientMetadata
from ecg_core.results import Analysis
from ecg_core.vocabulary import Lead, Origin

__all__ = ["Order", "Result"]

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class Order:
    """What the network is asked to do: with what metadata, by which model, with how many passes, from which seed.

    ``earlier`` is the earlier ECG that it is told of, without axes: these are in ``metadata`` as the form shows them,
    so that one which the user has emptied stays unknown. ``age_origin`` says where its age came from.
    """

    metadata: PatientMetadata
    model: str
    passes: int
    seed: int
    earlier: EarlierEcg | None = None
    age_origin: str = ""

    def same_as(self, other: "Order") -> bool:
        """Whether both orders ask for the same."""
        return (
            (self.model, self.passes, self.seed, self.age_origin)
            == (other.model, other.passes, other.seed, other.age_origin)
            and _told(self.metadata) == _told(other.metadata)
            and _same_ecg(self.earlier, other.earlier)
        )

    def without_earlier(self) -> "Order":
        """The same order with nothing said of the earlier ECG, nor of its axes."""
        kept = {name: told for name, told in _told(self.metadata).items() if told[1] is not Origin.EARLIER}
        values: dict[str, Any] = {name: value for name, (value, _) in kept.items()}
        origins = {name: origin for name, (_, origin) in kept.items()}
        return replace(self, metadata=PatientMetadata(**values, origins=origins), earlier=None, age_origin="")


def _told(metadata: PatientMetadata) -> dict[str, tuple[object, Origin]]:
    """What is known, each value with its origin."""
    return {name: (getattr(metadata, name), metadata.origin(name)) for name in metadata.known()}


def _same_ecg(one: EarlierEcg | None, other: EarlierEcg | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.days_before == other.days_before and np.array_equal(one.beat, other.beat)


@dataclass(frozen=True, eq=False)
class Result:
    """What came of an order, and how it compares with the recorded leads where the file held them.

    ``worked_out`` keeps what views have made of it (`once`).
    """

    order: Order
    analysis: Analysis
    scores: Mapping[Lead, LeadScore]
    worked_out: dict[str, Any] = field(default_factory=dict, repr=False)

    def once(self, name: str, make: Callable[[], Value]) -> Value:
        """What ``make`` returns, made at the first call under ``name`` alone."""
        if name not in self.worked_out:
            self.worked_out[name] = make()
        return cast("Value", self.worked_out[name])
