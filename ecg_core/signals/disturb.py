"""What spoils a Lead I on its way from the heart to the file, in chosen strength: to see whether the doubt follows.

Each function is pure: ``signal (sample,)`` in mV at ``rate`` Hz in, the spoilt one out; what is random comes from the
generator given.
"""

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfiltfilt

from ecg_core.errors import RecordingRefused
from ecg_core.records import Recording
from ecg_core.vocabulary import FloatArray, Lead

__all__ = ["CLEAN", "Disturbance", "disturb", "hum", "noise_at_snr", "smooth", "tremble", "wander"]

TREMBLE_HZ = (20.0, 150.0)
"""Where the trembling of skeletal muscle lies, as far as an ECG recorder lets it through."""


@dataclass(frozen=True)
class Disturbance:
    """How Lead I is spoilt; as it stands, it is not.

    ``snr_db``: muscle noise so many dB below the signal, None for none; ``wander_mv`` and ``mains_mv``: amplitudes of
    a wandering baseline of 0.25 Hz and of mains hum of ``mains_hz``; ``gain``: factor of a wrong calibration;
    ``reversed_arms``: the electrodes of the arms exchanged, which changes the sign of Lead I.

    >>> Disturbance(gain=1.0) == CLEAN
    True
    """

    snr_db: float | None = None
    wander_mv: float = 0.0
    mains_mv: float = 0.0
    mains_hz: float = 50.0
    gain: float = 1.0
    reversed_arms: bool = False


CLEAN = Disturbance()


def disturb(recording: Recording, how: Disturbance, *, seed: int) -> Recording:
    """``recording`` with its Lead I spoilt; its other leads stay as the heart made them.

    The electrodes and the amplifier come last: first noise is added to the signal, then gain and sign are wrong for
    all of it. The same seed gives the same noise in every strength. Raises `LeadMissing` where there is no Lead I.

    >>> strip = Recording(np.ones((1, 5000)), (Lead.I,), 500.0, "generated")
    >>> float(disturb(strip, Disturbance(gain=2, reversed_arms=True), seed=0)[Lead.I][0])
    -2.0
    """
    if how == CLEAN:
        return recording
    lead_i: FloatArray = np.asarray(recording[Lead.I], np.float64)
    rate, spoilt = recording.sampling_rate, lead_i
    # Each has a generator of its own, so that one more disturbance leaves the others as they were.
    first, second, third = (np.random.default_rng([seed, part]) for part in range(3))
    if how.snr_db is not None:
        spoilt = tremble(spoilt, rate, first, noise_at_snr(lead_i, how.snr_db))
    if how.wander_mv:
        spoilt = wander(spoilt, rate, second, how.wander_mv)
    if how.mains_mv:
        spoilt = hum(spoilt, rate, third, how.mains_mv, how.mains_hz)
    spoilt = spoilt * (-how.gain if how.reversed_arms else how.gain)
    signals = np.array(recording.signals)
    signals[recording.leads.index(Lead.I)] = spoilt
    return Recording(signals, recording.leads, rate, recording.source, recording.started_at, recording.notes)


def noise_at_snr(signal: FloatArray, snr_db: float) -> float:
    """Root mean square in mV of noise that lies ``snr_db`` below ``signal``, whose own mean does not count.

    Raises `RecordingRefused` where the signal is flat, as there is nothing that noise could lie below.

    >>> round(noise_at_snr(np.tile([1.0, -1.0], 50), 20), 6)
    0.1
    """
    level = float(np.std(signal))
    if level == 0:
        raise RecordingRefused("Lead I is flat; expected a signal to compare the noise with: choose another recording.")
    return float(level * 10 ** (-snr_db / 20))


def tremble(signal: FloatArray, rate: float, random: np.random.Generator, mv: float) -> FloatArray:
    """Add muscle noise, Gaussian from 20 to 150 Hz, of ``mv`` root mean square."""
    low, high = TREMBLE_HZ
    sections = butter(2, [low, min(high, 0.45 * rate)], "bandpass", fs=rate, output="sos")
    noise = sosfiltfilt(sections, random.normal(size=len(signal)))
    return np.asarray(signal + mv * noise / noise.std())


def wander(signal: FloatArray, rate: float, random: np.random.Generator, mv: float) -> FloatArray:
    """Add a wandering baseline: a sine of 0.25 Hz, as of slow breathing, of ``mv`` amplitude."""
    return _sine(signal, rate, random, mv, 0.25)


def smooth(signal: FloatArray, rate: float, low_pass_hz: float) -> FloatArray:
    """Take what is above ``low_pass_hz``: a Butterworth filter of order 2, forward and backward."""
    return np.asarray(sosfiltfilt(butter(2, low_pass_hz, fs=rate, output="sos"), signal))


def hum(signal: FloatArray, rate: float, random: np.random.Generator, mv: float, hz: float = 50.0) -> FloatArray:
    """Add mains hum: a sine of ``hz``, of ``mv`` amplitude."""
    return _sine(signal, rate, random, mv, hz)


def _sine(signal: FloatArray, rate: float, random: np.random.Generator, mv: float, hz: float) -> FloatArray:
    return np.asarray(signal + mv * np.sin(2 * np.pi * (hz * np.arange(len(signal)) / rate + random.random())))
