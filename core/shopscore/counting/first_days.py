"""First days: whether the rows of a stream begin late, so that a number of rows may be too low."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ..evaluation.with_polars import to_polars
from .resolution import Resolved
from .selection import window_span


def begin_late(resolved: Resolved, metrics: Iterable[str], as_of: date) -> Iterator[str]:
    """Yield the metrics whose rows, of all shops, begin after the first day of their window."""
    for id in dict.fromkeys(metrics):
        metric = resolved.rules.metrics[id]
        begin, _ = window_span(metric.window.weights(as_of), as_of)
        for tally in metric.aggregator.tallies:
            first = resolved.frames[tally.stream].select(to_polars(tally.day).min()).item()
            if first is None or first >= begin + 86_400:
                yield id
                break
