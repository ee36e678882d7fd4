"""Count resolved rows per shop and day, and per unit: the integers of a state, in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from ..evaluation.with_numpy import Columns
from ..model.tallies import Tally
from ..reading.fingerprints import Prints
from ..value_classes import frozen
from .by_day import ByDay
from .cells import Cells, Ints, fingerprint
from .check_sums import count_checks, row_checks, shop_factors
from .distinct import changes_of
from .resolution import Resolved
from .scope import Scope
from .selection import counted
from .whole_rows import counted_by_state


def count_days(resolved: Resolved) -> tuple[dict[str, Cells], Scope]:
    """Return the daily cells of every tally by its fingerprint, and the scope of the rows.

    Beside those of metrics, tallies of whole rows say how far the rows reach.

    Shops are numbered as in ``resolved.events.shops``.

    Raises:
        StateError: where a sum might not fit in int64.
    """
    every = counted_by_state(resolved.rules.tallies)
    runs: dict[str, list[Cells]] = {fingerprint(tally): [] for tally in every}
    factors = shop_factors(resolved.events.shops["shop_id"])
    checks = {}
    for stream in resolved.events.frames:
        shops = resolved.shops_of(stream)
        own = row_checks(len(shops))
        frame = resolved.frames.get(stream)
        if frame is not None:
            for found in _daily(frame, _of_stream(every, stream)):
                runs[found.name].append(found.cells())
                own[found.rows] += found.checks()
        checks[stream] = own * factors[shops]
    cells = {name: Cells.added(found) for name, found in sorted(runs.items())}
    return cells, Scope.of(*resolved.units.totals(checks))


def count_cells(frames: Mapping[str, pl.DataFrame], tallies: Sequence[Tally]) -> dict[str, Cells]:
    """Return the daily cells of tallies by their fingerprint, of rows that stand alone."""
    runs: dict[str, list[Cells]] = {fingerprint(tally): [] for tally in tallies}
    for stream, frame in frames.items():
        for found in _daily(frame, _of_stream(tallies, stream)):
            runs[found.name].append(found.cells())
    return {name: Cells.added(found) for name, found in runs.items()}


def count_by_day(resolved: Resolved) -> dict[str, list[ByDay]]:
    """Return what each tally of a metric counts, by its fingerprint, in the order of its days.

    That is what :func:`count_days` counts, without what makes it a state that can be added to. A
    run is of one chunk of rows.
    """
    tallies = resolved.rules.tallies
    runs: dict[str, list[ByDay]] = {fingerprint(tally): [] for tally in tallies}
    for stream, frame in resolved.frames.items():
        for found in _daily(frame, _of_stream(tallies, stream)):
            runs[found.name].append(found.by_day())
    return runs


def _of_stream(tallies: Sequence[Tally], stream: str) -> list[Tally]:
    return [tally for tally in tallies if tally.stream == stream]


@frozen(eq=False)
class _Found:
    """What a tally counts of some rows, each of which is there once: when, how often, how much.

    Without ``counts`` each row counts once; without ``values`` so much is summed.
    """

    name: str
    rows: Ints
    shops: Ints
    days: Ints
    counts: Ints | None
    values: Ints | None

    def cells(self) -> Cells:
        """Return the cells of the rows."""
        return Cells.of(self.shops, self.days, self.counts, self.values)

    def by_day(self) -> ByDay:
        """Return the rows in the order of their days."""
        if self.counts is not None:
            return ByDay.of_cells(self.cells())
        return ByDay.of_rows(self.shops, self.days, self.values)

    def checks(self) -> Prints:
        """Return what each row adds to the check sum of its unit."""
        counts = 1 if self.counts is None else self.counts
        values = counts if self.values is None else self.values
        return count_checks(self.name, self.days, counts, values)


def _daily(frame: pl.DataFrame, tallies: Sequence[Tally]) -> Iterator[_Found]:
    """Yield for each chunk of rows, and each tally, what counts when; then changes of keys."""
    of_rows = [tally for tally in tallies if tally.distinct is None]
    names = [fingerprint(tally) for tally in of_rows]
    for chunk in counted(Columns(frame), of_rows, [None] * len(names), [True] * len(names)):
        for name, rows in zip(names, chunk, strict=True):
            yield _Found(name, rows.rows, rows.shop, rows.days(), None, rows.value)
    for tally in tallies:
        if tally.distinct is not None:
            for one in changes_of(frame, tally):
                yield _Found(
                    fingerprint(tally), one.rows, one.shops, one.days, one.unknown, one.keys
                )
