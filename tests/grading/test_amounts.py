"""Numbers as consoles show them, in the unit of a metric: the meanings are written by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore import InputError
from shopscore.grading.amounts import Possible, parse_amount, read_amount, read_percentile
from shopscore.messages import message

F = Fraction
HERE = message("{file}: no such file", file="here")
SCALE = F(3), F(5)


def taken(text: str, unit: Any) -> Fraction:
    return read_amount(text, HERE).within(Possible.of(unit, *SCALE), HERE)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("0.935", "ratio", "0.935"), ("93.5%", "ratio", "0.935"), (" 93.50 % ", "ratio", "0.935"),
        ("９３．５％", "ratio", "0.935"), ("0.13%", "ratio", "0.0013"), ("1.3‰", "ratio", "0.0013"),
        ("0", "ratio", "0"), ("1", "ratio", "1"), ("100%", "ratio", "1"), ("1e-3", "ratio", "0.001"),
        ("12.5", "hours", "12.5"), ("12.5 h", "hours", "12.5"), ("12.5H", "hours", "12.5"),
        ("40.42小时", "hours", "40.42"), ("2小时5分", "hours", "25/12"), ("2 小时 5 分钟", "hours", "25/12"),
        ("2h5m", "hours", "25/12"), ("90分钟", "hours", "1.5"), ("90 min", "hours", "1.5"),
        ("1天3小时", "hours", "27"), ("2 days", "hours", "48"), ("26:05:30", "hours", "3131/120"),
        ("1小时30秒", "hours", "121/120"), ("1,234.5 h", "hours", "1234.5"),
        ("2.5", "days", "2.5"), ("36小时", "days", "1.5"), ("2天12小时", "days", "2.5"),
        ("45", "seconds", "45"), ("45秒", "seconds", "45"), ("1分5秒", "seconds", "65"),
        ("1.5 min", "seconds", "90"), ("0.5h", "seconds", "1800"),
        ("4.8", "points", "4.8"), ("4.8分", "points", "4.8"), ("3", "points", "3"), ("5", "points", "5"),
        ("1,234", "count", "1234"), ("812单", "count", "812"), ("-7.25", "index", "-7.25"),
    ],
)  # fmt: skip
def test_what_is_meant(text: str, unit: Any, value: str) -> None:
    assert taken(text, unit) == F(value)


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("93.5", "ratio", "a rate is a fraction: write 0.935, or 93.5%"),
        ("1.0001", "ratio", "write 0.010001, or 1.0001%"),
        ("100.1%", "ratio", "not below 0 or above 1"), ("-0.1", "ratio", "not below 0 or above 1"),
        ("935", "ratio", "not below 0 or above 1"), ("12.5 h", "ratio", "no rate"),
        ("4.8分", "ratio", "no rate"),
        ("-2", "hours", "cannot be below 0"), ("-2小时", "hours", "cannot be below 0"),
        ("93%", "hours", "no duration: write hours"), ("5分2小时", "hours", "no duration"),
        ("2小时5小时", "hours", "no duration"), ("2小时-5分", "hours", "no duration"),
        ("5单", "days", "no duration: write days"), ("5%", "seconds", "no duration: write seconds"),
        ("5.01", "points", "not within the scale, 3 to 5"), ("2.99分", "points", "not within the scale"),
        ("96%", "points", "not a number"), ("-1", "count", "cannot be below 0"),
        ("80%", "index", "not a number"), ("2h", "count", "not a number"),
    ],
)  # fmt: skip
def test_what_no_value_can_be(text: str, unit: Any, words: str) -> None:
    with pytest.raises(InputError) as caught:
        taken(text, unit)
    assert str(caught.value).startswith(f"here: no such file: {text!r}")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", " ", "low", "inf", "nan", "1e400", "1_000", "1/2", "93,5", "12,34", "2小时5", "1 2", "%", "5-",
     "2:05", "1:60:00", "--5", "5 parsecs", "0x10", "９" * 70],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    assert parse_amount(text) is None
    with pytest.raises(InputError, match="not a number that can be used"):
        read_amount(text, HERE)


@given(st.integers(0, 9999), st.integers(0, 59), st.integers(0, 59))
def test_durations_in_parts_are_seconds(hours: int, minutes: int, seconds: int) -> None:
    total = F(hours * 3600 + minutes * 60 + seconds)
    spellings = (
        f"{hours}小时{minutes}分{seconds}秒",
        f"{hours} h {minutes} min {seconds} s",
        f"{hours}:{minutes}:{seconds}",
    )
    for text in spellings:
        assert [taken(text, unit) for unit in ("seconds", "hours", "days")] == [
            total, total / 3600, total / 86_400,
        ]  # fmt: skip


@given(st.decimals(0, 100, places=4))
def test_a_percent_sign_divides_by_a_hundred(number: Any) -> None:
    assert taken(f"{number}%", "ratio") == F(number) / 100
    assert read_percentile(f"{number}%", HERE) == F(number) / 100


@pytest.mark.parametrize(
    ("text", "value"), [("0", "0"), ("1", "1"), ("78.3%", "0.783"), ("0.783", "0.783")]
)
def test_percentiles(text: str, value: str) -> None:
    assert read_percentile(text, HERE) == F(value)


@pytest.mark.parametrize(
    ("text", "words"),
    [("78.3", "write 0.783, or 78.3%"), ("101", "not within 0 to 1"), ("-1%", "not within 0 to 1"),
     ("2h", "not within 0 to 1"), ("best", "not a number")],
)  # fmt: skip
def test_what_is_no_percentile(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_percentile(text, HERE)
