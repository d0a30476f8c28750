"""What goes out: quality, reconstruction, segments, measurements, calibration, model card, analysis."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ecg_core.records import EarlierEcg, PatientMetadata, Preparation, Recording, frozen
from ecg_core.vocabulary import (
    LEADS,
    MEASURED,
    Basis,
    FloatArray,
    IntArray,
    Lead,
    Provenance,
    Verdict,
    Wave,
)

__all__ = [
    "Analysis",
    "Answer",
    "Calibration",
    "Caliper",
    "Correction",
    "Examination",
    "Factors",
    "Finding",
    "LeadIChange",
    "Mark",
    "Measurements",
    "ModelCard",
    "Quality",
    "Reconstruction",
    "Segments",
]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a recording: what was found, how grave it is, and what to try."""

    name: str
    verdict: Verdict
    reason: str
    advice: str


@dataclass(frozen=True)
class Quality:
    """The findings about a recording; its verdict is the gravest of theirs."""

    findings: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Pass, review or stop."""
        order = tuple(Verdict)
        return max((finding.verdict for finding in self.findings), key=order.index, default=Verdict.PASS)


@dataclass(frozen=True)
class Mark:
    """One QRS complex or T wave of Lead I in samples: half-open ``[onset, offset)``, and its ``peak``, of QRS the R."""

    wave: Wave
    onset: int
    peak: int
    offset: int


@dataclass(frozen=True)
class Correction:
    """What a hand has made of a mark: moved, removed (no ``after``) or added (no ``before``)."""

    before: Mark | None
    after: Mark | None


@dataclass(frozen=True, eq=False)
class Segments:
    """Where the waves of the measured Lead I are, in samples at ``sampling_rate``.

    ``r_peaks (beat,)``; ``qrs (n, 2)`` and ``t (m, 2)`` are half-open ``[onset, offset)``; a wave that was not found
    is absent. Where nothing could be delineated all are empty and ``not_delineated`` says why. ``corrections``: in what
    they differ from what was found, by hand (`ecg_core.corrections`).
    """

    r_peaks: IntArray
    qrs: IntArray
    t: IntArray
    sampling_rate: float
    not_delineated: str | None = None
    corrections: tuple[Correction, ...] = ()

    def __post_init__(self) -> None:
        for name, shape in (("r_peaks", (-1,)), ("qrs", (-1, 2)), ("t", (-1, 2))):
            array = np.asarray(getattr(self, name), dtype=np.int64).reshape(shape)
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    @classmethod
    def none(cls, sampling_rate: float, why: str) -> "Segments":
        """No waves, and why."""
        empty = np.empty(0, np.int64)
        return cls(empty, empty, empty, sampling_rate, why)

    def between(self, first: int, last: int) -> "Segments":
        """The waves that begin from sample ``first`` to ``last``, counted from ``first``; nothing of corrections.

        The last ones may end, and their R peak may lie, after that: each wave is in one part alone, and whole.

        >>> Segments(np.array([5, 25]), np.array([[3, 8], [22, 28]]), np.empty((0, 2)), 100.0).between(10, 24).r_peaks
        array([15])
        """
        own, t = ((waves[:, 0] >= first) & (waves[:, 0] < last) for waves in (self.qrs, self.t))
        return Segments(
            self.r_peaks[own] - first, self.qrs[own] - first, self.t[t] - first, self.sampling_rate, self.not_delineated
        )


@dataclass(frozen=True)
class Measurements:
    """What can be read from the measured Lead I; ``None`` where it cannot be.

    ``ventricular_rate`` in beats per minute (mean over the recording), ``qrs_count``: QRS complexes found in all of it,
    ``qrs_count_10s``: the same for ten seconds, ``qrs_ms``: mean QRS duration in ms, ``t_count``: T waves found.
    """

    ventricular_rate: float | None
    qrs_count: int
    qrs_count_10s: float | None
    qrs_ms: float | None
    t_count: int


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """Twelve leads with their doubt, at the recording's own rate.

    ``mean``, ``epistemic_sd`` (spread between passes), ``total_sd`` (that and the spread the network expects),
    ``low``, ``high`` (calibrated band): each ``(12, sample)`` in mV, rows as in `LEADS`. ``coverage`` is the share of
    true values that the band is calibrated to hold. For the measured lead the spreads are zero and the band is the
    signal.
    """

    mean: FloatArray
    epistemic_sd: FloatArray
    total_sd: FloatArray
    low: FloatArray
    high: FloatArray
    coverage: float
    sampling_rate: float
    passes: int
    seed: int

    def __post_init__(self) -> None:
        for name in ("mean", "epistemic_sd", "total_sd", "low", "high"):
            array = np.asarray(getattr(self, name))
            if array.ndim != 2 or array.shape != self.mean.shape or array.shape[0] != len(LEADS):
                raise ValueError(f"{name} has shape {array.shape}, expected (12, sample)")
            object.__setattr__(self, name, frozen(array))

    def row(self, lead: Lead) -> int:
        """The row of ``lead`` in every array."""
        return LEADS.index(lead)

    def provenance(self, lead: Lead) -> Provenance:
        """Whether ``lead`` was measured or estimated."""
        return Provenance.MEASURED if lead in MEASURED else Provenance.ESTIMATED

    @property
    def time(self) -> FloatArray:
        """Time of each sample in seconds from the start of the recording, ``(sample,)``."""
        return np.arange(self.mean.shape[1]) / self.sampling_rate


Factors = Mapping[Lead, Mapping[Wave, float]]
"""One number for each estimated lead and wave."""


@dataclass(frozen=True)
class Calibration:
    """What turns ``total_sd`` into a band, found by split conformal prediction.

    ``factors[level]`` times the spread is half the band's width for each coverage ``level`` (such as ``"0.90"``);
    ``scale`` times the spread is a standard deviation whose mean square is the error's; ``simultaneous[level]`` widens
    the band so far that in this share of records no sample of any lead lies outside. ``fitted_on`` names the records,
    ``records`` counts them.
    What coverage was then seen on other records stands in the evaluation.
    """

    factors: Mapping[str, Factors]
    scale: Factors
    simultaneous: Mapping[str, float]
    fitted_on: str
    records: int


@dataclass(frozen=True)
class ModelCard:
    """Everything needed to rebuild, judge and cite a model; kept beside its weights as ``card.json``.

    ``calibrations`` has one entry for each state of knowledge, since the errors differ
    (`ecg_core.uncertainty.calibration.calibration_for`); ``other_spreads`` has the same for spreads that are not shown
    (between passes alone, expected alone, constant), which the evaluation compares. ``always_told`` are the metadata
    fields that it was told of every record in training, none where it reads none; None where any of them may be
    unknown.
    """

    name: str
    architecture: str
    settings: Mapping[str, Any]
    preparation: Preparation
    features: tuple[str, ...]
    calibrations: Mapping[str, Calibration]
    other_spreads: Mapping[str, Mapping[str, Calibration]]
    training: Mapping[str, Any]
    data: str
    licence: str
    weights_sha256: str
    format_version: int
    always_told: tuple[str, ...] | None = None

    @property
    def reads_metadata(self) -> bool:
        """Whether what it is told can change its estimate."""
        return self.always_told != ()

    def misses(self, metadata: PatientMetadata) -> tuple[str, ...]:
        """Fields that are unknown in ``metadata``, though in training they never were: it then guesses blindly."""
        return tuple(name for name in self.always_told or () if name not in metadata.known())


@dataclass(frozen=True, eq=False)
class Examination:
    """What Lead I itself says, before any network: the filtered signal, its quality, waves and measurements.

    ``lead_i (sample,)``: measured Lead I in mV after filtering, at the recording's own rate; ``removed`` says in
    words what filtering took away (such as mains at 50 Hz).
    """

    lead_i: FloatArray
    sampling_rate: float
    quality: Quality
    segments: Segments
    measurements: Measurements
    removed: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What can be said to one clinical question, and on what basis.

    ``question`` names it (``"qrs_ms"``). Measured on Lead I: a ``value`` in ``unit``. Told (typed, in the file, from an
    earlier ECG): ``why`` says by whom. Estimated: its interval ``low`` to ``high`` as well. Withheld: no value at all,
    and ``why``; ``cause`` is the kind of reason and ``figures`` are its numbers, for saying it in other languages.
    """

    question: str
    basis: Basis
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    why: str = ""
    cause: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        said, bounded = self.value is not None, self.low is not None and self.high is not None
        explained = bool(self.why)
        wanted = {
            Basis.MEASURED: said,
            Basis.TOLD: said and explained,
            Basis.ESTIMATED: said and bounded,
            Basis.WITHHELD: explained and self.value is self.low is self.high is None,
        }
        if not wanted[self.basis]:
            raise ValueError(f"{self.question} is {self.basis}, but holds {self}")


