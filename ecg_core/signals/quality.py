"""What is wrong with a Lead I recording, in words: each finding with its number, its limit, and what to try."""

from collections.abc import Iterator

import numpy as np
from scipy import signal as filters
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from ecg_core.records import Preparation
from ecg_core.results import Finding, Quality, Segments
from ecg_core.signals.filters import band_pass
from ecg_core.signals.noise import noise_between_beats, robust_sd
from ecg_core.vocabulary import BoolArray, FloatArray, Verdict

__all__ = ["assess"]

SHORTEST_SECONDS = 3.0
PIECE_SECONDS = 10.0
PIECES_SHARE = 0.1
"""Drift, mains and muscle noise are judged in pieces of 10 to 20 s; in more than this share they are a finding."""

STILL_MV, STILL_WINDOW_SECONDS = 0.01, 0.2
STILL_SHARE, STILL_SECONDS = 0.8, 1.5
JUMP_MV, JUMP_SECONDS = 5.0, 0.02
CLIP_SHARE, CLIP_RUN_SECONDS, CLIP_RUNS = 0.002, 0.006, 3
MAINS_MV = 0.02
DRIFT_MV = 1.0
MUSCLE_MV, BURST_MV = 0.025, 0.04
FEWEST_BEATS, LONGEST_GAP_SECONDS = 3, 2.5
"""Each limit leaves room above clean records: 98 % of them stay below 0.3 s still, 8 µV of mains, 0.7 mV of drift and
16 µV of noise between beats."""
SMOOTHED_DB = 33.0
FINE_HZ, COARSE_HZ = (30.0, 38.0), (8.0, 18.0)
"""One of the 15,216 records that the network was trained on holds less of the fine, none of 432 at 500 Hz; behind a
low-pass of 12, 15 or 20 Hz (Butterworth of order 2, forward and backward) 99, 94 and 29 % of these do."""
INVERTED_P_MV = -0.015
TALL_MV, TALL_SECONDS = 4.0, 2.0
"""No record of PTB-XL's fold 9 reaches further than 2.7 mV in half of its 2 s stretches; a wrong scale does."""

PAUSE_ADVICE = (
    "Look at the strip: the heart may have paused; otherwise press the electrodes on firmly and record again."
)


def assess(lead_i: FloatArray, sampling_rate: float, segments: Segments) -> Quality:
    """Look for what makes a recording of Lead I unfit, or in need of a second look.

    ``lead_i (sample,)`` in mV as it was recorded, unfiltered; ``segments`` are its waves (`find_waves`). The limits
    were chosen on clean and damaged PTB-XL records with odd numbers and are reported on the even ones by
    `ecg_core.training.evidence.quality_on_ptbxl500`. Findings:

    - *flat* (stop), *no beats* (stop): nothing to reconstruct from;
    - *too tall*: more than hearts give in Lead I, so that the file's scale is probably wrong;
    - *loss of contact*: no movement for a second and a half, or a jump that no heart makes;
    - *too few beats*, or a long gap between them; *clipped*: several peaks cut off at the same height;
    - *mains*, *drift*, *muscle noise*: too much of each;
    - *smoothed*: hardly anything of the frequencies that sharpen QRS, which a filter of the recorder or an app took;
    - *reversed*: QRS mostly negative and P or T inverted, as when the watch is worn on the other wrist. With the sign
      of PTB-XL records changed (100 Hz, up to 400 of each kind) it is found in 99.5 % of sinus rhythms with a normal or
      left axis (no false alarm) and in 80 % of atrial fibrillation (2.5 % false alarms: no P wave to judge by). It is
      not to be relied on with a right axis: there 23 % of true recordings look reversed and 92 % of reversed ones true.

    >>> assess(np.zeros(5000), 500.0, Segments.none(500.0, "the signal is flat")).verdict.value
    'stop'
    """
    signal: FloatArray = np.asarray(lead_i, dtype=np.float64)
    if len(signal) < SHORTEST_SECONDS * sampling_rate:
        seconds = len(signal) / sampling_rate
        reason = f"The recording lasts {seconds:.1f} s; {SHORTEST_SECONDS:g} s are needed to see beats."
        return Quality((Finding("too short", Verdict.STOP, reason, "Record for at least ten seconds."),))
    still = _still(signal, sampling_rate)
    if still.mean() > STILL_SHARE:
        reason = (
            f"The signal moves less than {1000 * STILL_MV:g} µV during {100 * still.mean():.0f} % of the recording; "
            f"at most {100 * STILL_SHARE:.0f} % is accepted."
        )
        advice = "Check that the electrodes touch the skin and that the right channel was chosen, and record again."
        return Quality((Finding("flat", Verdict.STOP, reason, advice),))
    return Quality(
        (
            *_height(signal, sampling_rate),
            *_contact(signal, sampling_rate, still),
            *_clipping(signal, sampling_rate),
            *_mains(signal, sampling_rate),
            *_drift(signal, sampling_rate),
            *_muscle(signal, sampling_rate, segments),
            *_smoothed(signal, sampling_rate),
            *_beats(len(signal), segments),
            *_reversal(signal, segments),
        )
    )


