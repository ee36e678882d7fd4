"""Displays: the figure that is shown for a total."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..exact.columns import ExactColumn


def figures(steps: Sequence[tuple[Fraction, Fraction]], totals: ExactColumn) -> ExactColumn:
    """Return the figure of the last step that each total reaches; unknown below the first.

    >>> steps = [(Fraction(0), Fraction(1)), (Fraction(60), Fraction(3))]
    >>> figures(steps, ExactColumn.of([Fraction(59), Fraction(60), None])).fractions()
    [Fraction(1, 1), Fraction(3, 1), None]
    """
    shown = ExactColumn.unknown(len(totals))
    for total, figure in steps:
        reached = totals.known & totals.values.at_least(total)
        shown = ExactColumn.constant(figure, len(totals)).only(reached).or_else(shown)
    return shown
