"""A small classifier of PTB-XL's diagnostic superclasses, trained on real leads.

It asks what a reconstruction keeps of a diagnosis: the same classifier reads twelve real leads, then twelve
reconstructed ones, and a second one reads Lead I alone. No result of it is shown to a user.
"""

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from ecg_core.limb_leads import twelve
from ecg_core.models.layers import ResidualBlock
from ecg_core.training.data import Records
from ecg_core.training.labels import SUPERCLASSES
from ecg_core.vocabulary import FloatArray, IntArray

__all__ = ["SuperclassNet", "classifier_leads", "predict_classes", "train_classifier"]

BATCH = 64
LEARNING_RATE, WEIGHT_DECAY = 4e-3, 0.02
GAIN_SPREAD = 0.1
"""Standard deviation of the logarithm of the gain that a record is given in training, all leads alike."""


class SuperclassNet(nn.Module):
    """Leads at 100 Hz → a logit for each of `SUPERCLASSES`; a strided stem makes it cheap.

    >>> network = SuperclassNet(12).eval()
    >>> network(torch.zeros(2, 12, 1000)).shape, sum(weight.numel() for weight in network.parameters()) < 300_000
    (torch.Size([2, 5]), True)
    """

    def __init__(self, leads: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv1d(leads, 40, 16, stride=4, padding=6, bias=False), nn.BatchNorm1d(40), nn.ReLU()
        )
        self.local = ResidualBlock(40, 5, 1)
        self.middle = nn.Sequential(
            nn.Conv1d(40, 64, 5, stride=2, padding=2, bias=False), nn.BatchNorm1d(64), nn.ReLU()
        )
        self.wide = nn.Sequential(ResidualBlock(64, 5, 1), ResidualBlock(64, 5, 4))
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(2 * 64, len(SUPERCLASSES))

    def forward(self, leads: Tensor) -> Tensor:
        """``leads (row, lead, 1000)`` in mV → logits ``(row, 5)``."""
        x = self.local(self.stem(leads))  # (row, 40, 250)
        x = self.wide(self.middle(x))  # (row, 64, 125)
        pooled = torch.cat([x.mean(-1), x.amax(-1)], dim=1)  # (row, 160)
        logits: Tensor = self.head(self.dropout(pooled))
        return logits


def classifier_leads(records: Records, rows: IntArray | slice, leads: int) -> FloatArray:
    """What a classifier of ``leads`` leads reads: all twelve, or Lead I alone, ``(row, leads, 1000)`` in mV."""
    stored = records.leads(rows)
    return stored[:, :1] if leads == 1 else twelve(stored[:, 0], stored[:, 1:])


def train_classifier(
    records: Records, labels: FloatArray, leads: int, epochs: int = 6, *, seed: int = 0
) -> SuperclassNet:
    """Train on real leads, ``leads`` 12 or 1; ``labels (record, 5)`` as `ecg_core.training.labels.class_matrix` gives.

    Binary cross-entropy, AdamW, one cycle of the learning rate, a small random gain. A seed repeats a result.
    """
    if leads not in (1, 12) or labels.shape != (len(records), len(SUPERCLASSES)):
        raise ValueError(f"{leads} leads and labels {labels.shape} for {len(records)} records")
    random = np.random.default_rng(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = SuperclassNet(leads)
        steps = max(1, len(records) // BATCH)
        optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=epochs * steps)
        network.train()
        with tqdm(total=epochs * steps, desc=f"classifier of {leads} lead(s)", mininterval=5) as bar:
            for _ in range(epochs):
                for rows in np.array_split(random.permutation(len(records)), steps):
                    gain = np.exp(random.normal(0, GAIN_SPREAD, (len(rows), 1, 1))).astype(np.float32)
                    read = torch.from_numpy(classifier_leads(records, rows, leads) * gain)
                    wanted = torch.from_numpy(labels[rows].astype(np.float32))
                    loss = nn.functional.binary_cross_entropy_with_logits(network(read), wanted)
                    optimiser.zero_grad(set_to_none=True)
                    loss.backward()
                    optimiser.step()
                    cycle.step()
                    bar.update()
    return network.eval()


@torch.inference_mode()
def predict_classes(network: SuperclassNet, leads: FloatArray, *, batch: int = 256) -> FloatArray:
    """Probability of each of `SUPERCLASSES`, ``(row, 5)``, from ``leads (row, 12 or 1, 1000)`` in mV.

    >>> predict_classes(SuperclassNet(1).eval(), np.zeros((3, 1, 1000), np.float32)).shape
    (3, 5)
    """
    parts = [leads[first : first + batch].astype(np.float32) for first in range(0, len(leads), batch)]
    return np.concatenate([torch.sigmoid(network(torch.from_numpy(part))).numpy() for part in parts])
