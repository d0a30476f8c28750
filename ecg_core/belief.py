"""What an estimate rests on: where its doubt comes from, how much of it is this patient, and whether laws hold.

None of this says whether an estimate is right. Doubt that comes from Lead I's noise shrinks with a better recording,
that between passes with a better network, and that which the network expects with neither: it is what Lead I
does not contain. An estimate that is mostly the average patient's looks healthy whoever it was recorded from.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecg_core.limb_leads import DERIVATION, derive
from ecg_core.models.checkpoint import Model
from ecg_core.pipeline import predict, reconstruct
from ecg_core.records import PatientMetadata, Recording
from ecg_core.results import Analysis, Examination
from ecg_core.signals.filters import resample
from ecg_core.signals.noise import noise_mv
from ecg_core.signals.waves import label_waves
from ecg_core.uncertainty.familiarity import Familiarity
from ecg_core.vocabulary import ESTIMATED, LEADS, FloatArray, Lead, Wave

__all__ = [
    "AVERAGE_PATIENT",
    "MOST_MISFIT_MV",
    "Doubt",
    "average_shares",
    "distance_from_training",
    "largest_misfit",
    "sources_of_doubt",
]

AVERAGE_PATIENT = "mean-beat"
"""The model that lays the same beat at everybody's R peaks."""
MOST_MISFIT_MV = 0.05
"""Recorded limb leads fit together within it; rounding and filters of a recorder leave a few µV."""
LONGEST_SECONDS = 30.0
"""The noise of Lead I is tried on so much of a recording."""
NOISE_PASSES = 8


@dataclass(frozen=True)
class Doubt:
    """Where the doubt about one wave of one lead comes from: root mean squares over its samples, in mV.

    ``noise_mv``: how far the estimate moves when noise as strong as Lead I's own is added to Lead I; ``passes_mv``:
    spread between passes; ``unseen_mv``: the spread that the network expects by itself, since Lead I does not
    tell more; ``half_width_mv``: mean half-width of the calibrated band.
    """

    noise_mv: float
    passes_mv: float
    unseen_mv: float
    half_width_mv: float


def sources_of_doubt(analysis: Analysis, model: Model) -> dict[Lead, dict[Wave, Doubt]]:
    """Say for each estimated lead and each wave that occurs where the doubt comes from.

    ``model`` is the one that made the analysis. An earlier ECG is left aside while the noise is tried.

    >>> from pathlib import Path
    >>> from ecg_core import analyse, load_model, read
    >>> files = {path.name: path.read_bytes() for path in Path("sample_data").glob("A0001.*")}
    >>> found = sources_of_doubt(analyse(read(files), passes=4), load_model())
    >>> found[Lead.V3][Wave.QRS].unseen_mv > found[Lead.V3][Wave.QRS].noise_mv
    True
    """
    made = analysis.reconstruction
    labels = label_waves(analysis.examination.segments, made.mean.shape[1])
    moved = _moved_by_noise(analysis, model)
    unseen = np.sqrt(np.maximum(np.square(made.total_sd) - np.square(made.epistemic_sd), 0))
    found: dict[Lead, dict[Wave, Doubt]] = {}
    for lead in ESTIMATED:
        row = made.row(lead)
        found[lead] = {
            wave: Doubt(
                _rms(moved[row][labels[: moved.shape[1]] == index]),
                _rms(made.epistemic_sd[row][labels == index]),
                _rms(unseen[row][labels == index]),
                float((made.high - made.low)[row][labels == index].mean() / 2),
            )
            for index, wave in enumerate(Wave)
            if (labels[: moved.shape[1]] == index).any()
        }
    return found


