"""Which lead a channel is: every spelling is parsed here and nowhere else."""

import re
import unicodedata
from collections.abc import Sequence

from ecg_core.errors import AnswerNeeded, LeadMissing, Question, RecordingRefused
from ecg_core.readers.channels import Channel
from ecg_core.readers.text import millivolts_per
from ecg_core.vocabulary import Lead

__all__ = ["choose_leads", "lead_inside", "parse_lead"]

_WORDS = r"MDC|ECG|EKG|LEAD|ABLEITUNG|D[EÉ]RIVATION|DERIVACI[OÓ]N|DERIVAZIONE|AFLEIDING|AVLEDNING|ОТВЕДЕНИЕ"
_GAP = r"[\s_:.\-]*"
_NAMED = re.compile(rf"(?:(?:{_WORDS}){_GAP})*(AV[RLF]|I{{1,3}}|V[1-6]|D(?=I))(I{{0,3}})")
_OTHER = re.compile(
    rf"(?:(?:{_WORDS}){_GAP})*(-?AVR|ML(I{{1,3}}|V[1-6])|MCL?[1-6]|[XYZ]|V[XYZ]|V[7-9]|V[1-9]R|CM5|PAC(?:E|ING|EMAKER).*)"
)
_INSIDE = re.compile(r"(?<![A-Za-z0-9])(aV[RLF]|I{1,3}|V[1-6])(?![A-Za-z0-9])")
_BY_NAME = {lead.upper(): lead for lead in Lead}


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().strip("'\"").strip().upper()


def parse_lead(name: str) -> Lead | None:
    """The lead that a channel's name spells, or None.

    >>> [parse_lead(name) for name in ("Lead I", "EKG I", "MDC_ECG_LEAD_AVR", "DII", "v4")] == [
    ...     Lead.I, Lead.I, Lead.AVR, Lead.II, Lead.V4]
    True
    >>> parse_lead("MLII"), parse_lead("-aVR"), parse_lead("ECG")
    (None, None, None)
    """
    match = _NAMED.fullmatch(_plain(name))
    if match is None:
        return None
    start, rest = match.groups()
    return _BY_NAME.get(rest if start == "D" else start + rest)


def lead_inside(text: str) -> Lead | None:
    """The only lead named anywhere in ``text``, in whatever language the words around it are, or None.

    >>> lead_inside("Ableitung I").value, lead_inside("導程 II").value, lead_inside("I, II")
    ('I', 'II', None)
    """
    found = set(_INSIDE.findall(unicodedata.normalize("NFKC", text)))
    return Lead(found.pop()) if len(found) == 1 else None


def _other_lead(channel: Channel) -> bool:
    """Whether the channel is surely not Lead I: another named lead, or no voltage at all."""
    voltage = channel.unit is None or millivolts_per(channel.unit) is not None
    return not voltage or parse_lead(channel.name) is not None or _OTHER.fullmatch(_plain(channel.name)) is not None


def choose_leads(channels: Sequence[Channel], lead: str | None) -> dict[Lead, Channel]:
    """The channels that are leads, Lead I among them; ``lead`` is the user's answer: a name or a number.

    Raises `AnswerNeeded` where no channel is called Lead I or several are, `LeadMissing` where every channel is
    some other lead, `RecordingRefused` where the answer contradicts the file.
    """
    named: dict[Lead, Channel] = {}
    for channel in channels:
        parsed = parse_lead(channel.name)
        if parsed is not None:
            named.setdefault(parsed, channel)
    named[Lead.I] = _lead_one(channels, lead)
    return {known: named[known] for known in Lead if known in named}


def _lead_one(channels: Sequence[Channel], lead: str | None) -> Channel:
    called_one = [channel for channel in channels if parse_lead(channel.name) is Lead.I]
    candidates = called_one or [channel for channel in channels if not _other_lead(channel)]
    if not candidates:
        raise LeadMissing(
            f"Found {len(channels)} channel(s) and none of them is Lead I; expected Lead I, "
            "which everything else is computed from: upload a recording that holds it."
        )
    if lead is not None:
        return _answered(channels, candidates, lead)
    if len(called_one) == 1:
        return called_one[0]
    raise AnswerNeeded(_question(called_one, candidates), Question.LEAD, _choices(candidates))


def _question(called_one: Sequence[Channel], candidates: Sequence[Channel]) -> str:
    if called_one:
        return f"Found {len(called_one)} channels called Lead I; say by its number which one to read."
    if len(candidates) == 1:
        return "The file does not say which lead it holds; say that it is Lead I, or upload a Lead I recording."
    return f"The file does not say which of its {len(candidates)} channels is Lead I; choose one."


def _choices(candidates: Sequence[Channel]) -> tuple[str, ...]:
    names = [channel.name.strip() for channel in candidates]
    if len(candidates) == 1:
        return ("I",)
    if all(names) and len(set(names)) == len(names):
        return tuple(names)
    return tuple(str(channel.number) for channel in candidates)


def _answered(channels: Sequence[Channel], candidates: Sequence[Channel], lead: str) -> Channel:
    answer = lead.strip()
    chosen = [channel for channel in channels if channel.name.strip() == answer and answer]
    if not chosen and parse_lead(answer) is Lead.I and len(candidates) == 1:
        chosen = list(candidates)
    if not chosen and answer.isdecimal():
        chosen = [channel for channel in channels if channel.number == int(answer)]
    if len(chosen) != 1:
        raise AnswerNeeded(
            f"The answer for Lead I fits {len(chosen)} channels of the file; expected a channel's name or its number.",
            Question.LEAD,
            _choices(candidates),
        )
    if chosen[0] not in candidates:
        raise RecordingRefused(
            "The channel given as Lead I is called something else in the file, or another one is called Lead I; "
            "leave the answer out, or correct the file."
        )
    return chosen[0]
