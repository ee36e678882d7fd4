"""Figures: numbers as a person reads them, in the unit of what they are."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from ..messages import Message, message

if TYPE_CHECKING:
    from ..model.metrics import Unit

#: What stands where there is no number.
NONE = "–"


def in_unit(value: float | None, unit: Unit) -> Message | str:
    """Return a metric's value in its unit, in both languages.

    >>> in_unit(0.0412, "ratio"), in_unit(51.83, "hours").text("zh"), in_unit(None, "ratio")
    ('4.12%', '51.8 小时', '–')
    """
    if value is None:
        return NONE
    match unit:
        case "ratio":
            return f"{value:.2%}"
        case "hours":
            return _with(f"{value:.1f}", message("h"))
        case "days":
            return _with(f"{value:.2f}", message("d"))
        case "minutes":
            return _with(f"{value:.1f}", message("min"))
        case "seconds":
            return _with(f"{value:.0f}", message("s"))
        case "count":
            return f"{value:.0f}"
    return decimals(value)


def _with(number: str, unit: Message) -> Message:
    return message("{number} {unit}", number=number, unit=unit)


def decimals(value: float | None, places: int = 2) -> str:
    """Return a number rounded half up, or a dash.

    >>> decimals(0.125), decimals(2.5, 0)
    ('0.13', '3')
    """
    if value is None:
        return NONE
    return str(Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def score_or_ends(
    score: float | None, low: float | None, high: float | None, places: int
) -> str | None:
    """Return a score, or the two ends between which it lies; None where there is neither."""
    if score is not None:
        return decimals(score, places)
    if low is None or high is None:
        return None if low is None else f"≥ {decimals(low, places)}"
    return f"{decimals(low, places)}–{decimals(high, places)}"
