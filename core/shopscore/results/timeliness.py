"""Timeliness: whether the rows of each stream cover the windows of the metrics that read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from ..counting.day_ranges import DayRanges, OwnDays, RowDays
from ..messages import listed, message
from ..notices import FRESH_DAYS, Notice
from ..plugins.bound_rules import BoundRuleSet

_EPOCH = date(1970, 1, 1)
#: A sparse stream is silent now and then. It may be as long as it has been before, and no longer than
#: this; a daily one that paused for a holiday may not.
_LONGEST_PAUSE = 14
_FACTS = "shop_facts"
#: The day of rows that are none.
_NEVER = (date.max - _EPOCH).days


def check_timeliness(rules: BoundRuleSet, ranges: DayRanges, as_of: date) -> Iterator[Notice]:
    """Yield a notice on each stream that is empty, ends early, or begins within a window.

    Where shops are not judged every day, that is the window of the last evaluation or of the
    projection, whichever begins first.
    """
    readers: dict[str, list[str]] = defaultdict(list)
    short: dict[tuple[str, int], list[str]] = defaultdict(list)
    today = (as_of - _EPOCH).days
    for id in rules.ruleset.metric_ids:
        first_day = min(_first_day(one, id, as_of) for one in rules.judged(as_of))
        for tally in rules.metrics[id].tallies:
            if id not in readers[tally.stream]:
                readers[tally.stream].append(id)
            begins = ranges.first.get(tally, first_day)
            if (
                begins - first_day > _silence(ranges.own.get(tally.stream))
                and id not in short[tally.stream, begins]
            ):
                short[tally.stream, begins].append(id)
    for stream, own in ranges.own.items():
        if stream not in readers:
            continue
        if own is None:
            yield _empty(stream, readers[stream], as_of, later=stream in ranges.later)
        elif today - own.last > _silence(own):
            yield _stale(stream, own.last, readers[stream], as_of)
    for (stream, day), metrics in short.items():
        yield _short(stream, day, metrics)


def counted_in_part(rules: BoundRuleSet, ranges: DayRanges, as_of: date) -> frozenset[str]:
    """Return the numbers of things that conditions ask for, and that may be too low.

    Their rows, of all shops, begin after the first day of the window, end earlier than the day
    before its last, or are none. Facts do not begin or end: each marks a day, and a day without
    one has none.
    """
    today = (as_of - _EPOCH).days
    asked = {each.condition.measure.metric for each in rules.exact.eligibility}
    # of which more is better: that there are none of the others is what a file mostly says
    criteria = (id for each in rules.exact.criteria for id in each.condition.metrics)
    asked |= {id for id in criteria if rules.metrics[id].metric.better == "higher"}
    return frozenset(
        id
        for id in asked
        if rules.metrics[id].metric.unit in ("count", "money")
        and any(
            ranges.first.get(tally, _NEVER) > _first_day(rules, id, as_of)
            or today - rules.metrics[id].first_age(as_of) - ranges.last[tally] >= FRESH_DAYS
            for tally in rules.metrics[id].tallies
            if tally.stream != _FACTS
        )
    )


def never_reached(rules: BoundRuleSet, days: RowDays, as_of: date) -> frozenset[str]:
    """Return the metrics of criteria whose windows lie before or after all rows of all streams.

    Tables without any row are what a user says there is: all of a window.
    """
    today = (as_of - _EPOCH).days
    own = [found for stream, found in days.own.items() if len(found) and stream != _FACTS]
    if not own:
        return frozenset()
    first, last = min(int(found[0]) for found in own), max(int(found[-1]) for found in own)
    asked = {id for each in rules.exact.criteria for id in each.condition.metrics}
    return frozenset(
        id
        for id in asked
        if rules.metrics[id].tallies
        and (
            _first_day(rules, id, as_of) > last + FRESH_DAYS
            or today - rules.metrics[id].first_age(as_of) < first
        )
    )


def _first_day(rules: BoundRuleSet, id: str, as_of: date) -> int:
    return (as_of - _EPOCH).days - rules.metrics[id].last_age(as_of)


def _silence(own: OwnDays | None) -> int:
    """Return for how many days a stream may be silent before it is told."""
    pause = min(own.pause, _LONGEST_PAUSE) if own and own.sparse else 0
    return max(FRESH_DAYS, pause)


def _empty(stream: str, metrics: list[str], as_of: date, *, later: bool) -> Notice:
    values = {"stream": stream, "as_of": as_of, "metrics": listed(metrics)}
    if later:
        said = message("{stream}: all rows are of {as_of} or later; read by {metrics}", **values)
    else:
        said = message("{stream}: no row before {as_of}; read by {metrics}", **values)
    return Notice("empty_stream", said, stream=stream, metrics=tuple(metrics))


def _stale(stream: str, last: int, metrics: list[str], as_of: date) -> Notice:
    said = message(
        "{stream}: rows end on {last}, {days} days before {as_of}; read by {metrics}",
        stream=stream,
        last=_day(last),
        days=(as_of - _day(last)).days,
        as_of=as_of,
        metrics=listed(metrics),
    )
    return Notice("stale_stream", said, stream=stream, metrics=tuple(metrics))


def _short(stream: str, first: int, metrics: list[str]) -> Notice:
    said = message(
        "{stream}: rows begin on {first}, after the first day of the windows of {metrics}",
        stream=stream,
        first=_day(first),
        metrics=listed(metrics),
    )
    return Notice("short_window", said, stream=stream, metrics=tuple(metrics))


def _day(number: int) -> date:
    return _EPOCH + timedelta(days=number)
