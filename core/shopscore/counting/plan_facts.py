"""Facts of a counting pass as plain data: what is counted when, and which columns are kept for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from ..model.expressions import Expr
from ..model.streams import Stream
from ..model.tallies import Distinct, Once, Tally
from ..model.windows import DayWeights
from ..plugins.bound_rules import BoundRuleSet
from ..reading import batches
from ..value_classes import frozen
from .passing import CountingPass
from .waiting import streams_of, waits_for


def plan_facts(counting: CountingPass) -> dict[str, Any]:
    """Return what a counting pass does with the rows of each stream."""
    facts = _Facts(counting.rules, counting)
    return {
        "as_of": counting.as_of.isoformat(),
        "rows_at_a_time": batches.BATCH_ROWS,
        "kept_whole_bytes": batches.few_bytes(),
        "streams": [facts.stream(one) for one in counting.rules.streams.values()],
    }


@frozen(eq=False)
class _Facts:
    """The facts of one pass."""

    rules: BoundRuleSet
    counting: CountingPass

    def stream(self, stream: Stream) -> dict[str, Any]:
        """Return what is counted of a stream, and what becomes of its columns."""
        tallies = [tally for tally in self.rules.tallies if tally.stream == stream.name]
        at_once = [tally for tally in tallies if tally not in self.counting.later]
        wanted = self.counting.wanted(stream)
        kept = {*stream.names} if wanted is None else wanted.kept(stream)
        integers = frozenset[str]() if wanted is None else wanted.integers(stream)
        read = set(_columns(stream, at_once)) - kept
        names = [name for name in stream.names if name != "shop_id"]
        return {
            "stream": stream.name,
            "at_once": [self.tally(tally) for tally in at_once],
            "at_end": [self.tally(tally) for tally in tallies if tally in self.counting.later],
            "kept_whole": wanted is None,
            "kept": [name for name in names if name in kept],
            "integers": [name for name in names if name in integers],
            "counted": [name for name in names if name in read],
            "checked": [name for name in names if name not in kept | read],
        }

    def tally(self, tally: Tally) -> dict[str, Any]:
        """Return what a tally counts, in words, and over which windows."""
        return {
            "value": None if tally.counts_rows else str(tally.value),
            "where": _in_words(tally.where),
            "day": str(tally.day),
            "once": None if tally.once is None else _once(tally.once),
            "distinct": None if tally.distinct is None else _distinct(tally.distinct),
            "waits_for": list(waits_for(tally, self.rules)),
            "other_streams": list(streams_of(tally, self.rules.streams)),
            "windows": list(self._windows(tally)),
        }

    def _windows(self, tally: Tally) -> Iterator[dict[str, Any]]:
        as_of, metrics = self.counting.as_of, defaultdict[DayWeights, dict[str, None]](dict)
        for judged in self.rules.judged(as_of):
            for id, metric in judged.metrics.items():
                for one, weights in metric.windows(as_of):
                    if one == tally:
                        metrics[weights][id] = None
        for weights, ids in metrics.items():
            yield {
                "first_day": _day(as_of, weights.last_age),
                "last_day": _day(as_of, weights.first_age),
                "weighted": not weights.uniform,
                "metrics": list(ids),
            }


def _columns(stream: Stream, tallies: Iterable[Tally]) -> Iterator[str]:
    """Yield the columns that are read to count tallies of rows that stand alone."""
    yield from (ref.name for tally in tallies for ref in tally.columns)
    if stream.name == "orders":
        yield "is_excluded"


def _once(once: Once) -> dict[str, Any]:
    return {
        "per": [str(one) for one in once.per],
        "first": once.first,
        "by": [str(one) for one in once.by],
        "among": _in_words(once.among),
    }


def _distinct(distinct: Distinct) -> dict[str, Any]:
    return {"per": [str(one) for one in distinct.per], "at_least": distinct.at_least}


def _in_words(expression: Expr | None) -> str | None:
    return None if expression is None else str(expression)


def _day(as_of: date, age: int) -> str:
    return (as_of - timedelta(days=age)).isoformat()
