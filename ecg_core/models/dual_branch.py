"""The dual-branch network: a CNN-BiLSTM reads Lead I, a fully connected branch reads the metadata.

After Nakanishi, Hirata and Kubota (Sensors 2026, 26, 212), with six departures: it may read an earlier twelve-lead
ECG of the same patient, its median beat laid at the R peaks of the new Lead I; it predicts II and V1-V6 alone (the
other limb leads follow exactly), with a spread for every sample; metadata come as numbers with known/unknown flags,
so that one network serves any subset; they steer the decoder by scaling its channels (FiLM) besides being
concatenated; convolutions run at a quarter of the rate; and everything before the first dropout is `encode`, computed
once however many Monte Carlo passes `decode` makes.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ecg_core.models.layers import EARLIER_CHANNELS, ChannelDropout, Estimate, Network, ResidualBlock
from ecg_core.vocabulary import PREDICTED

__all__ = ["DualBranch"]

STRIDE = 4
LEAST_SD = 0.002
"""mV; the resolution of the recordings, below which no spread is claimed."""


class DualBranch(Network):
    """Lead I, metadata and perhaps an earlier ECG → II and V1-V6, each sample with its spread.

    >>> network = DualBranch(features=17, channels=8, lstm=8, decoder=8).eval()
    >>> network(torch.zeros(2, 1000), torch.zeros(2, 17)).mean.shape
    torch.Size([2, 7, 1000])
    """

    stride = STRIDE

    def __init__(
        self,
        *,
        features: int,
        channels: int = 96,
        lstm: int = 96,
        decoder: int = 80,
        encoder_dilations: tuple[int, ...] = (1, 2, 4, 8),
        decoder_dilations: tuple[int, ...] = (1, 2, 4),
        dropout_fusion: float = 0.2,
        dropout_metadata: float = 0.1,
        dropout_decoder: float = 0.1,
    ) -> None:
        super().__init__()
        tabular = 64
        self.skip = nn.Conv1d(1, 16, 9, padding=4)
        self.stem = nn.Conv1d(1, channels, 4 * STRIDE, stride=STRIDE, padding=6)
        self.stem_norm = nn.BatchNorm1d(channels)
        self.earlier_stem = nn.Conv1d(EARLIER_CHANNELS, channels, 4 * STRIDE, stride=STRIDE, padding=6, bias=False)
        self.earlier_skip = nn.Conv1d(EARLIER_CHANNELS, 32, 5, padding=2, bias=False)
        self.encoder = nn.Sequential(*(ResidualBlock(channels, 5, dilation) for dilation in encoder_dilations))
        self.lstm = nn.LSTM(channels, lstm, batch_first=True, bidirectional=True)
        self.metadata_in = nn.Linear(features, tabular)
        self.metadata_hidden = nn.Linear(tabular, tabular)
        self.metadata_dropout = ChannelDropout(dropout_metadata)
        self.fusion_dropout = ChannelDropout(dropout_fusion)
        self.fusion = nn.Conv1d(2 * lstm + channels + tabular, decoder, 1)
        self.decoder = nn.ModuleList(
            ResidualBlock(decoder, 5, dilation, conditions=tabular, dropout=dropout_decoder)
            for dilation in decoder_dilations
        )
        self.up = nn.ConvTranspose1d(decoder, 32, 2 * STRIDE, stride=STRIDE, padding=STRIDE // 2)
        self.full_rate_skip = nn.Conv1d(16 + 32, 48, 7, padding=3)
        self.full_rate = nn.Conv1d(32, 48, 7, padding=3, bias=False)
        self.head = nn.Conv1d(48, 2 * len(PREDICTED), 7, padding=3)
        with torch.no_grad():  # an earlier ECG has no say until it is trained to
            self.earlier_stem.weight.zero_()
            self.full_rate_skip.weight[:, 16:].zero_()

    def encode(self, lead_i: Tensor, earlier: Tensor, features: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The part without dropout: ``lead_i (row, sample)``, ``earlier (row, EARLIER_CHANNELS, sample)`` in mV.

        The samples are a multiple of four; ``earlier`` is zero throughout where there is none; ``features`` are
        not read here. Gives what the decoder reads: ``(row, channel, sample/4)`` and ``(row, 48, sample)``.
        """
        x = lead_i.unsqueeze(1)  # (row, 1, sample)
        local = self.encoder(torch.relu(self.stem_norm(self.stem(x) + self.earlier_stem(earlier)))).transpose(1, 2)
        context, _ = self.lstm(local)  # (row, sample/4, 2 lstm)
        skip = torch.relu(torch.cat([self.skip(x), self.earlier_skip(earlier)], dim=1))
        return torch.cat([local, context], dim=2).transpose(1, 2), self.full_rate_skip(skip)

    def draw_masks(self, passes: int, generator: torch.Generator, samples: int) -> list[Tensor]:
        """One mask ``(pass, channel)`` for each dropout of `decode`, in the order in which it uses them."""
        tabular, fused, decoder = self.metadata_hidden.out_features, self.fusion.in_channels, self.fusion.out_channels
        wanted = [(self.metadata_dropout, tabular)] * 2 + [(self.fusion_dropout, fused)]
        wanted += [(block.dropout, decoder) for block in self.decoder if isinstance(block, ResidualBlock)]
        return [dropout.draw(passes, channels, generator) for dropout, channels in wanted]

    def decode(self, encoded: tuple[Tensor, ...], features: Tensor, masks: Sequence[Tensor] | None = None) -> Estimate:
        """The part with dropout: the signal's encoding and ``features (row, feature)`` → the seven leads.

        ``masks`` are those of `draw_masks`, with a row for each row; without them dropout is active in training only.
        """
        deep, skip = encoded
        first, second, fusion, *blocks = masks if masks is not None else [None] * (3 + len(self.decoder))
        hidden = self.metadata_dropout(torch.relu(self.metadata_in(features)), first)
        tabular = self.metadata_dropout(torch.relu(self.metadata_hidden(hidden)), second)  # (row, 64)
        x = torch.relu(self._fused(deep, tabular, fusion))  # (row, decoder, sample/4)
        for block, mask in zip(self.decoder, blocks, strict=True):
            x = block(x, tabular, mask)
        x = torch.relu(self.full_rate(torch.relu(self.up(x))) + skip)  # (row, 48, sample)
        mean, spread = self.head(x).float().chunk(2, dim=1)
        return Estimate(mean, nn.functional.softplus(spread) * 0.1 + LEAST_SD)

    def _fused(self, deep: Tensor, tabular: Tensor, mask: Tensor | None) -> Tensor:
        """`fusion` of both branches with dropout before it, ``(row, decoder, sample/4)``.

        To drop channels before a convolution of width one is to drop rows of its weights, which are far fewer numbers;
        and the metadata, being the same at every time step, are weighed once.
        """
        weights = self.fusion.weight.squeeze(2).T.expand(len(tabular), -1, -1)  # (row, channel, decoder)
        of_deep, of_tabular = self.fusion_dropout(weights, mask).split((deep.shape[1], tabular.shape[1]), dim=1)
        known = tabular.unsqueeze(1) @ of_tabular + self.fusion.bias  # (row, 1, decoder)
        fused: Tensor = deep.transpose(1, 2) @ of_deep + known  # (row, sample/4, decoder)
        return fused.transpose(1, 2)

    def forward(self, lead_i: Tensor, features: Tensor, earlier: Tensor | None = None) -> Estimate:
        """``lead_i (row, sample)``, ``features (row, feature)`` and ``earlier`` as in `encode` → the seven leads."""
        short = -lead_i.shape[1] % STRIDE
        padded = nn.functional.pad(lead_i, (0, short))
        earlier = lead_i.new_zeros(len(lead_i), EARLIER_CHANNELS, padded.shape[1]) if earlier is None else earlier
        earlier = nn.functional.pad(earlier, (0, padded.shape[1] - earlier.shape[2]))
        mean, sd = self.decode(self.encode(padded, earlier), features)
        return Estimate(mean[..., : lead_i.shape[1]], sd[..., : lead_i.shape[1]])
