"""Tallies of whole rows: every row of a stream on a day, whether or not a metric counts it."""

from __future__ import annotations

from collections.abc import Iterable

from ..model.expressions import columns_of
from ..model.tallies import Tally


def whole_rows_of(tally: Tally) -> Tally:
    """Return what counts every row of the stream on the day that a tally looks at."""
    return Tally(tally.stream, day=tally.day, with_excluded=True)


def own_days_of(tally: Tally) -> tuple[Tally, ...]:
    """Return what counts every row on each of its own days, which those of its order are not."""
    own = (ref for ref in columns_of(tally.day) if not ref.linked)
    return tuple(Tally(tally.stream, day=ref, with_excluded=True) for ref in own)


def whole_rows_beside(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    """Return the tallies, each once, that say how far the rows of others reach."""
    every = (one for tally in tallies for one in (whole_rows_of(tally), *own_days_of(tally)))
    return tuple({one.key: one for one in every}.values())


def counted_by_state(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    """Return the tallies that a state counts: those of metrics, and how far their rows reach."""
    own = tuple(tallies)
    return tuple({one.key: one for one in (*own, *whole_rows_beside(own))}.values())
