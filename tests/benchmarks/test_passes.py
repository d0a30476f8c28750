"""One hundred Monte Carlo passes over ten seconds against one hundred separate calls, within one run."""

import time

import numpy as np
import pytest
import torch

from ecg_core.metadata import FEATURES
from ecg_core.models.checkpoint import load_model
from ecg_core.models.layers import EARLIER_CHANNELS
from ecg_core.uncertainty.mc_dropout import sample

PASSES = 100
LIMIT_SECONDS = 0.3
LIMIT_SHARE = 0.25


@pytest.fixture(scope="module")
def network():
    return load_model().network


def separate_calls(network, window: np.ndarray, features: np.ndarray) -> None:
    generator = torch.Generator().manual_seed(0)
    with torch.inference_mode():
        for _ in range(PASSES):
            known = torch.from_numpy(features)[None]
            earlier = torch.zeros(1, EARLIER_CHANNELS, len(window))
            encoded = network.encode(torch.from_numpy(window)[None], earlier, known)
            network.decode(encoded, known, network.draw_masks(1, generator, len(window)))


def test_batched_passes(benchmark, network):
    window = np.random.default_rng(0).normal(0, 0.1, 1000).astype(np.float32)
    features = np.zeros(len(FEATURES), np.float32)
    benchmark.pedantic(
        lambda: list(sample(network, window[None], features, passes=PASSES, seed=0)), rounds=15, warmup_rounds=2
    )
    batched = benchmark.stats.stats.median
    times = []
    for _ in range(3):
        start = time.perf_counter()
        separate_calls(network, window, features)
        times.append(time.perf_counter() - start)
    separate = float(np.median(times))
    print(f"\n{PASSES} passes: {batched:.3f} s batched, {separate:.3f} s one by one, share {batched / separate:.2f}")
    assert batched <= LIMIT_SECONDS
    assert batched <= LIMIT_SHARE * separate
