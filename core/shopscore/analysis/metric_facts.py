"""Facts of metrics as plain data: what is counted, over which days, and in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from attrs import fields, has

from ..messages import Message, listed, message
from ..model.aggregators import Aggregator, Over, RationalCombination, tallies_of
from ..model.expressions import Assumed
from ..model.metrics import Metric
from ..model.several_windows import Change, LookBack
from ..model.tallies import Tally
from ..plugins.bound_rules import BoundRuleSet

#: Days to ask windows for: the ages of most are the same on all of them, those of months are not.
_SOME_DAYS = (date(2000, 1, 1), date(2000, 3, 15), date(2001, 12, 31))

#: More windows than these, one for each day, say less than the window of their metric.
_FEW = 4


def metric_facts(rules: BoundRuleSet, id: str) -> dict[str, Any]:
    """Return what a metric counts, in words."""
    bound = rules.metrics[id]
    metric = bound.metric
    ages = {(w.first_age, w.last_age) for w in map(bound.window.weights, _SOME_DAYS)}
    own = any(isinstance(part, Over) for part in metric.aggregator.tallies)
    first_age, last_age = ages.pop() if len(ages) == 1 and not own else (None, None)
    return {
        "id": id,
        "zh": metric.zh,
        "en": metric.en,
        "better": metric.better,
        "unit": metric.unit,
        "min_n": metric.min_n,
        "sources": list(metric.sources),
        "first_age": first_age,
        "last_age": last_age,
        "window": message("{windows}", windows=listed(_windows(metric))),
        "counts": _counts(metric),
        "how": _how(metric.aggregator),
        **_aggregator_facts(metric),
        "note": metric.note or None,
    }


def _windows(metric: Metric) -> list[Message]:
    """Return the windows of a metric in words: its own, or the few that its aggregator names."""
    parts = metric.aggregator.tallies
    named = [part.window if isinstance(part, Over) else metric.window for part in parts]
    windows = list(dict.fromkeys(named))
    return [window.words for window in (windows if 0 < len(windows) <= _FEW else [metric.window])]


def _counts(metric: Metric) -> list[dict[str, Any]]:
    """Return what a metric counts; of each of many days it is the same."""
    parts = metric.aggregator.tallies
    if len({part.window for part in parts if isinstance(part, Over)}) <= _FEW:
        return [_count_facts(part) for part in parts]
    tallies = {tally.key: tally for tally in tallies_of(metric.aggregator)}
    return [_count_facts(tally) for tally in tallies.values()]


def _aggregator_facts(metric: Metric) -> dict[str, Any]:
    """Return how the counted rows become a fraction: grades of the numerator, and the divisor.

    ``numbers`` are assumptions that an aggregator of another kind counts with.
    """
    aggregator = metric.aggregator
    if not isinstance(aggregator, RationalCombination):
        return {"grades": None, "divides": False, "per": 1, "numbers": _numbers(aggregator)}
    grades = [str(grade) for grade, _ in aggregator.terms]
    return {
        "grades": grades,
        "divides": aggregator.over is not None,
        "per": aggregator.per,
        "numbers": [],
    }


def _numbers(aggregator: Aggregator) -> list[str]:
    """Return the parameters of an aggregator that are assumptions, with their ids."""
    kind: Any = type(aggregator)
    named = fields(kind) if has(kind) else ()
    values = ((one.name, getattr(aggregator, one.name)) for one in named if one.init)
    return [f"{name} {value}" for name, value in values if isinstance(value, Assumed)]


def _how(aggregator: Aggregator) -> Message | None:
    """Return which of several windows counts, or what is made of them."""
    match aggregator:
        case LookBack():
            return message(
                "over {window} where that has at least {n} rows, else over {otherwise}",
                window=aggregator.window.words,
                n=str(aggregator.at_least),
                otherwise=aggregator.otherwise.words,
            )
        case Change():
            return message(
                "by how much {now} differ from {before}, as a share of that",
                now=aggregator.now.words,
                before=aggregator.before.words,
            )
    return None


def _count_facts(part: Tally | Over) -> dict[str, Any]:
    """Return what is counted, and over which days where these are not those of the metric."""
    if isinstance(part, Over):
        return {**_tally_facts(part.tally), "window": part.window.words}
    return {**_tally_facts(part), "window": None}


def _tally_facts(tally: Tally) -> dict[str, Any]:
    return {
        "stream": tally.stream,
        "day": str(tally.day),
        "where": None if tally.where is None else str(tally.where),
        "value": str(tally.value),
        "once": None if tally.once is None else ", ".join(map(str, tally.once.per)),
        "distinct": None if tally.distinct is None else ", ".join(map(str, tally.distinct.per)),
        "at_least": None if tally.distinct is None else str(tally.distinct.at_least),
        "words": _in_words(tally),
    }


def _in_words(tally: Tally) -> str:
    rows = "rows" if tally.counts_rows else f"the sum of `{tally.value}` over rows"
    words = [f"{rows} of `{tally.stream}` on the day of `{tally.day}`"]
    if tally.distinct is not None:
        keys = ", ".join(map(str, tally.distinct.per))
        words.insert(0, f"each `{keys}` once, with {tally.distinct.at_least} or more")
    if tally.where is not None:
        words.append(f"where `{tally.where}`")
    if tally.once is not None:
        each = ", ".join(map(str, tally.once.per))
        by = ", ".join(map(str, tally.once.by))
        words.append(
            f"– each `{each}` counts once: the earliest by `{by}`"
            if tally.once.first == 1
            else f"– of those that share `{each}` the first {tally.once.first} by `{by}`"
        )
        if tally.once.among is not None:
            words.append(f"(decided among all rows where `{tally.once.among}`)")
    return " ".join(words)
