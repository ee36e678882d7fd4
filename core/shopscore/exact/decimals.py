"""Exact numbers from text, as users write them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

#: Numbers beyond 10^±30 measure nothing about a shop, and exact arithmetic on them is very slow.
_REACH = 30


def exact_decimal(text: str) -> Decimal | None:
    """Parse a decimal number; return None where the text is no number, or one that is too large.

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
