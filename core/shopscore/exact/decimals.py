"""Exact numbers from text, as users write them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

#: Numbers beyond 10^±30 are no measure of a shop, and would take for ever to compute with.
_REACH = 30


def exact_decimal(text: str) -> Decimal | None:
    """The number that a text says; None where it says none, or one beyond all measure.

    >>> exact_decimal(" 0.25 "), exact_decimal("nan"), exact_decimal("1e99")
    (Decimal('0.25'), None, None)
    """
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or (number and abs(number.adjusted()) > _REACH):
        return None
    if (
        len(number.as_tuple().digits) > 2 * _REACH
        or abs(int(number.as_tuple().exponent)) > 2 * _REACH
    ):
        return None
    return number
