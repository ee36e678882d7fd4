"""Count resolved rows per shop and day, and per unit: the integers of a state, in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from ..evaluation.with_numpy import Columns
from ..model.tallies import Tally
from .by_day import ByDay
from .cells import Cells, Ints, fingerprint
from .check_sums import count_checks, row_checks, shop_factors
from .resolution import Resolved
from .scope import Scope
from .selection import Counted, counted
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
            for name, rows, days, values in _daily(frame, _of_stream(every, stream)):
                runs[name].append(Cells.of(rows.shop, days, None, values))
                checked = count_checks(name, days, 1, 1 if values is None else values)
                own[rows.rows] += checked
        checks[stream] = own * factors[shops]
    cells = {name: Cells.added(found) for name, found in sorted(runs.items())}
    return cells, Scope.of(*resolved.units.totals(checks))


def count_by_day(resolved: Resolved) -> dict[str, list[ByDay]]:
    """Return what each tally of a metric counts, by its fingerprint, in the order of its days.

    That is what :func:`count_days` counts, without what makes it a state that can be added to. A
    run is of one chunk of rows.
    """
    tallies = resolved.rules.tallies
    runs: dict[str, list[ByDay]] = {fingerprint(tally): [] for tally in tallies}
    for stream, frame in resolved.frames.items():
        for name, rows, days, values in _daily(frame, _of_stream(tallies, stream)):
            runs[name].append(ByDay.of_rows(rows.shop, days, values))
    return runs


def _of_stream(tallies: Sequence[Tally], stream: str) -> list[Tally]:
    return [tally for tally in tallies if tally.stream == stream]


def _daily(
    frame: pl.DataFrame, tallies: Sequence[Tally]
) -> Iterator[tuple[str, Counted, Ints, Ints | None]]:
    """Yield for each chunk of rows, and each tally by its fingerprint, what counts when."""
    names = [fingerprint(tally) for tally in tallies]
    for chunk in counted(Columns(frame), tallies, [None] * len(tallies), [True] * len(tallies)):
        for name, rows in zip(names, chunk, strict=True):
            yield name, rows, rows.days(), rows.value
