"""Precedence of expressions in words: which operands stand in brackets."""

from __future__ import annotations

_TIGHT = 9
#: Precedence of nodes by their names; nodes that are not listed have their own brackets.
_PRECEDENCE = {
    "FirstOf": 1,
    "Or": 2,
    "And": 3,
    "Comparison": 5,
    "IsIn": 6,
    "IsNull": 6,
    "Day": 7,
    "TimeOfDay": 7,
    "Month": 7,
    "When": 8,
}


def within(expr: object, around: object) -> str:
    """Return an operand in words, in brackets where it could be read in another way."""
    inside, outside = type(expr).__name__, type(around).__name__
    same = inside == outside and inside in ("And", "Or")
    inner, outer = (_PRECEDENCE.get(name, _TIGHT) for name in (inside, outside))
    return str(expr) if same or inner > outer else f"({expr})"
