"""Rules with a fault each, as a plugin might bring them: what the kit must find.

Each fault is over orders, and over a stream of the plugin's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from random import random
from typing import Any

import numpy as np
from attrs import evolve, field, frozen

from shopscore import (
    Aggregator,
    Column,
    Context,
    Days,
    DayWeights,
    Distinct,
    Platform,
    Points,
    RateMetric,
    Ratio,
    Rationals,
    Scorecard,
    Scorer,
    Stream,
    Tally,
    Window,
    col,
)
from shopscore.exact.columns import ExactColumn
from shopscore.grading.ranking import exact_ranks

VISITS = Stream(
    "visits",
    key=("visit_id",),
    columns=(
        Column("shop_id", "text", required=True),
        Column("visit_id", "text", required=True),
        Column("order_id", "text"),
        Column("came_at", "time", required=True),
        Column("pages", "int", required=True, low=0, high=9),
    ),
)


def tallies(stream: str) -> tuple[Tally, Tally]:
    if stream == "orders":
        return Tally("orders", day=col.paid_at, where=col.amount > 5000), Tally(
            "orders", day=col.paid_at
        )
    return Tally("visits", day=col.came_at, where=col.pages > 3), Tally("visits", day=col.came_at)


@frozen
class Faulty(Aggregator):
    """An aggregator whose result is spoilt in one way."""

    stream: str
    fault: str

    @property
    def tallies(self) -> tuple[Tally, ...]:
        return tallies(self.stream)

    def combine(self, sums: Sequence[Any], counts: Sequence[Any]) -> Any:
        num, den, n = sums[0], sums[1], counts[1]
        match self.fault:
            case "a division that cuts":
                return num * 100 / np.where(den == 0, 1, den), den * 0 + 100, n
            case "results by position":
                return num + np.arange(len(num)), den, n
            case "sums across shops":
                return num, den * 0 + den.sum(), n
            case "an empty state with a value":
                return num, den + 1, n + 1
            case "a negative denominator":
                return -num, -den, n
            case "an exception for one shop":
                return np.where(np.arange(len(num)) == 3, 0, num), den, n
            case "an amount that says nothing of it":
                return num, den * 0 + 1, n
            case "fractions that do not add up":
                return num, den * den, n
        return num, den, n

    @property
    def pooling(self) -> Any:
        match self.fault:
            case "fractions that do not add up":
                return "fractions"
            case "a pooling of its own":
                return "somehow"
        return super().pooling


@frozen
class Today(Window):
    """A window that counts the day of publication."""

    def weights(self, as_of: date) -> DayWeights:
        return DayWeights(0, (1, 1, 1))


@frozen
class StaysTooLong(Window):
    """A window that says of one day that it counts a day longer than it does."""

    def weights(self, as_of: date) -> DayWeights:
        return Days(1, 7).weights(as_of)

    def stay(self, day: date) -> tuple[date, date]:
        enters, leaves = Days(1, 7).stay(day)
        return enters, leaves + timedelta(day == date(2024, 6, 20))


class FaultyScorer(Scorer):
    """A scorer whose points are spoilt in one way."""

    fault = ""

    def points(self, values: Rationals, context: Context) -> Points:
        size = len(context.has_value)
        known = context.has_value
        rising = context.values.scaled(5)
        match self.fault:
            case "a shop without value ranked":
                return Points(rising, np.ones(size, dtype=np.bool_))
            case "points off the scale":
                return Points(rising.plus(1), known)
            case "random points":
                return Points(Rationals.constant(Fraction(int(random() * 1000), 1000), size), known)
            case "the wrong direction":
                return Points(rising.scaled(-1).plus(5), known)
            case "the wrong direction far away":
                most = Rationals.constant(5, size).where(context.values.at_least(1), rising)
                fewer = Rationals.constant(4, size)
                return Points(fewer.where(context.values.at_least(40_000), most), known)
            case "float points":
                return Points(np.asarray(rising.floats()), known)  # type: ignore[arg-type]
            case "bounds off by a factor":
                return Points(rising.scaled(100), known)
            case "values that are none among the peers":
                return Points(below(context.values, context.groups).scaled(5), known)
            case "no peers among the peers":
                ranked = ExactColumn(context.values, known)
                return Points(ranks(ranked, context.groups).values.scaled(5), known)
        return Points(rising, known)


def ranks(values: ExactColumn, groups: Any) -> ExactColumn:
    return exact_ranks(values.or_zero().floats(), groups, present=values.known, kind="mean")


def below(values: Rationals, groups: Any) -> Rationals:
    """Ranks among all shops of a group, also those that have no value."""
    return ranks(ExactColumn(values, np.ones(len(values), dtype=np.bool_)), groups).values


class WithoutValue(FaultyScorer):
    fault = "a shop without value ranked"


class OffTheScale(FaultyScorer):
    fault = "points off the scale"


class RandomPoints(FaultyScorer):
    fault = "random points"


class WrongDirection(FaultyScorer):
    fault = "the wrong direction"


class WrongDirectionFarAway(FaultyScorer):
    fault = "the wrong direction far away"


class FloatPoints(FaultyScorer):
    fault = "float points"


class OffByAFactor(FaultyScorer):
    fault = "bounds off by a factor"


class AmongAll(FaultyScorer):
    fault = "values that are none among the peers"


class AmongNoPeers(FaultyScorer):
    fault = "no peers among the peers"


@frozen
class Dips(Scorer):
    """A scorer that gives fewer points to values near its bound than to others around them."""

    bound: Fraction = field(converter=lambda bound: Fraction(str(bound)))
    below: Fraction = field(converter=lambda below: Fraction(str(below)))
    above: Fraction = field(converter=lambda above: Fraction(str(above)))

    def points(self, values: Rationals, context: Context) -> Points:
        size = len(context.has_value)
        first, last = self.bound - self.below, self.bound + self.above
        inside = context.values.at_least(first) & ~context.values.above(
            Rationals.constant(last, size)
        )
        three, four = (Rationals.constant(points, size) for points in (3, 4))
        return Points(three.where(inside, four), context.has_value)


SCORERS = {
    cls.fault: cls.__name__
    for cls in (
        WithoutValue,
        OffTheScale,
        RandomPoints,
        WrongDirection,
        WrongDirectionFarAway,
        FloatPoints,
        OffByAFactor,
        AmongAll,
        AmongNoPeers,
    )
}
AGGREGATORS = (
    "a division that cuts",
    "results by position",
    "sums across shops",
    "an empty state with a value",
    "a negative denominator",
    "an exception for one shop",
    "an amount that says nothing of it",
    "fractions that do not add up",
    "a pooling of its own",
)
#: The check that must find each fault.
FOUND_BY = {
    "none": "",
    "a shop without value ranked": "scorers",
    "points off the scale": "scorers",
    "a division that cuts": "aggregators",
    "results by position": "aggregators",
    "sums across shops": "aggregators",
    "random points": "scorers",
    "a window that counts today": "scoring",
    "an empty state with a value": "empty_input",
    "a negative denominator": "aggregators",
    "a window that keys stay in too long": "oracle",
    "the wrong direction": "monotone",
    "the wrong direction far away": "monotone",
    "float points": "scorers",
    "bounds off by a factor": "scorers",
    "an exception for one shop": "aggregators",
    "an amount that says nothing of it": "aggregators",
    "fractions that do not add up": "aggregators",
    "a pooling of its own": "aggregators",
    "values that are none among the peers": "scorers",
    "no peers among the peers": "scorers",
}


WINDOWS = {
    "a window that counts today": Today(),
    "a window that keys stay in too long": StaysTooLong(),
}


def metric(stream: str, fault: str) -> RateMetric:
    part, whole = tallies(stream)
    if fault == "a window that keys stay in too long":
        key = col.buyer_id if stream == "orders" else col.visit_id
        part, whole = (evolve(one, distinct=Distinct(per=(key,))) for one in (part, whole))
    aggregator = Faulty(stream, fault) if fault in AGGREGATORS else Ratio(part, whole)
    return RateMetric(
        "share",
        zh="占比",
        en="Share",
        better="higher",
        aggregator=aggregator,
        window=WINDOWS.get(fault, Days(1, 90)),
        sources=("page",),
    )


RULES = """
schema = 1
platform = "faulty"
scorecard = "card"
version = "1"
status = "seed"
zh = "错"
en = "Faulty"
sources.page = { title = "A page", confidence = "I" }
scale = { low = 0, high = 5, decimals = 2, source = "page" }
[scorers.own]
kind = "own"
source = "page"
[[dimensions]]
id = "all"
zh = "全"
en = "All"
weight = 1
source = "page"
metrics = [{ id = "share", scorer = "own", weight = 1, source = "page" }]
"""


def platform(module: str, fault: str, scorer: str = "", cases: str = "") -> Platform:
    """The platform of a module that holds the metric, with the scorer that has the fault."""
    scorer = scorer or SCORERS.get(fault, "FaultyScorer")
    return Platform(
        id="faulty", zh="错", en="Faulty", zone="UTC", currency="USD", streams=(VISITS,),
        scorecards=(
            Scorecard("card", zh="卡", en="Card", metrics=module, rulesets=f"{module}:rulesets", cases=cases,
                      scorers={"own": f"support.faulty_rules:{scorer}"}),
        ),
    )  # fmt: skip
