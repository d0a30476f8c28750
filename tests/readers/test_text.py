"""Encodings, numbers and units of text files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.readers.text import decode, millivolts_per, number

TABLE = "Zeit (s);Ableitung I (µV)\n" + "0,002;-12,5\n" * 20


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_every_encoding_is_found(encoding):
    assert decode(TABLE.encode(encoding)) == TABLE


def test_the_beginning_alone_may_end_inside_a_letter():
    data = ("µ" * 100).encode()
    assert decode(data, 51) == "µ" * 25


@pytest.mark.parametrize("data", [b"\x00\x01", b"text\x00more", b"\x1b[0m", b"\xff\xfe\x00"])
def test_control_characters_are_not_text(data):
    assert decode(data) is None


@given(st.floats(-1e6, 1e6))
def test_numbers_with_point_and_comma_are_the_same(value):
    for text in (
        f"{value:.4f}",
        f"{value:.4f}".replace(".", ","),
        f'"{value:,.4f}"',
        f"{value:.4f}".replace("-", "\u2212"),
    ):
        assert number(text) == float(f"{value:.4f}")


@pytest.mark.parametrize("text", ["", "-", "1e", "0x10", "1_000", "nan", "inf", "12 34", "1-2", "09:14"])
def test_what_is_no_number(text):
    assert number(text) is None


@pytest.mark.parametrize(
    ("unit", "factor"), [("uV", 1e-3), ("\u00b5V", 1e-3), ("\u03bcV", 1e-3), ("мкВ", 1e-3), ("MV", 1)]
)
def test_spellings_of_units(unit, factor):
    assert millivolts_per(unit) == factor


@pytest.mark.parametrize("unit", ["", "mmHg", "m", "mV/s", "%"])
def test_what_is_no_unit_of_voltage(unit):
    assert millivolts_per(unit) is None