def _height(signal: FloatArray, sampling_rate: float) -> Iterator[Finding]:
    stretches = np.array_split(np.abs(signal - np.median(signal)), int(len(signal) / (TALL_SECONDS * sampling_rate)))
    height = float(np.median([stretch.max() for stretch in stretches]))
    if height > TALL_MV:
        reason = (
            f"The signal reaches {height:.1f} mV again and again; {TALL_MV:g} mV is more than hearts give in Lead I."
        )
        advice = "The scale in the file, or the unit given, is probably wrong: do not trust any amplitude."
        yield Finding("too tall", Verdict.REVIEW, reason, advice)


def _runs(flags: BoolArray) -> FloatArray:
    """Lengths of the stretches of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return np.asarray(edges[1::2] - edges[::2], dtype=np.float64)


def _pieces(signal: FloatArray, sampling_rate: float) -> list[FloatArray]:
    return np.array_split(signal, max(1, int(len(signal) / (PIECE_SECONDS * sampling_rate))))


def _common(values: FloatArray, limit: float) -> bool:
    """Whether more than `PIECES_SHARE` of the pieces lie above ``limit``."""
    return bool((values > limit).mean() > PIECES_SHARE)


def _still(signal: FloatArray, sampling_rate: float) -> BoolArray:
    width = max(2, int(STILL_WINDOW_SECONDS * sampling_rate))
    return np.asarray(maximum_filter1d(signal, width) - minimum_filter1d(signal, width) < STILL_MV, dtype=np.bool_)


def _contact(signal: FloatArray, sampling_rate: float, still: BoolArray) -> Iterator[Finding]:
    advice = (
        "Press the electrodes on firmly (watch: tighten the strap, moisten the skin, rest the arm) and record again."
    )
    longest = float(_runs(still).max(initial=0)) / sampling_rate + STILL_WINDOW_SECONDS
    step = max(1, int(JUMP_SECONDS * sampling_rate))
    jump = float(np.abs(signal[step:] - signal[:-step]).max())
    if still.any() and longest >= STILL_SECONDS:
        reason = f"The signal stands still for {longest:.1f} s; less than {STILL_SECONDS:g} s is expected of a heart."
        yield Finding("loss of contact", Verdict.REVIEW, reason, advice)
    elif jump > JUMP_MV:
        reason = (
            f"The signal jumps by {jump:.1f} mV in {1000 * JUMP_SECONDS:g} ms; at most {JUMP_MV:g} mV is plausible."
        )
        yield Finding("loss of contact", Verdict.REVIEW, reason, advice)


def _clipping(signal: FloatArray, sampling_rate: float) -> Iterator[Finding]:
    near = CLIP_SHARE * np.ptp(signal)
    shortest = max(2, int(np.ceil(CLIP_RUN_SECONDS * sampling_rate)))
    extremes = (signal >= signal.max() - near, signal <= signal.min() + near)
    count = max(int((_runs(extreme) >= shortest).sum()) for extreme in extremes)
    if count >= CLIP_RUNS:
        reason = f"{count} peaks are cut off at the same height; fewer than {CLIP_RUNS} are expected."
        advice = "Lower the gain of the recorder or reduce movement, and record again; amplitudes cannot be trusted."
        yield Finding("clipped", Verdict.REVIEW, reason, advice)


def _mains(signal: FloatArray, sampling_rate: float) -> Iterator[Finding]:
    for mains in Preparation().mains_hz:
        if mains + 5 >= sampling_rate / 2:
            continue
        levels = np.array([_line_mv(piece, sampling_rate, mains) for piece in _pieces(signal, sampling_rate)])
        if _common(levels, MAINS_MV):
            reason = f"Mains hum at {mains:g} Hz measures {levels.max():.3f} mV; the limit is {MAINS_MV:g} mV."
            advice = "Move away from chargers and cables, run the recorder on its battery, and record again."
            yield Finding("mains", Verdict.REVIEW, reason, advice)


def _line_mv(piece: FloatArray, sampling_rate: float, mains: float) -> float:
    """Root mean square in mV of the line at ``mains`` above what lies beside it."""
    frequencies, power = filters.welch(piece, sampling_rate, nperseg=min(len(piece), int(4 * sampling_rate)))
    distance = np.abs(frequencies - mains)
    excess = power[distance <= 0.5] - np.median(power[(distance >= 2) & (distance <= 5)])
    return float(np.sqrt(max(excess.sum() * (frequencies[1] - frequencies[0]), 0.0)))


def _drift(signal: FloatArray, sampling_rate: float) -> Iterator[Finding]:
    sections = filters.butter(2, Preparation().low_hz, "lowpass", fs=sampling_rate, output="sos")
    baseline = filters.sosfiltfilt(sections, signal, padlen=min(len(signal) - 1, int(2 * sampling_rate)))
    swings = np.array([np.ptp(piece) for piece in _pieces(baseline, sampling_rate)])
    if _common(swings, DRIFT_MV):
        reason = f"The baseline wanders by {swings.max():.1f} mV in ten seconds; the limit is {DRIFT_MV:g} mV."
        yield Finding("drift", Verdict.REVIEW, reason, "Sit still, breathe calmly, clean the skin, and record again.")


def _muscle(signal: FloatArray, sampling_rate: float, segments: Segments) -> Iterator[Finding]:
    """Noise from 20 to 40 Hz outside the QRS complexes, second by second."""
    noise = noise_between_beats(signal, segments)
    seconds = [
        [robust_sd(second) for second in np.array_split(piece, int(len(piece) / sampling_rate))]
        for piece in _pieces(noise, sampling_rate)
    ]
    steady = np.array([np.nanmedian(levels) for levels in seconds])
    burst = np.array([np.nanmax(levels) for levels in seconds])
    advice = "Rest the arms on a table, relax the hands, keep warm, and record again."
    if _common(steady, MUSCLE_MV):
        reason = f"Noise from 20 to 40 Hz measures {steady.max():.3f} mV between beats; the limit is {MUSCLE_MV:g} mV."
        yield Finding("muscle noise", Verdict.REVIEW, reason, advice)
    elif _common(burst, BURST_MV):
        reason = f"Noise from 20 to 40 Hz reaches {burst.max():.3f} mV for a second; the limit is {BURST_MV:g} mV."
        yield Finding("muscle noise", Verdict.REVIEW, reason, advice)


def _smoothed(signal: FloatArray, sampling_rate: float) -> Iterator[Finding]:
    width = min(len(signal), int(4 * sampling_rate))
    frequencies, power = filters.welch(signal, sampling_rate, nperseg=width, average="median")
    fine, coarse = (power[(frequencies >= low) & (frequencies <= high)].mean() for low, high in (FINE_HZ, COARSE_HZ))
    if fine * 10 ** (SMOOTHED_DB / 10) < coarse:
        reason = (
            f"From {FINE_HZ[0]:g} to {FINE_HZ[1]:g} Hz the signal holds {10 * np.log10(coarse / fine):.0f} dB less "
            f"than from {COARSE_HZ[0]:g} to {COARSE_HZ[1]:g} Hz; in an ECG it is at most {SMOOTHED_DB:g} dB less."
        )
        advice = (
            "The recorder or an app has smoothed it: export it unfiltered if you can. QRS is blunter and longer here "
            "than it was, and the estimated leads are less like the true ones."
        )
        yield Finding("smoothed", Verdict.REVIEW, reason, advice)


def _beats(samples: int, segments: Segments) -> Iterator[Finding]:
    if segments.not_delineated is not None:
        reason = f"The waves could not be delineated: {segments.not_delineated}."
        advice = "Record again at rest with firm contact, and check that the file holds Lead I."
        yield Finding("no beats", Verdict.STOP, reason, advice)
        return
    count = len(segments.r_peaks)
    gaps = np.diff(np.concatenate([[0], segments.r_peaks, [samples]])) / segments.sampling_rate
    if count < FEWEST_BEATS:
        reason = f"{count} beats were found; at least {FEWEST_BEATS} are expected."
        yield Finding("too few beats", Verdict.REVIEW, reason, PAUSE_ADVICE)
    elif gaps.max() > LONGEST_GAP_SECONDS:
        reason = f"No beat was found for {gaps.max():.1f} s; at most {LONGEST_GAP_SECONDS:g} s are expected."
        yield Finding("too few beats", Verdict.REVIEW, reason, PAUSE_ADVICE)


def _reversal(signal: FloatArray, segments: Segments) -> Iterator[Finding]:
    if len(segments.r_peaks) < FEWEST_BEATS:
        return
    rate = segments.sampling_rate
    filtered = band_pass(signal[np.newaxis], rate, Preparation())[0][0].astype(np.float64)
    qrs, p, t = _net_qrs(filtered, segments), _p_amplitude(filtered, segments), _net_t(filtered, segments)
    inverted = [name for name, is_so in (("P", p < INVERTED_P_MV), ("T", t < 0)) if is_so]
    if qrs < 0 and inverted:
        reason = (
            f"QRS complexes are mostly negative (highest and lowest point add up to {qrs:.2f} mV, expected above 0) "
            f"and {' and '.join(inverted)} waves are inverted."
        )
        advice = (
            "Check that the arm electrodes are not swapped, and that the watch knows on which wrist it is worn; "
            "if all is right, the heart's axis may truly point to the right."
        )
        yield Finding("reversed", Verdict.REVIEW, reason, advice)


def _net_qrs(signal: FloatArray, segments: Segments) -> float:
    """Median over beats of the highest and lowest point of QRS added up, from its onset, in mV."""
    beats = [signal[onset:offset] - signal[onset] for onset, offset in segments.qrs if offset - onset > 1]
    return float(np.median([beat.max() + beat.min() for beat in beats])) if beats else 0.0


def _net_t(signal: FloatArray, segments: Segments) -> float:
    """Median over beats of the mean height of T above the line between its ends, in mV."""
    beats = [signal[onset:offset] for onset, offset in segments.t if offset - onset > 2]
    heights = [float(np.mean(beat - np.linspace(beat[0], beat[-1], len(beat)))) for beat in beats]
    return float(np.median(heights)) if heights else 0.0


def _p_amplitude(signal: FloatArray, segments: Segments) -> float:
    """Largest deflection in mV of the median beat from 220 to 20 ms before QRS, above the line between its ends."""
    before, after = int(0.22 * segments.sampling_rate), int(0.02 * segments.sampling_rate)
    beats = [signal[onset - before : onset - after] for onset in segments.qrs[:, 0] if onset >= before]
    if not beats:
        return 0.0
    beat = np.median(beats, axis=0)
    edge = max(1, len(beat) // 10)
    height = beat - np.linspace(np.median(beat[:edge]), np.median(beat[-edge:]), len(beat))
    return float(height[np.argmax(np.abs(height))])
