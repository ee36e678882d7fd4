"""The metrics of the real experience score with days of their own, as a console shows them.

What is counted is what the rules say, in ``experience``; but for the help of the platform, where
trusted buyers weigh more. Numbers that the rules do not publish are ``assumed("…")``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from attrs import evolve, frozen

from shopscore import (
    Aggregator,
    Count,
    Days,
    DayWeights,
    Expr,
    RateMetric,
    Ratio,
    Tally,
    Window,
    assumed,
    bilingual,
    col,
    day,
    first_of,
)
from shopscore_tmall import experience

LAST_30 = experience.LAST_30
CONSOLE = ("official", "console")


@frozen
class Lagging(Window):
    """So many days, without the newest ``lag``: with a lag of 1 the last is the day before yesterday.

    Both may be assumptions.
    """

    lag: int | Expr
    days: int | Expr

    def weights(self, as_of: date) -> DayWeights:  # noqa: ARG002 - the same on every day
        """Return a weight of 1 for each of the days."""
        if not (isinstance(self.lag, int) and isinstance(self.days, int)):
            raise TypeError(f"{self.lag} or {self.days} has no number yet")
        return DayWeights(self.lag + 1, (1,) * self.days)


def lagging(metric: RateMetric) -> RateMetric:
    """Return a metric over days that lag behind by a number of its own."""
    window = Lagging(assumed(f"lag.{metric.id}"), assumed("window.days"))
    return evolve(metric, window=window, sources=CONSOLE)


GOODS_NEGATIVE_RATE = lagging(experience.GOODS_NEGATIVE_RATE)
GOODS_GOOD_REVIEW_RATE = lagging(experience.GOODS_GOOD_REVIEW_RATE)
PICKUP_48H_RATE = lagging(experience.PICKUP_48H_RATE)
ARRIVAL_HOURS = lagging(experience.ARRIVAL_HOURS)
IM_3MIN_REPLY_RATE = lagging(experience.IM_3MIN_REPLY_RATE)
IM_SATISFACTION_RATE = lagging(experience.IM_SATISFACTION_RATE)
REFUND_HANDLING_HOURS = lagging(experience.REFUND_HANDLING_HOURS)


@frozen
class TrustedRate(Aggregator):
    """Rows over rows, of which those of trusted buyers count ``times`` as much on either side.

    ``part`` and ``whole`` are pairs of tallies: of all rows, and of those of trusted buyers.
    """

    part: tuple[tuple[Tally, Tally], ...]
    whole: tuple[Tally, Tally]
    times: int | Expr

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """All rows, then those of trusted buyers, for each part and then for the whole."""
        return tuple(tally for pair in (*self.part, self.whole) for tally in pair)

    def combine(self, sums: Sequence[Any], counts: Sequence[Any]) -> tuple[Any, Any, Any]:
        """Return rows with those of trusted buyers added as often as they count more."""
        if not isinstance(self.times, int):
            raise TypeError(f"{self.times} has no number yet")
        weighed = [
            rows + trusted * (self.times - 1)
            for rows, trusted in zip(sums[::2], sums[1::2], strict=True)
        ]
        *parts, whole = weighed
        return sum(parts[1:], start=parts[0]), whole, counts[-2]


def calls(stream: str, own_day: Expr) -> tuple[Tally, Tally]:
    """Build the tallies of calls for help on the day on which the order was paid: all, and trusted."""
    on = first_of(col.order.paid_at, own_day)
    return Tally(stream, day=on), Tally(stream, day=on, where=col.order.buyer_trusted)


PLATFORM_HELP_RATE = evolve(
    lagging(experience.PLATFORM_HELP_RATE),
    aggregator=TrustedRate(
        (calls("escalations", col.escalated_at), calls("complaints", col.complained_at)),
        (
            Tally("orders", day=col.paid_at),
            Tally("orders", day=col.paid_at, where=col.buyer_trusted),
        ),
        assumed("trusted_weight"),
    ),
    note=bilingual(
        "Orders of trusted buyers (优+) count several times, in calls and in orders; that it is both is an assumption. Where nobody says who is trusted, nobody is.",
        "优+ 买家的订单按倍数计入；分子、分母都按倍数是假设。没有说明哪些买家是优+ 时，视为都不是。",
    ),
)

# Beside the dimensions.

NEXT_DAY_SHARE = lagging(
    RateMetric(
        "next_day_share",
        zh="当日/次日达订单占比",
        en="Delivered on the day of payment or the next",
        better="higher",
        aggregator=Ratio(
            Tally(
                "orders",
                day=col.signed_at,
                where=day(col.signed_at) <= day(col.paid_at) + 1,
            ),
            Tally("orders", day=col.signed_at, where=col.paid_at.is_not_null()),
        ),
        window=LAST_30,
        note=bilingual(
            "Assumed reading: delivered by the end of the day after payment, over orders paid and signed. How it enters the bonus is not published.",
            "假设口径：支付次日结束前签收，除以已支付并签收的订单。它如何计入附加分没有公布。",
        ),
    )
)

VIOLATIONS = RateMetric(
    "violations",
    zh="违规次数",
    en="Violations",
    better="lower",
    unit="count",
    aggregator=Count(Tally("violations", day=col.happened_at), zero=True),
    window=Days(1, assumed("violations.days")),
    role="deduction",
    sources=("official",),
    note=bilingual(
        "Every violation counts, whatever its kind; over how many days they count is an assumption.",
        "每次违规都计入，不论种类；计入多少天的违规是假设。",
    ),
)

# These are as the rules say.
BONUS_POINTS = experience.BONUS_POINTS
PAID_ORDERS = experience.PAID_ORDERS