@dataclass(frozen=True)
class Caliper:
    """A distance that the user has measured on one lead: ``start`` to ``end`` in s, ``from_mv`` to ``to_mv``.

    On an estimated lead ``interval_mv`` is that of the difference in mV, from the calibrated band.
    """

    name: str
    lead: Lead
    start: float
    end: float
    from_mv: float
    to_mv: float
    interval_mv: tuple[float, float] | None = None


@dataclass(frozen=True)
class LeadIChange:
    """How far the measured Lead I differs from the Lead I of an earlier ECG.

    ``correlation`` of the two median beats; ``qrs_swing_mv``: from the lowest to the highest point of QRS, now and
    then; ``unusual`` says, in words, what differs by more than it does between most ECGs of one patient.
    """

    correlation: float
    qrs_swing_mv: tuple[float, float]
    unusual: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Analysis:
    """All that a view, a report or an export needs of one recording.

    ``metadata`` and ``earlier`` are what the network was told; ``reference`` holds the other leads, filtered like Lead
    I, where the file had them; ``change`` says how far Lead I differs from that of the earlier ECG.
    """

    recording: Recording
    metadata: PatientMetadata
    examination: Examination
    reconstruction: Reconstruction
    card: ModelCard
    reference: Recording | None
    earlier: EarlierEcg | None = None
    change: LeadIChange | None = None
