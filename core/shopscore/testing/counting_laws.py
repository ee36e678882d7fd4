"""Checks of counting: the oracle, the law of the state, and incomplete input."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

import numpy as np
import polars as pl

from ..counting.cells import fingerprint
from ..counting.once import once_column
from ..counting.resolution import Resolved
from ..counting.selection import counted_rows, day_number
from ..counting.state import Tallies
from ..counting.sums import window_sums
from ..errors import ShopscoreError
from ..evaluation.with_python import evaluate
from ..model.expressions import DAY_SECONDS, ColumnRef, Expr, FirstOf
from ..model.instants import with_instants
from ..model.tallies import Tally
from ..plugins.bound_rules import BoundRuleSet
from ..results.building import build_result
from .key_counts import Key, Place, changes_of_keys
from .report import Check
from .sampling import AS_OF, measure, read_frames, resolved_sample, sample_frames
from .subject import Subject, conclude, failed


def oracle(subject: Subject) -> Iterator[Check]:
    """Check that plain Python counts the same as polars: every tally, and which rows it counts."""
    for rules in subject.rules:
        resolved = resolved_sample(rules)
        state = Tallies.of(resolved)
        complaints = []
        for tally in rules.tallies:
            by_rows = _by_rows(resolved, tally)
            expected = _summed(by_rows.values())
            if tally.distinct is not None:
                expected = _changes(resolved, tally, by_rows)
            if _cells(state, tally) != expected:
                complaints.append(f"{tally.key}: the evaluators disagree")
            if counted_rows(resolved, tally).tolist() != list(by_rows):
                complaints.append(f"{tally.key}: other rows are counted")
        yield conclude("oracle", rules.ruleset.name, complaints)


def _cells(state: Tallies, tally: Tally) -> dict[Place, tuple[int, int]]:
    """Return sum and number of rows of a tally, by shop and day."""
    cells, ids = state.daily[fingerprint(tally)], state.shop_ids.to_list()
    places = ((ids[shop], day) for shop, day in zip(cells.shops, cells.days.tolist(), strict=True))
    found = zip(cells.values.tolist(), cells.counts.tolist(), strict=True)
    return dict(zip(places, found, strict=True))


def _summed(rows: Iterable[tuple[Place, int]]) -> dict[Place, tuple[int, int]]:
    cells: dict[Place, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for place, value in rows:
        total, count = cells[place]
        cells[place] = total + value, count + 1
    return dict(cells)


def _by_rows(resolved: Resolved, tally: Tally) -> dict[int, tuple[Place, int]]:
    """Return shop, day and value of each row that counts, by its position."""
    found = {}
    ids = resolved.events.shops["shop_id"].to_list()
    frame = resolved.frames[tally.stream]
    timed = with_instants(tally, frame.columns)
    for position, row in enumerate(frame.iter_rows(named=True)):
        if timed.where is not None and evaluate(timed.where, row) is not True:
            continue
        if tally.once is not None and not row[once_column(tally)]:
            continue
        if row.get("_excluded") and not tally.with_excluded:
            continue
        time, value = evaluate(timed.day, row), evaluate(timed.value, row)
        if time is not None and value is not None:
            found[position] = (ids[row["shop"]], time // DAY_SECONDS), value
    return found


def _changes(
    resolved: Resolved, tally: Tally, by_rows: Mapping[int, tuple[Place, int]]
) -> dict[Place, tuple[int, int]]:
    """Return the changes of distinct keys, given the rows that count."""
    frame = resolved.frames[tally.stream]
    distinct = with_instants(tally, frame.columns).distinct
    if distinct is None or distinct.window is None or not isinstance(distinct.at_least, int):
        return {}
    rows: list[tuple[Place, Key]] = []
    for position, (place, _) in by_rows.items():
        row = frame.row(position, named=True)
        key = tuple(evaluate(one, row) for one in distinct.per)
        rows.append((place, None if None in key else key))
    return dict(changes_of_keys(rows, distinct.window, distinct.at_least))


def state_law(subject: Subject) -> Iterator[Check]:
    """Check that parts of a state add up in any order, and can be subtracted again."""
    for rules in subject.rules:
        resolved = resolved_sample(rules)
        whole = Tallies.of(resolved)
        first, second, third = (Tallies.of(part) for part in resolved.split(3))
        complaints = []
        if third + (first + second) != whole or (second + third) + first != whole:
            complaints.append("three parts do not add up to the whole")
        if (whole - second) != first + third:
            complaints.append("subtracting a part does not leave the others")
        if first + (second - first) != second:
            complaints.append("a correction does not end at what was added")
        yield conclude("state_law", rules.ruleset.name, complaints)


def windows_commute(subject: Subject) -> Iterator[Check]:
    """Check that rows and daily cells give the same sums over windows, on several days."""
    for rules in subject.rules:
        resolved = resolved_sample(rules)
        state = Tallies.of(resolved).with_shops(resolved.events.shops["shop_id"])
        complaints = []
        for as_of in (AS_OF, AS_OF - timedelta(days=9), AS_OF + timedelta(days=40)):
            wanted = [one for metric in rules.metrics.values() for one in metric.wanted(as_of)]
            direct = window_sums(resolved, wanted, as_of)
            daily = state.window_sums(wanted, as_of)
            complaints += [
                f"{tally.key} differs on {as_of} (day {day_number(as_of)})"
                for (tally, _), a, b in zip(wanted, direct, daily, strict=True)
                if not (np.array_equal(a[0], b[0]) and np.array_equal(a[1], b[1]))
            ]
        yield conclude("windows_commute", rules.ruleset.name, complaints)


def empty_input(subject: Subject) -> Iterator[Check]:
    """Check that tables without rows give no values, and no error."""
    for rules in subject.rules:
        frames = {name: frame.clear() for name, frame in sample_frames(rules).items()}
        frames["shops"] = sample_frames(rules)["shops"].head(1)
        yield _check_scoring("empty_input", rules, frames, values_allowed=False)


def one_row(subject: Subject) -> Iterator[Check]:
    """Check that a single row per stream is scored without an error."""
    for rules in subject.rules:
        frames = {name: frame.head(1) for name, frame in sample_frames(rules).items()}
        yield _check_scoring("one_row", rules, frames, values_allowed=True)


def missing_columns(subject: Subject) -> Iterator[Check]:
    """Check that without a column that metrics need, left out in turn, they have no value."""
    for rules in subject.rules:
        frames = sample_frames(rules, shops=3, orders=60)
        complaints: list[str] = []
        for stream, column in sorted(_needed_columns(rules)):
            if stream not in frames or column not in frames[stream].columns:
                continue
            without = {**frames, stream: frames[stream].drop(column)}
            complaints += _complaints(rules, without, f"{stream}.{column}")
        yield conclude("missing_columns", rules.ruleset.name, complaints)


def _needed_columns(rules: BoundRuleSet) -> set[tuple[str, str]]:
    needed = set()
    for tally in rules.tallies:
        stream = rules.streams[tally.stream]
        counted = (() if tally.where is None else (tally.where,), (tally.value,))
        for expr in (e for group in counted for e in group):
            for ref in _without_alternatives(expr):
                column = None if ref.linked else stream.column(ref.name)
                if column is not None and not column.required and column.default is None:
                    needed.add((stream.name, ref.name))
    return needed


def _without_alternatives(expr: Expr) -> Iterator[ColumnRef]:
    """Yield the columns of an expression that have no alternative in it."""
    if isinstance(expr, ColumnRef):
        yield expr
    elif not isinstance(expr, FirstOf):
        for child in expr.children():
            yield from _without_alternatives(child)


def _complaints(
    rules: BoundRuleSet, frames: Mapping[str, pl.DataFrame], dropped: str
) -> Iterator[str]:
    try:
        measured = measure(rules, read_frames(rules, frames))
    except ShopscoreError as error:
        yield f"without {dropped}: {error}"
        return
    for id, values in measured.items():
        if values.missing_columns and values.known.any():
            yield f"without {dropped} metric {id} still has values"
    if not any(dropped in missing for v in measured.values() for missing in v.missing_columns):
        yield f"without {dropped} no metric reports it as missing"


def _check_scoring(
    id: str, rules: BoundRuleSet, frames: Mapping[str, pl.DataFrame], *, values_allowed: bool
) -> Check:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            events = read_frames(rules, frames)
            measured = measure(rules, events)
            result = build_result(rules, AS_OF, measured, events.shops)
            result.to_json()
    except Exception as error:  # any error here would reach a user
        return failed(id, rules.ruleset.name, f"{type(error).__name__}: {error}")
    allowed = {id for id, m in rules.metrics.items() if m.aggregator.has_value_without_rows}
    present = [m.id for m in measured.values() if m.known.any() and m.id not in allowed]
    complaints = [f"metric {m} has a value without any rows" for m in present]
    return conclude(id, rules.ruleset.name, [] if values_allowed else complaints)
