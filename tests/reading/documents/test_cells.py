"""Cells of documents, reading by reading: what they hold, what is missing, what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore.model.mappings import READINGS, Reading
from shopscore.reading.documents.cells import Percent, UnreadableError, read_cell
from shopscore.reading.documents.searching import FAILED

SHANGHAI = ZoneInfo("Asia/Shanghai")
PACIFIC = ZoneInfo("America/Los_Angeles")


def read(found: Any, reading: str, zone: ZoneInfo = SHANGHAI) -> Any:
    assert reading in READINGS
    return read_cell(found, reading, zone)  # type: ignore[arg-type]


MISSING = (None, "", " ", "-", "--", "—", "暂无", "null", {}, [], -9999, Decimal("-9999.0"), "-9999",
           " -9999.0 ")  # fmt: skip


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("found", MISSING, ids=repr)
def test_missing_in_every_reading(found: object, reading: str):
    assert read(found, reading) is None


READ = {
    "number": [
        (0, 0),
        ("0", 0),
        (12, 12),
        (Decimal("4.7125"), "4.7125"),
        (" 4.70 ", "4.7"),
        ("-0.02", "-0.02"),
        ("+3", 3),
        ("1e-7", "0.0000001"),
        (Decimal("1E-7"), "0.0000001"),
        (900000000000000000001, 900000000000000000001),
    ],
    "fraction": [(0, 0), ("1", 1), (Decimal("0.0135"), "0.0135")],
    "percent": [("0.22148", "0.0022148"), (71, "0.71"), (0, 0), (Decimal("150.5"), "1.505")],
    "percent_text": [("96.40%", "0.964"), ("-0.10 %", "-0.001"), ("0%", 0), ("5％", "0.05")],
    "seconds_to_minutes": [(13050, "217.5"), ("90", "1.5")],
    "seconds_to_hours": [(306000, 85), (1, Fraction(1, 3600))],
    "limit": [
        ("90% or above", "0.9"),
        ("2.5 % or below", "0.025"),
        ("at most 0%", 0),
        ("-5%", "-0.05"),
        ("at least −2.5 %", "-0.025"),
        ("limit:-5%", "-0.05"),
    ],
}


@pytest.mark.parametrize(
    ("reading", "found", "number"), [(r, *pair) for r, pairs in READ.items() for pair in pairs]
)
def test_numbers(reading: str, found: object, number: Any):
    value = read(found, reading)
    assert type(value) is Fraction
    assert value == Fraction(number)


@pytest.mark.parametrize(
    ("found", "share"),
    [("0.25", "0.25"), (25, 25), (Decimal("0.4"), "0.4")],
)
def test_weights_as_they_are_written(found: object, share: Any):
    assert read(found, "weight") == Fraction(share)


@pytest.mark.parametrize("found", ["25%", " 25.0 %", "25％"])
def test_weights_with_a_percent_sign(found: str):
    assert read(found, "weight") == Percent(Fraction(1, 4))


DAYS = {
    "day": [
        ("2026-08-31", "2026-08-31"),
        ("2026-8-1", "2026-08-01"),
        ("2026-08-31 23:59:59", "2026-08-31"),
        ("2026-06-18T00:00:00Z", "2026-06-18"),  # as it is written
    ],
    "day_digits": [("20260901", "2026-09-01"), (20260901, "2026-09-01")],
    "first_day": [("30天，2026-08-02~2026-08-31", "2026-08-02")],
    "last_day": [("30天，2026-08-02~2026-08-31", "2026-08-31"), ("2026-08-02", "2026-08-02")],
    "instant": [
        ("2026-08-31T23:59:59Z", "2026-09-01"),  # eight hours ahead
        ("2026-08-31T15:59Z", "2026-08-31"),
        ("2026-08-31T16:00Z", "2026-09-01"),
        ("2025-11-05T04:32:02.330+0000", "2025-11-05"),
        ("2026-08-31T23:00:00-04:00", "2026-09-01"),
        ("2026-08-31T23:00:00", "2026-08-31"),  # no zone: on the platform's clock
    ],
    "epoch_s": [(1788228037, "2026-09-01"), ("1788191999", "2026-08-31"), (1788192000, "2026-09-01")],
    "epoch_ms": [(1788191999999, "2026-08-31"), (1788192000000, "2026-09-01")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("reading", "found", "day"), [(r, *pair) for r, pairs in DAYS.items() for pair in pairs]
)
def test_days(reading: str, found: object, day: str):
    assert read(found, reading) == date.fromisoformat(day)


def test_instants_are_days_of_the_clock_of_the_platform():
    assert read("2026-05-01T06:59:59.999Z", "instant", PACIFIC) == date(2026, 4, 30)
    assert read("2026-05-01T07:00:00.000Z", "instant", PACIFIC) == date(2026, 5, 1)
    assert read("2026-05-01T07:00:00.000Z", "day", PACIFIC) == date(2026, 5, 1)


OPERATORS = {
    "<": ["<", "LESS_THAN", "below 2%", "under 5", "(LOWER,UPPER)"],
    "<=": ["<=", "≤", "2% or below", "at most 3", "LESS_THAN_OR_EQUALS", "no more than 2 %",
           "(LOWER,UPPER]", "(LOWER, UPPER]", "not above 5"],
    ">": [">", "GREATER_THAN", "above 90%", "(UPPER,LOWER)", "more than 3"],
    ">=": [">=", "≥", "90% or above", "at least 95", "GREATER_THAN_OR_EQUAL_TO", "no less than 9",
           "(UPPER,LOWER]", "not below 5"],
    "=": ["=", "==", "EQUALS", "equal to"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("operator", "found"), [(o, words) for o, all in OPERATORS.items() for words in all]
)
def test_operators(operator: str, found: str):
    assert read(found, "operator") == operator


@pytest.mark.parametrize(
    ("found", "said"),
    [("A店", "A店"), (900000000000000000001, "900000000000000000001"), (True, "true"), (" x ", "x"),
     (Decimal("4.70"), "4.70")],
)  # fmt: skip
def test_texts_keep_every_digit(found: object, said: str):
    assert read(found, "text") == said


@pytest.mark.parametrize(("found", "flag"), [(True, True), ("true", True), ("False", False), (1, True),
                                             ("0", False)])  # fmt: skip
def test_flags(found: object, flag: bool):
    assert read(found, "flag") is flag


UNREADABLE = {
    "number": ["4.7分", "1,234", "1_000", "１２", "98.67%", "NaN", "Infinity", "0x10", "1/2", ".5", "5.",
               True, False, [1], {"value": 1}, "9" * 31, "1e400", "--5", "乱码"],
    "fraction": [2, "1.0001", -1, "-0.1", "5%"],
    "percent": ["88.15%", "x", True],
    "percent_text": ["96.40", 96, Decimal("0.5"), "%", "x%", "1,000%", True],
    "seconds_to_minutes": ["1:30", True],
    "seconds_to_hours": ["85h", True],
    "weight": ["x", "x%", True, [1]],
    "text": [["a"], {"a": 1}],
    "flag": ["yes", 2, "是", [True], Decimal("1.0")],
    "day": ["20260831", "31.08.2026", "2026-02-30", "2026-13-01", "2026-08-311", "12026-08-31", 20260831,
            "am 2026-08-31", "0000-01-01"],
    "day_digits": ["2026-08-31", "202608", "20260230", Decimal("20260901.5"), "2026090100"],
    "first_day": ["30天", 20260831, "2026-02-30~2026-03-01"],
    "last_day": ["30天", "2026-02-01~2026-02-30"],
    "instant": ["yesterday", 5, "2026-08-31T25:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"],
    "epoch_s": [0, -5, 1788228037000, "x", True],
    "epoch_ms": [0, 1788228037000000, "2026-08-31"],
    "operator": ["good", 5, "90%", True],
    "limit": ["90 or above", "above", 90, "80% to 90%", "90.5.1%", "30 days, 90%", "90-95%", "--5%", "under-5%", "–5%"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("reading", "found"), [(r, found) for r, all in UNREADABLE.items() for found in all]
)
def test_what_a_cell_does_not_hold_is_not_guessed(reading: str, found: object):
    with pytest.raises(UnreadableError) as refused:
        read(found, reading)
    assert str(refused.value)


def test_every_reading_is_tried():
    assert set(UNREADABLE) == set(get_args(Reading))


@pytest.mark.parametrize("reading", READINGS)
def test_what_an_expression_cannot_say_is_unreadable(reading: str):
    with pytest.raises(UnreadableError, match="around"):
        read(FAILED, reading)


@given(
    st.sampled_from(READINGS),
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text()
    | st.from_regex(r"[+-]?[0-9]{0,5}[.,:%T-]?[0-9]{0,5}[%Z]?", fullmatch=True)
    | st.lists(st.integers(), max_size=1),
)  # fmt: skip
def test_any_cell_is_read_or_refused(reading: str, found: Any):
    try:
        value = read(found, reading)
    except UnreadableError:
        return
    assert value is None or isinstance(value, Fraction | Percent | str | bool | date)


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=6))
def test_numbers_are_exact(number: Decimal):
    if number == -9999:
        return
    for found in (number, str(number)):
        assert read(found, "number") == Fraction(number)
        assert read(found, "percent") == Fraction(number) / 100
    assert read(f"{number:f}%", "percent_text") == Fraction(number) / 100
