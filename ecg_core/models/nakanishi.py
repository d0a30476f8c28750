"""The network of the paper that this project follows, as its authors' own scripts have it.

Nakanishi, Hirata and Kubota, Sensors 2026, 26(1), 212, doi 10.3390/s26010212. It works in µV inside, begins with
Keras's weights (Glorot's uniform, orthogonal recurrent ones, a forget bias of 1, one bias a gate), and drops
single elements. What the paper leaves open is the edges of the bins of its one-hot metadata: those here (`RATE_EDGES`
and so on) make twelve bins of each of the five, with which the network has the published 0.33 M parameters.

Nothing after the two branches meet bends, so that metadata can shift an estimated lead as a whole and not change its
shape: a correlation over the record does not see them (but for the first and the last sample).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ecg_core.metadata import FEATURES, encode
from ecg_core.models.layers import Estimate, Network
from ecg_core.models.linear import constant_spread
from ecg_core.records import PatientMetadata
from ecg_core.vocabulary import PREDICTED

__all__ = ["AXIS_BINS", "COUNT_EDGES", "OWN_LEADS", "QRS_MS_EDGES", "RATE_EDGES", "Nakanishi", "NakanishiEncoded"]

MICROVOLTS = 1000.0
OWN_LEADS = len(PREDICTED) + 4
"""The network's own outputs: II, V1-V6, III, aVR, aVL, aVF."""
SAMPLES = 512
"""The window that it was made for, 5.12 s at 100 Hz."""

RATE_EDGES = (40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0, 110.0, 120.0, 140.0, 160.0)
"""Ventricular rate, beats per minute: an edge belongs to the bin above it; the outer bins are open."""
QRS_MS_EDGES = (70.0, 80.0, 90.0, 100.0, 110.0, 120.0, 130.0, 140.0, 150.0, 160.0, 180.0)
"""QRS duration, ms."""
COUNT_EDGES = (5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5, 12.5, 14.5, 16.5, 19.5)
"""QRS complexes in ten seconds."""
AXIS_BINS = 12
"""R and T axis: bins of 30° centred on 0°, 30°, 60° ... -30°, so that -180° and 180° are in the same one."""
DENSE = (256, 128, 64, 32, 16)


def _encoded_edges(field: str, edges: Sequence[float]) -> Tensor:
    """Edges of a field's bins, ``(edge,)``, as `ecg_core.metadata.encode` scales that field."""
    encoded = [encode(PatientMetadata(**{field: edge}))[FEATURES.index(field)] for edge in edges]  # type: ignore[arg-type]
    return torch.tensor([float(edge) for edge in encoded])


class NakanishiEncoded(NamedTuple):
    """What comes before the signal branch's dropout: ``context (row, 256, sample)``."""

    context: Tensor


class ElementDropout(nn.Module):
    """Drops single elements, as Keras does; given a ``mask`` it applies that one, also in evaluation mode."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability

    def draw(self, passes: int, channels: int, samples: int, generator: torch.Generator) -> Tensor:
        """A mask ``(pass, channel, sample)``, true where an element is kept; booleans, since there are many."""
        mask = torch.empty((passes, channels, samples), dtype=torch.bool)
        for one in mask:
            one.copy_(torch.rand(one.shape, generator=generator) >= self.probability)
        return mask

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Mask ``x (row, channel, sample)``, scaling what is kept so that the expectation stays."""
        if mask is None:
            return nn.functional.dropout(x, self.probability, self.training)
        return x * mask.to(x) / (1 - self.probability)


