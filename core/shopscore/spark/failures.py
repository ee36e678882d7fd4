"""Failures: on an executor the metric and the shop are named; on the driver they are errors again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from attrs import evolve

from .. import errors
from ..counting.resolution import Resolved
from ..counting.state import Tallies
from ..errors import PluginError, ShopscoreError
from ..messages import Message, listed, message, recalled
from ..plugins.bound_rules import BoundMetric, BoundRuleSet

#: How Spark shows an error that Python raised on an executor.
_OWN = re.compile(r"^shopscore\.errors\.(\w+): (.*)$", re.MULTILINE)
_NO_MODULE = re.compile(r"^ModuleNotFoundError: No module named '([^']+)'", re.MULTILINE)
#: Shops that are named where one alone is not to blame.
_NAMED = 3


@contextmanager
def naming_metric_and_shop(resolved: Resolved) -> Iterator[None]:
    """Say in an error of counting which metric and which shop it is of.

    Raises:
        PluginError: for what is not an error of the package.
    """
    try:
        yield
    except Exception as error:
        kind = type(error) if isinstance(error, ShopscoreError) else PluginError
        why = (
            str(error) if isinstance(error, ShopscoreError) else f"{type(error).__name__}: {error}"
        )
        metric = _metric_that_fails(resolved)
        failing = resolved if metric is None else _only_metric(resolved, metric)
        said = message(
            "metric {metric}, shop {shops}: {why}",
            metric=metric or "–",
            shops=listed(_shops_that_fail(failing)),
            why=recalled(why),
        )
        raise kind(said) from error


def _fails(resolved: Resolved) -> bool:
    try:
        Tallies.of(resolved)
    except Exception:
        return True
    return False


def _metric_that_fails(resolved: Resolved) -> str | None:
    """Return the metric that cannot be counted alone; None where each of them can."""
    for id in resolved.rules.metrics:
        if _fails(_only_metric(resolved, id)):
            return id
    return None


def _only_metric(resolved: Resolved, id: str) -> Resolved:
    """Return the same rows, for a metric alone."""
    rules = resolved.rules
    return evolve(resolved, rules=evolve(rules, metrics={id: rules.metrics[id]}))


def _shops_that_fail(resolved: Resolved) -> list[str]:
    """Return the one shop that cannot be counted alone; else the first shops, of all that are here."""
    ids = resolved.events.shops["shop_id"]
    first, end = 0, len(ids)
    while end - first > 1:
        middle = (first + end) // 2
        halves = ((first, middle), (middle, end))
        failing = [h for h in halves if _fails(resolved.of_shops(_marked(len(ids), *h)))]
        if not failing:  # only both halves together fail
            more = end - first - _NAMED
            return [*ids[first : min(end, first + _NAMED)], *(["…"] if more > 0 else [])]
        first, end = failing[0]
    return [ids[first]]


def _marked(count: int, first: int, end: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    marks = np.zeros(count, dtype=np.bool_)
    marks[first:end] = True
    return marks


@contextmanager
def as_raised_on_executors(rules: BoundRuleSet) -> Iterator[None]:
    """Raise what executors raised, counting for some rules, as the error that it was there.

    Raises:
        ShopscoreError: of the kind that an executor raised.
        PluginError: where an executor lacks a module of Python.
    """
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        text = str(error)
        if own := _OWN.findall(text):
            name, said = own[-1]
            kind = getattr(errors, name, ShopscoreError)
            raise kind(recalled(said)) from error
        if missing := _NO_MODULE.search(text):
            raise PluginError(_lacking(missing[1], rules)) from error
        raise


def _lacking(module: str, rules: BoundRuleSet) -> Message:
    """Return that executors lack a module, and which metrics need it."""
    top = module.partition(".")[0]
    metrics = [
        id
        for id, metric in rules.metrics.items()
        if any(type(part).__module__.partition(".")[0] == top for part in _classes_of(metric))
    ]
    needed = message(" (needed by {metrics})", metrics=listed(metrics)) if metrics else ""
    return message(
        "an executor has no Python module {module}{needed}: install it there, or send an"
        " environment along that has it (--archives, PYSPARK_PYTHON, PYTHONPATH)",
        module=module,
        needed=needed,
    )


def _classes_of(metric: BoundMetric) -> tuple[object, ...]:
    return metric.aggregator, metric.window, metric.metric
