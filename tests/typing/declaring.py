"""What a third party's metrics look like to a type checker. Only mypy reads this file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, assert_type

import numpy as np
import numpy.typing as npt

import shopscore as ss
from shopscore import col

# Expressions ---------------------------------------------------------------------------------

assert_type(col.rating <= 2, ss.Expr)
assert_type(col.rating == 2, ss.Expr)
assert_type(2 <= col.rating, ss.Expr)  # noqa: SIM300
assert_type(col.is_first & (col.rating <= 2) | ~col.is_valid, ss.Expr)
assert_type(col.signed_at - col.paid_at, ss.Expr)
assert_type(86_400 - col.signed_at // 3600 * 2 + 1, ss.Expr)
assert_type(col.kind.is_in("exchange", "refund_only"), ss.Expr)
assert_type(col.rating.between(1, 5), ss.Expr)
assert_type(col.order.paid_at.is_null(), ss.Expr)
assert_type(ss.first_of(col.signed_at, col.confirmed_at), ss.Expr)
assert_type(ss.when(col.refunded_at.is_null(), 0, col.refunded_at - col.return_signed_at), ss.Expr)
assert_type(ss.when(col.is_first, 1), ss.Expr)
assert_type(ss.day(col.paid_at), ss.Expr)
assert_type(ss.time_of_day(col.started_at) >= 8 * 3600, ss.Expr)
assert_type(ss.lit(180) >= col.rounds, ss.Expr)
assert_type(ss.number("0.5"), ss.Expr)
assert_type((col.rating <= 2).key, str)
COLUMN: ss.Expr = col("rating")
NUMBER: ss.Expr = ss.assumed("bad_review.max_rating")

col.rating + "x" - 1.5  # a float is refused when it runs
col.kind.is_in(["exchange"])  # type: ignore[arg-type]
ss.when("is_first", 1)  # type: ignore[arg-type]
ss.number(0.5)  # type: ignore[arg-type]

# Declarations --------------------------------------------------------------------------------

PAID = ss.Tally("orders", day=col.paid_at)
BAD = ss.Tally(
    "reviews",
    day=ss.first_of(col.order.signed_at, col.reviewed_at),
    where=col.is_first & (col.rating <= ss.assumed("bad_review.max_rating")),
)
ONCE = ss.Tally(
    "aftersales",
    day=col.applied_at,
    once=ss.Once.per_order(earliest=(col.applied_at, col.ticket_id)),
)
VALUE = ss.Tally("orders", day=col.signed_at, value=col.signed_at - col.paid_at)

RATE = ss.RateMetric(
    "bad_review_rate",
    zh="商品差评率",
    en="Bad review rate",
    better="lower",
    aggregator=ss.Ratio(BAD, PAID),
    window=ss.Days(1, 90, ss.assumed("decay.half_life_days")),
    sources=("s001",),
)
ss.RateMetric("x", zh="x", en="x", better="less", aggregator=ss.Count(PAID), window=ss.Days(1, 30))  # type: ignore[arg-type]
ss.RateMetric("x", zh="x", en="x", better="lower", aggregator=PAID, window=ss.Days(1, 30))  # type: ignore[arg-type]
ss.RateMetric("x", en="x", better="lower", aggregator=ss.Count(PAID), window=ss.Days(1, 30))  # type: ignore[call-arg]

assert_type(RATE.id, str)
MEAN: ss.Aggregator = ss.Mean(VALUE, per=3600)
GRADED: ss.Aggregator = ss.GradedRate(((1, PAID), ("0.7", PAID), (ss.assumed("grade"), PAID)), PAID)
METRIC: ss.Metric = RATE
WINDOW: ss.Window = ss.Days(15, 104)


# Classes of one's own ------------------------------------------------------------------------


class LastMonth(ss.Window):
    """The days of the calendar month before the day of publication."""

    def weights(self, as_of: date) -> ss.DayWeights:
        return ss.DayWeights(as_of.day, (1,) * 28)


class Whichever(ss.Aggregator):
    """The larger of two counts, over their sum."""

    @property
    def tallies(self) -> tuple[ss.Tally, ...]:
        return (PAID, ONCE)

    def combine(
        self, sums: Sequence[npt.NDArray[Any]], counts: Sequence[npt.NDArray[Any]]
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
        paid, tickets = counts
        return np.maximum(paid, tickets), paid + tickets, paid


class Fixed(ss.Scorer):
    """Five points for everybody who has a value."""

    def points(self, values: ss.Rationals, context: ss.Context) -> ss.Points:
        assert_type(context.metric, str)
        assert_type(context.better == "lower", bool)
        return ss.Points(ss.Rationals.constant(5, len(values)), context.has_value)


class Special(ss.Metric):
    """A metric that no stock class can say."""

    id = "special"
    zh = "特别"
    en = "Special"
    unit = "ratio"
    better = "higher"
    window = LastMonth()
    aggregator = Whichever()


class Half(ss.Window):
    """Lacks what a window needs."""


Half()  # type: ignore[abstract]
FIXED: ss.Scorer = Fixed()
SPECIAL: ss.Metric = Special()


@ss.hookimpl
def shopscore_platforms() -> list[ss.Platform]:
    """What a plugin declares."""
    card = ss.Scorecard(
        id="service",
        zh="服务分",
        en="Service",
        metrics="my.metrics",
        rulesets="my:rulesets",
        scorers={"fixed": "my.scorers:Fixed"},
    )
    visits = ss.Stream(
        "visits",
        key=("visit_id",),
        columns=(
            ss.Column("visit_id", "text", required=True),
            ss.Column("shop_id", "text", required=True),
            ss.Column("seconds", "int", low=0),
            ss.Column("bought", "bool", default=False),
        ),
    )
    ss.Column("x", "float")  # type: ignore[arg-type]
    return [
        ss.Platform(
            id="mine",
            zh="我的",
            en="Mine",
            zone="Asia/Shanghai",
            currency="CNY",
            scorecards=(card,),
            streams=(visits,),
            facts=(ss.Fact("on_holiday", zh="休假", en="On holiday"),),
        )
    ]
