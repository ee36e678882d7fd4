"""Notices on values that were typed in: what needs their rows, and what a console differs in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..exact.columns import ExactColumn
from ..exact.rationals import Mask
from ..messages import listed, message, numbered
from ..notices import Notice

if TYPE_CHECKING:
    from .result import Result


def notices_on_values(result: Result) -> Iterator[Notice]:
    """Yield what to know of values that were typed in."""
    yield from _unknown_rows(result)
    yield from _console_differs(result)
    yield from _console_outside(result)


def _unknown_rows(result: Result) -> Iterator[Notice]:
    """Yield what needs a number of rows that is not known."""
    rules = result.rules
    needs: dict[str, Mask] = {}
    for id, graded in result.graded.items():
        unknown = graded.measured.n_unknown
        if unknown is not None and unknown.any() and rules.metrics[id].metric.min_n > 1:
            needs[id] = unknown
    if needs:
        said = message(
            "not known for values that were typed in without n: whether they rest on enough rows:"
            " {metrics}",
            metrics=listed(needs),
        )
        yield _of_any(result, Notice("rows_unknown", said, metrics=tuple(needs)), needs)
    yield from _left_out_of_means(result)
    yield from _uncounted_conditions(result)


def _left_out_of_means(result: Result) -> Iterator[Notice]:
    """Yield what pooled means of industries cannot be made with, where the rules ask for some."""
    rules = result.rules
    asked = [
        condition.measure.id
        for condition in rules.ruleset.conditions
        if condition.times_industry_mean and condition.measure.kind == "value"
    ]
    left_out: dict[str, Mask] = {}
    for id in dict.fromkeys((*result.compared, *asked)):
        measured = result.measured[id]
        out = measured.known & ~measured.averaged(rules.exact.mean_kind)
        if out.any():
            left_out[id] = out
    if left_out:
        said = message(
            "industry means leave out values that were typed in without n, or that cannot be added"
            " to what was counted of events: {metrics}",
            metrics=listed(left_out),
        )
        yield _of_any(result, Notice("rows_unknown", said, metrics=tuple(left_out)), left_out)


def _uncounted_conditions(result: Result) -> Iterator[Notice]:
    """Yield conditions of tiers that ask for a number of rows, where that is not known."""
    open_: dict[str, Mask] = {}
    for tier in result.rules.exact.tiers:
        condition = tier.condition
        counts = condition.relief is not None or condition.measure.kind in (
            "n",
            "numerator",
        )
        graded = result.graded.get(condition.measure.metric)
        unknown = None if graded is None else graded.measured.n_unknown
        if counts and unknown is not None and unknown.any():
            open_[tier.id] = unknown
    if open_:
        said = message(
            "tiers ask for a number of rows, and values were typed in without n: {tiers}",
            tiers=listed(open_),
        )
        yield _of_any(result, Notice("rows_unknown", said), open_)


def _of_any(result: Result, notice: Notice, masks: Mapping[str, Mask]) -> Notice:
    """Return a notice that concerns the shops that any of some masks marks."""
    return notice.about(result.shops["shop_id"], np.logical_or.reduce(list(masks.values())))


def _console_differs(result: Result) -> Iterator[Notice]:
    """Yield for how many shops a console shows another total, or other points of a dimension."""
    places = result.rules.exact.decimals
    pairs = [(result.console.total, result.published.score)]
    pairs += [(c, result.composed.dimensions[id]) for id, c in result.console.dimensions.items()]
    differs = np.zeros(len(result), dtype=np.bool_)
    for shown, computed in pairs:
        if shown is not None:
            differs |= _unequal(shown, computed, places)
    differs &= ~_told(result)
    if differs.any():
        said = numbered(
            "for {n} shop the console shows other points than are computed here"
            " (console_difference says by how much)",
            "for {n} shops the console shows other points than are computed here"
            " (console_difference says by how much)",
            int(differs.sum()),
        )
        yield Notice("console_differs", said).about(result.shops["shop_id"], differs)


def _console_outside(result: Result) -> Iterator[Notice]:
    """Yield for how many shops without a score a console shows a total that it cannot be."""
    shown, published = result.console.total, result.published
    if shown is None:
        return
    known = shown.known & ~published.total & published.lowest.known & published.highest.known
    places = result.rules.exact.decimals
    total, lowest, highest = (
        column.values.half_up(places) for column in (shown, published.lowest, published.highest)
    )
    outside = np.asarray(known & ((total < lowest) | (total > highest)), dtype=np.bool_)
    outside &= ~_told(result)
    if outside.any():
        said = numbered(
            "for {n} shop the console shows a total that is not between score_low and score_high",
            "for {n} shops the console shows a total that is not between score_low and score_high",
            int(outside.sum()),
        )
        yield Notice("console_differs", said).about(result.shops["shop_id"], outside)


def _told(result: Result) -> Mask:
    """Return the shops of which documents tell, which have notices of their own."""
    ids = [figures.shop_id for figures in result.console.figures]
    return result.shops["shop_id"].is_in(ids).to_numpy()


def _unequal(shown: ExactColumn, computed: ExactColumn, places: int) -> Mask:
    """Return where both are known and differ as they are shown, rounded."""
    one, other = shown.values.half_up(places), computed.values.half_up(places)
    return np.asarray(shown.known & computed.known & (one != other), dtype=np.bool_)
