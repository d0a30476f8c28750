"""Text files as devices and spreadsheets write them: their encoding, their numbers, their units."""

import codecs
import re
import unicodedata

__all__ = ["HEAD_BYTES", "as_utf8", "decode", "millivolts_per", "number", "same_unit"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
HEAD_BYTES = 65536
"""So much of a file tells what kind of text it is."""
_MILLIVOLTS = {
    **dict.fromkeys(("nv", "nanovolt", "nanovolts"), 1e-6),
    **dict.fromkeys(("uv", "μv", "мкв", "microvolt", "microvolts", "mikrovolt"), 1e-3),
    **dict.fromkeys(("mv", "мв", "millivolt", "millivolts"), 1.0),
    **dict.fromkeys(("v", "volt", "volts"), 1e3),
}
_SIGNS = str.maketrans({"\u2212": "-", "\u066b": ".", "\u066c": "", "\u00a0": "", "\u202f": "", "'": ""})


def decode(data: bytes, most: int | None = None) -> str | None:
    """The text that ``data`` is, or None where it is not text; only the first ``most`` bytes, if given.

    UTF-8 and UTF-16 with or without a byte order mark, else Latin-1; control characters are not text.

    >>> decode("µV;1,5".encode("utf-16")), decode(bytes(range(9)))
    ('µV;1,5', None)
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None) or _unmarked(data[:HEAD_BYTES])
    whole = most is None or most >= len(data)
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data[:most], whole)
    except UnicodeDecodeError:
        if encoding.startswith("utf-16"):
            return None
        text = data[:most].decode("cp1252", errors="replace")
    start = text[:HEAD_BYTES]
    return None if any(unicodedata.category(sign) == "Cc" for sign in set(start) - set("\t\r\n\f")) else text


def as_utf8(data: bytes) -> bytes:
    """The text that `decode` finds in ``data``, as UTF-8; ``data`` itself, and no copy, where it is plain ASCII.

    >>> as_utf8("µV;1,5".encode("utf-16")).decode(), as_utf8(b"I;1.5")
    ('µV;1,5', b'I;1.5')
    """
    plain = data.isascii() and _unmarked(data[:HEAD_BYTES]) == "utf-8"  # UTF-16 is made of such bytes as well
    return data if plain else (decode(data) or "").encode()


def _unmarked(start: bytes) -> str:
    """Encoding of text without a byte order mark: every second byte of numbers in UTF-16 is zero."""
    pairs = len(start) // 2
    if pairs > 8 and start[1::2].count(0) > 0.9 * pairs:
        return "utf-16-le"
    if pairs > 8 and start[::2].count(0) > 0.9 * pairs:
        return "utf-16-be"
    return "utf-8"


def number(text: str) -> float | None:
    """The number that ``text`` spells, with a decimal point or comma, or None.

    >>> number("-265,868"), number("513.625"), number("\u22121.234,5"), number("I")
    (-265.868, 513.625, -1234.5, None)
    """
    plain = text.strip().strip('"').strip().translate(_SIGNS)
    if "," in plain:
        if "." in plain and plain.rfind(".") > plain.rfind(","):
            plain = plain.replace(",", "")
        else:
            plain = plain.replace(".", "").replace(",", ".", 1) if "." in plain else plain.replace(",", ".", 1)
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", plain):
        return None
    return float(plain)


def millivolts_per(unit: str) -> float | None:
    """How many millivolts one ``unit`` is, or None where it is no unit of voltage.

    >>> millivolts_per("µV"), millivolts_per("mv"), millivolts_per("mmHg")
    (0.001, 1.0, None)
    """
    return _MILLIVOLTS.get(unicodedata.normalize("NFKC", unit).strip().strip("'\"").casefold())


def same_unit(one: str, other: str) -> bool:
    """Whether two spellings mean the same unit of voltage.

    >>> same_unit("uV", "µV"), same_unit("mV", "uV")
    (True, False)
    """
    return millivolts_per(one) is not None and millivolts_per(one) == millivolts_per(other)
