"""Count resolved rows per shop and day, and per unit: the integers of a state, in one pass."""

from __future__ import annotations

from itertools import chain

from .cells import Cells, fingerprint
from .check_sums import count_checks, row_checks, shop_factors
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
        tallies = [tally for tally in every if tally.stream == stream]
        names = [fingerprint(tally) for tally in tallies]
        frame = resolved.frames.get(stream)
        if frame is not None:
            chunks = counted(frame, tallies, [None] * len(tallies))
            for at, rows in chain.from_iterable(map(enumerate, chunks)):
                days, values = rows.days(), rows.value
                runs[names[at]].append(Cells.of(rows.shop, days, None, values))
                checked = count_checks(names[at], days, 1, 1 if values is None else values)
                own[rows.rows] += checked
        checks[stream] = own * factors[shops]
    cells = {name: Cells.added(found) for name, found in sorted(runs.items())}
    return cells, Scope.of(*resolved.units.totals(checks))
