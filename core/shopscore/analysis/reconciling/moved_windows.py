"""Moved windows: a console that counts to another day than it says, for all metrics or some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from fractions import Fraction

from ...messages import Message, listed, message, numbered
from .case import Case, Measured
from .suspects import Suspect, suspect

#: By so many days windows are moved, at the most: a lag is longer than a slip of the calendar.
LAG, AHEAD = 15, 3
#: So many groups of metrics are tried that the same days suit.
_GROUPS = 4


def moved_windows(case: Case) -> Iterator[Suspect]:
    """Yield what comes out where windows end earlier or later: for all, or for some metrics."""
    moves = sorted((n for n in range(-LAG, AHEAD + 1) if n), key=lambda n: (abs(n), n))
    measured = {n: case.on_day(case.day + timedelta(days=n)) for n in moves}
    of_all: dict[int, Fraction] = {}
    for days in moves:
        if not case.counts_closer(measured[days], case.day + timedelta(days=days)):
            continue
        lines = case.compare(case.build(measured[days]))
        found = suspect(case, "window", _said(case, days, ()), lines, days=days)
        of_all[days] = found.misfit
        yield found
    for days, ids in _groups(case, measured):
        mixed = case.measured.with_those_of(measured[days], ids)
        lines = case.compare(case.build(mixed))
        found = suspect(case, "window", _said(case, days, ids), lines, metrics=ids, days=days)
        if days not in of_all or found.misfit < of_all[days]:
            yield found


def _groups(case: Case, measured: Mapping[int, Measured]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield by how many days to move the windows of which metrics: those that nothing suits better."""
    fits = {
        id: {
            days: case.misfit_of_metric(id, moved, case.day + timedelta(days=days))
            for days, moved in measured.items()
        }
        for id in case.parting
    }
    as_it_is = {id: case.misfit_of_metric(id, case.measured, case.day) for id in case.parting}
    groups: list[tuple[int, tuple[str, ...]]] = []
    for days in measured:
        best = (id for id, own in fits.items() if own[days] == min(own.values()) < as_it_is[id])
        if ids := tuple(best):
            groups.append((days, ids))
    seen: set[str] = set()
    for days, ids in sorted(groups, key=lambda group: -len(group[1]))[: 2 * _GROUPS]:
        if not seen.issuperset(ids):
            seen.update(ids)
            yield days, ids


def _said(case: Case, days: int, ids: tuple[str, ...]) -> Message:
    metrics = case.selection.rules.metrics
    whose: object = message("all metrics")
    if ids:
        whose = listed(metrics[id].metric.label for id in ids)
    if days < 0:
        return numbered(
            "windows end {n} day earlier: {metrics}",
            "windows end {n} days earlier: {metrics}",
            -days,
            metrics=whose,
        )
    return numbered(
        "windows end {n} day later: {metrics}",
        "windows end {n} days later: {metrics}",
        days,
        metrics=whose,
    )
