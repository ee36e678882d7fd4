"""Supposing: the score that a shop would have if its sums were a little different, peers as they are.

Shops are graded in blocks. A block is an industry with all its shops, of which one or more have
other sums; so every scorer and condition sees whole industries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import evolve, frozen

from ...composing.conditions import Measures
from ...composing.eligibility import check_eligibility, ranked_shops
from ...counting.sums import Sums
from ...exact.columns import ExactColumn
from ...exact.integers import Integers, narrow, widen
from ...grading.points import Supposed, grade
from ...grading.variants import coded
from ...grading.weighing import MetricValues, combine
from ...results.building import compose_and_publish, days_of_shops
from ...results.reference_tables import ReferenceTables
from ...results.result import Result

Ints = npt.NDArray[np.int64]
#: Shops that are graded at a time.
AT_ONCE = 1 << 17


@frozen(eq=False)
class Outcomes:
    """What becomes of each supposed shop: its exact total, and the value of each metric reached."""

    total: ExactColumn
    values: Mapping[str, ExactColumn]

    def take(self, rows: Any) -> Outcomes:
        """Return the outcomes at some places."""
        values = {id: column.take(rows) for id, column in self.values.items()}
        return Outcomes(self.total.take(rows), values)


@frozen(eq=False)
class Supposition:
    """What becomes of shops with other sums: each case once, and which case every asked one is."""

    shops: Ints
    outcomes: Outcomes
    which: Ints


def suppose(
    result: Result, tables: ReferenceTables, shops: Ints, more: Mapping[str, tuple[Sums, ...]]
) -> Supposition:
    """Return what becomes of shops, as rows of the result, one at a time.

    ``more`` is what is added to the sums of metrics, in the order of their tallies, for each asked
    shop.
    """
    alike, which = _alike(shops, more.values())
    own = shops[alike]
    once = {id: tuple((sums[alike], n[alike]) for sums, n in of) for id, of in more.items()}
    if not once or not len(own):
        total = result.composed.score.only(result.published.total)
        return Supposition(own, Outcomes(total.take(own), {}), which)
    batches = _batches(_blocks(result, own))
    found = _joined([_outcomes(result, tables, block, once) for block in batches])
    order = np.argsort(np.concatenate([block.places for block in batches]), kind="stable")
    return Supposition(own, found.take(order), which)


def _alike(shops: Ints, sums: Iterable[tuple[Sums, ...]]) -> tuple[Ints, Ints]:
    """Return the first of those that are alike, and for each which of these it is."""
    columns = [widen(part) for of in sums for pair in of for part in pair]
    seen: dict[tuple[object, ...], int] = {}
    which = np.empty(len(shops), dtype=np.int64)
    firsts: list[int] = []
    for place, key in enumerate(zip(shops.tolist(), *(c.tolist() for c in columns), strict=True)):
        which[place] = seen.setdefault(key, len(firsts))
        if which[place] == len(firsts):
            firsts.append(place)
    return np.array(firsts, dtype=np.int64), which


@frozen(eq=False)
class _Block:
    """Shops, as rows of the result, of one or more groups; which of them are supposed, as what."""

    shops: Ints
    groups: Ints
    supposed: Ints

    @property
    def places(self) -> Ints:
        """The supposed ones among these shops, as they were asked for."""
        return self.supposed[self.supposed >= 0]


def _blocks(result: Result, shops: Ints) -> list[_Block]:
    """Return blocks in which each asked shop is supposed once, among the others of its industry."""
    _, codes = coded(result.shops["industry"])
    among_means = any(c.times_industry_mean for c in result.rules.ruleset.conditions)
    one_each = codes[shops] if among_means else shops  # a mean is moved by whoever is supposed
    turn = pl.DataFrame({"of": one_each}).select(pl.int_range(pl.len()).over("of")).to_series()
    asked: dict[tuple[int, int], list[int]] = {}
    for place, key in enumerate(zip(codes[shops].tolist(), turn.to_list(), strict=True)):
        asked.setdefault(key, []).append(place)
    blocks = []
    members = {code: np.flatnonzero(codes == code) for code in {code for code, _ in asked}}
    for number, ((code, _), places) in enumerate(asked.items()):
        here = members[code]
        supposed = np.full(len(here), -1, dtype=np.int64)
        supposed[np.searchsorted(here, shops[places])] = places
        blocks.append(_Block(here, np.full(len(here), number, dtype=np.int64), supposed))
    return blocks


def _batches(blocks: list[_Block]) -> list[_Block]:
    """Return blocks put together, as many as are graded at a time."""
    batches: list[list[_Block]] = []
    room = 0
    for block in blocks:
        if room < len(block.shops):
            batches.append([])
            room = AT_ONCE
        batches[-1].append(block)
        room -= len(block.shops)
    return [
        _Block(
            np.concatenate([one.shops for one in batch]),
            np.concatenate([one.groups for one in batch]),
            np.concatenate([one.supposed for one in batch]),
        )
        for batch in batches
    ]


def _outcomes(
    result: Result,
    tables: ReferenceTables,
    block: _Block,
    more: Mapping[str, tuple[Sums, ...]],
) -> Outcomes:
    """Return the outcomes of the supposed shops of a block, by the stages of any score."""
    rules, shops = result.rules, result.shops[block.shops]
    exact, industries = rules.exact, shops["industry"]
    types = shops["shop_type"] if "shop_type" in shops.columns else None
    real = {id: values.take(block.shops) for id, values in result.measured.items()}
    measured = {
        id: _supposed(values, block.supposed, more[id]) if id in more else values
        for id, values in real.items()
    }
    measures = Measures(
        measured,
        industries,
        mean_kind=exact.mean_kind,
        days=days_of_shops(rules, shops, rules.ruleset.judged_on(result.as_of)),
        shop_types=types,
        shops=shops["shop_id"],
    )
    ranked = ranked_shops(exact, result.checks)
    peers = None if ranked is None else ranked[block.shops]
    graded = grade(
        rules,
        measured,
        shops,
        benchmark=tables.benchmarks,
        peers=peers,
        supposed=Supposed(real, block.groups),
    )
    checks = check_eligibility(exact, measures)
    _, composed, published = compose_and_publish(exact, graded, measures, checks)
    here = np.flatnonzero(block.supposed >= 0)
    total = composed.score.only(published.total)
    values = {id: measured[id].column.take(here) for id in more}
    return Outcomes(total.take(here), values)


def _supposed(values: MetricValues, supposed: Ints, more: tuple[Sums, ...]) -> MetricValues:
    """Return the values of a metric with the sums that some shops are supposed to have."""
    if values.metric is None or not values.sums or values.typed is not None:
        return values
    sums = [_added(real, one, supposed) for real, one in zip(values.sums, more, strict=True)]
    made = combine(values.metric, sums, values.missing_columns)
    return evolve(made, cut=values.cut, cut_reason=values.cut_reason)


def _added(real: Sums, more: Sums, supposed: Ints) -> Sums:
    """Return sums and counts with what is added to those of supposed shops."""
    return _plus(real[0], more[0], supposed), _plus(real[1], more[1], supposed)


def _plus(sums: Integers, more: Integers, supposed: Ints) -> Integers:
    here, added = supposed >= 0, widen(sums).copy()
    added[here] = added[here] + widen(more)[supposed[here]]
    return narrow(added)


def _joined(parts: list[Outcomes]) -> Outcomes:
    """Return outcomes one after another."""
    values = {id: _column([part.values[id] for part in parts]) for id in parts[0].values}
    return Outcomes(_column([part.total for part in parts]), values)


def _column(parts: list[ExactColumn]) -> ExactColumn:
    if len(parts) == 1:
        return parts[0]
    cells: list[Fraction | None] = [cell for part in parts for cell in part.fractions()]
    return ExactColumn.of(cells)