class Nakanishi(Network):
    """Lead I and one-hot metadata → its own eleven leads, of which II and V1-V6 are used; limb leads then follow.

    With ``metadata`` false the metadata branch is left out. As its authors score it, its estimate is what it says with
    nothing dropped; the passes give the spread. Its spread without passes is constant
    (`ecg_core.models.linear.CONSTANT_SD`); masks of `draw_masks` belong to windows of that many samples.

    >>> network = Nakanishi(features=len(FEATURES), metadata=True).eval()
    >>> network(torch.zeros(2, 512), torch.zeros(2, len(FEATURES))).mean.shape
    torch.Size([2, 7, 512])
    """

    stride: int = 1
    estimates_without_dropout: bool = True
    edges_0: Tensor
    edges_1: Tensor
    edges_2: Tensor

    def __init__(self, *, features: int, metadata: bool = False) -> None:
        super().__init__()
        self.features, self.metadata = features, metadata
        self.convolution = nn.Conv1d(1, 128, 7, padding="same")
        self.lstm = nn.LSTM(128, 128, batch_first=True, bidirectional=True)
        self.signal_dropout = ElementDropout(0.2)
        fields = {"ventricular_rate": RATE_EDGES, "qrs_ms": QRS_MS_EDGES, "qrs_count": COUNT_EDGES}
        self.binned = tuple(fields)
        for index, (field, edges) in enumerate(fields.items()):
            self.register_buffer(f"edges_{index}", _encoded_edges(field, edges), persistent=False)
        one_hot = sum(len(edges) + 1 for edges in fields.values()) + 2 * AXIS_BINS
        widths = (one_hot, *DENSE) if metadata else ()
        self.dense = nn.ModuleList(nn.Conv1d(read, written, 1) for read, written in pairwise(widths))
        self.dense_dropout = ElementDropout(0.1)
        self.fusion_dropout = ElementDropout(0.3)
        self.fused = 2 * 128 + (DENSE[-1] if metadata else 0)
        self.head = nn.Conv1d(self.fused, 8, 3, padding="same")
        self.out = nn.Conv1d(8, OWN_LEADS, 1)
        _begin_as_keras(self)

    def one_hot(self, features: Tensor) -> Tensor:
        """``features (row, feature)`` as `ecg_core.metadata.encode` makes them → ``(row, 60)``, 0 and 1.

        Twelve each for rate, QRS duration, QRS count, R axis and T axis; what is unknown is zero in all its bins.

        >>> known = torch.from_numpy(encode(PatientMetadata(ventricular_rate=72, r_axis_deg=-31)))
        >>> Nakanishi(features=len(FEATURES), metadata=True).one_hot(known[None])[0].nonzero().flatten().tolist()
        [4, 47]
        """
        parts = []
        for index, field in enumerate(self.binned):
            edges = (self.edges_0, self.edges_1, self.edges_2)[index]
            bins = torch.bucketize(features[:, FEATURES.index(field)].contiguous(), edges, right=True)
            parts.append(self._hot(bins, len(edges) + 1, features, field))
        for wave in ("r_axis", "t_axis"):
            sin, cos = (features[:, FEATURES.index(f"{wave}_{part}")] for part in ("sin", "cos"))
            degrees = torch.rad2deg(torch.atan2(sin, cos)).round(decimals=2)  # a typed 45° must not fall beside an edge
            bins = ((degrees + 180 / AXIS_BINS) // (360 / AXIS_BINS)).long() % AXIS_BINS
            parts.append(self._hot(bins, AXIS_BINS, features, f"{wave}_deg"))
        return torch.cat(parts, dim=1)

    @staticmethod
    def _hot(bins: Tensor, count: int, features: Tensor, field: str) -> Tensor:
        known = features[:, FEATURES.index(f"{field}_known")] > 0.5
        return nn.functional.one_hot(bins, count).to(features) * known.unsqueeze(1).to(features)

    def encode(self, lead_i: Tensor, earlier: Tensor | None = None, features: Tensor | None = None) -> NakanishiEncoded:
        """The signal branch up to its dropout: ``lead_i (row, sample)`` in mV; nothing else is read."""
        x = torch.relu(self.convolution(lead_i.unsqueeze(1) * MICROVOLTS))  # (row, 128, sample)
        context, _ = self.lstm(x.transpose(1, 2))  # (row, sample, 256)
        return NakanishiEncoded(context.transpose(1, 2))

    def draw_masks(self, passes: int, generator: torch.Generator, samples: int = SAMPLES) -> list[Tensor]:
        """One mask ``(pass, channel, sample)`` for each dropout of `decode`, in the order in which it uses them.

        Half a megabyte a pass at 512 samples.
        """
        wanted = [(self.signal_dropout, 256)]
        wanted += [(self.dense_dropout, width) for width in (DENSE if self.metadata else ())]
        wanted += [(self.fusion_dropout, self.fused)]
        return [dropout.draw(passes, channels, samples, generator) for dropout, channels in wanted]

    def decode(self, encoded: tuple[Tensor, ...], features: Tensor, masks: Sequence[Tensor] | None = None) -> Estimate:
        """The part with dropout: what `encode` gave and ``features (row, feature)`` → the seven leads.

        ``masks`` are those of `draw_masks`, with a row for each row; without them dropout is active in training only.
        """
        return constant_spread(self._own(encoded, features, masks)[:, : len(PREDICTED)])

    def _own(self, encoded: tuple[Tensor, ...], features: Tensor, masks: Sequence[Tensor] | None) -> Tensor:
        """Its own eleven outputs in mV, ``(row, 11, sample)``."""
        (context,) = encoded
        signal, *dense, fusion = masks if masks is not None else [None] * (2 + len(self.dense))
        of_signal, of_told = (None, None) if fusion is None else fusion.tensor_split([context.shape[1]], dim=1)
        x = self._signal(context, signal, of_signal)
        if self.metadata:
            told = self._told(self.one_hot(features).unsqueeze(-1), context.shape[-1], dense)
            x = torch.cat([x, self.fusion_dropout(told, of_told)], dim=1)  # (row, 272, sample)
        return self._out(x)

    def _signal(self, context: Tensor, own: Tensor | None, fusion: Tensor | None) -> Tensor:
        """``context (row, 256, sample)`` after both of its dropouts.

        Nothing happens to it between them, so that in training they are drawn as one.
        """
        if own is None:
            kept = (1 - self.signal_dropout.probability) * (1 - self.fusion_dropout.probability)
            return nn.functional.dropout(context, 1 - kept, self.training)
        dropped: Tensor = self.fusion_dropout(self.signal_dropout(context, own), fusion)
        return dropped

    def _out(self, fused: Tensor) -> Tensor:
        """The last two layers, ``(row, channel, sample)`` → ``(row, 11, sample)`` in mV.

        A convolution to eight channels is three products with a narrow matrix, for which ``fused`` may lie in memory as
        the LSTM left it.
        """
        products = fused.transpose(1, 2) @ self.head.weight.permute(1, 2, 0).flatten(1)  # (row, sample, 24)
        before, here, after = products.transpose(1, 2).chunk(3, dim=1)  # (row, 8, sample) each
        x = here + nn.functional.pad(before[..., :-1], (1, 0)) + nn.functional.pad(after[..., 1:], (0, 1))
        own: Tensor = self.out(x + self.head.bias[:, None]).float() / MICROVOLTS  # type: ignore[index]
        return own

    def _told(self, x: Tensor, samples: int, masks: Sequence[Tensor | None]) -> Tensor:
        """The metadata branch, ``(row, bin, 1)`` → ``(row, 16, sample)``; once for all time where nothing drops."""
        for layer, mask in zip(self.dense, masks, strict=True):
            x = torch.relu(layer(x))
            if mask is not None or self.training:
                x = x.expand(-1, -1, samples)
            x = self.dense_dropout(x, mask)
        return x.expand(-1, -1, samples)

    def eleven(self, lead_i: Tensor, features: Tensor) -> Tensor:
        """All its own outputs in mV, ``(row, 11, sample)``: II, V1-V6, III, aVR, aVL, aVF; what its loss looks at."""
        return self._own(self.encode(lead_i), features, None)

    def forward(self, lead_i: Tensor, features: Tensor, earlier: Tensor | None = None) -> Estimate:
        """``lead_i (row, sample)`` in mV, ``features (row, feature)`` → the seven leads ``(row, 7, sample)`` in mV."""
        return self.decode(self.encode(lead_i), features)


def _begin_as_keras(network: nn.Module) -> None:
    """Give every weight the distribution with which Keras begins it; one of torch's two LSTM biases stays zero."""
    glorot: Callable[[Tensor], Tensor] = nn.init.xavier_uniform_
    for name, parameter in network.named_parameters():
        if "bias_hh" in name:
            nn.init.zeros_(parameter).requires_grad_(False)
        elif "bias_ih" in name:
            forget = slice(len(parameter) // 4, len(parameter) // 2)
            with torch.no_grad():
                parameter.zero_()[forget] = 1.0
        elif "bias" in name:
            nn.init.zeros_(parameter)
        elif "weight_hh" in name:
            nn.init.orthogonal_(parameter)
        else:
            glorot(parameter)
