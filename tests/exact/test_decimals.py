"""Numbers as users write them: the borders of what is taken for one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shopscore.exact.decimals import exact_decimal

SIXTY = "1" + "2" * 59


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-0.5",
        " 7 ",
        "\t1e3\n",
        "1e30",
        "-9.99e30",
        "1e-30",
        "9e-30",
        f"{SIXTY}e-40",
        f"-{SIXTY}e-30",
        "0e60",
        "0e-60",
        "0." + "0" * 29 + "1" + "0" * 30,  # 60 decimals
    ],
)
def test_numbers(text: str) -> None:
    assert exact_decimal(text) == Decimal(text.strip())


@pytest.mark.parametrize(
    "text",
    [
        "1e31",
        "-1e31",
        "1e-31",
        "9.9e-31",
        f"{SIXTY}1e-40",  # 61 digits
        "0e61",
        "0e-61",
        "0." + "0" * 29 + "1" + "0" * 31,  # 61 decimals
        "0." + "0" * 61,
        "1e999999999999999999999",
        "inf",
        "-Infinity",
        "nan",
        "sNaN",
        "",
        "  ",
        "1,5",
        "0x10",
        "12a",
    ],
)
def test_no_numbers(text: str) -> None:
    assert exact_decimal(text) is None