def _rms(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def _moved_by_noise(analysis: Analysis, model: Model) -> FloatArray:
    """How far the estimate moves when Lead I's own noise is added to it once more, ``(12, sample)`` in mV."""
    examination, preparation = analysis.examination, model.card.preparation
    rate, slow_rate = examination.sampling_rate, preparation.sampling_rate
    lead_i = examination.lead_i[: round(LONGEST_SECONDS * rate)]
    level = noise_mv(examination.lead_i, examination.segments)
    calm = resample(lead_i, rate, slow_rate)
    noise = np.random.default_rng(analysis.reconstruction.seed).normal(0, level, len(calm)).astype(np.float32)
    calm_estimate, noisy_estimate = (
        predict(heard, analysis.metadata, model, passes=NOISE_PASSES, seed=analysis.reconstruction.seed).mean
        for heard in (calm, calm + noise)
    )
    difference = np.abs(noisy_estimate - calm_estimate)
    times, slow_times = np.arange(len(lead_i)) / rate, np.arange(len(calm)) / slow_rate
    return np.stack([np.interp(times, slow_times, row) for row in difference])


def distance_from_training(examination: Examination, model: Model, known: Familiarity) -> float:
    """How far Lead I lies from what ``model`` was trained on; ``known`` says what that means (`load_familiarity`).

    >>> from pathlib import Path
    >>> from ecg_core import examine, load_model, read
    >>> from ecg_core.uncertainty.familiarity import load_familiarity
    >>> files = {path.name: path.read_bytes() for path in Path("sample_data").glob("A0002.*")}
    >>> model = load_model()
    >>> known = load_familiarity(model.card)
    >>> known.is_unfamiliar(distance_from_training(examine(read(files)), model, known))
    False
    """
    rate = model.card.preparation.sampling_rate
    return known.distance_of(resample(examination.lead_i, examination.sampling_rate, rate), model)


def average_shares(analysis: Analysis, average: Model) -> dict[Lead, float]:
    """How much of each estimated lead the average patient's beat, laid at the same R peaks, accounts for: 0 to 1.

    ``average`` is the model `AVERAGE_PATIENT`, with everybody's beat or with that of the patient's sex and age
    (`ecg_core.models.population.model_of`). The share is ``1 - Σ(estimate - average)² / Σ estimate²``, not below 0.
    What is left is individual, which is not to say right.

    >>> from pathlib import Path
    >>> from ecg_core import analyse, load_model, read
    >>> files = {path.name: path.read_bytes() for path in Path("sample_data").glob("A0001.*")}
    >>> model = load_model(AVERAGE_PATIENT)
    >>> average_shares(analyse(read(files), model=model, passes=4), model)[Lead.V3]
    1.0
    """
    examination = analysis.examination
    beats = reconstruct(examination.lead_i, examination.segments, PatientMetadata(), average, passes=1).mean
    estimate = analysis.reconstruction.mean
    rows = {lead: LEADS.index(lead) for lead in ESTIMATED}
    left = {lead: np.square(estimate[row] - beats[row]).sum() for lead, row in rows.items()}
    return {lead: float(max(0.0, 1 - left[lead] / np.square(estimate[row]).sum())) for lead, row in rows.items()}


def largest_misfit(leads: Mapping[Lead, FloatArray] | Recording) -> tuple[Lead, float] | None:
    """By how much recorded or estimated limb leads break Einthoven's and Goldberger's laws: the worst lead, in mV.

    Root mean square over time. None where there are not I, II and one more limb lead to judge by. Leads that do not fit
    together were recorded at different times, filtered differently, swapped or mislabelled.

    >>> one, two = np.ones(9), np.full(9, 3.0)
    >>> largest_misfit({Lead.I: one, Lead.II: two, Lead.III: two - one, Lead.AVF: two - one})
    (<Lead.AVF: 'aVF'>, 0.5)
    """
    if Lead.I not in leads or Lead.II not in leads:
        return None
    misfits = {
        lead: _rms(leads[lead] - derive(lead, leads[Lead.I], leads[Lead.II])) for lead in DERIVATION if lead in leads
    }
    return max(misfits.items(), key=lambda item: item[1]) if misfits else None
