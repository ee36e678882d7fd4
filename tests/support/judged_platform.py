"""A platform that judges shops on some days only, with windows and aggregators of every kind."""

from __future__ import annotations

from datetime import date, timedelta

from attrs import frozen

from shopscore import (
    Calendar,
    Change,
    Count,
    Days,
    DayWeights,
    Distinct,
    LookBack,
    Platform,
    RateMetric,
    Ratio,
    RuleSet,
    Scorecard,
    SinceStartOf,
    SumOverSum,
    Tally,
    Total,
    Window,
    assumed,
    col,
)
from shopscore.rules.ruleset_toml import parse_ruleset


@frozen
class Weekends(Window):
    """The Saturdays and Sundays of the last 30 days."""

    def weights(self, as_of: date) -> DayWeights:
        days = (as_of - timedelta(age) for age in range(1, 31))
        return DayWeights(1, tuple(int(day.weekday() >= 5) for day in days))


@frozen
class EverySecond(Window):
    """Every second of ten days, the newer ones weighing more."""

    def weights(self, as_of: date) -> DayWeights:
        return DayWeights(1, (5, 0, 4, 0, 3, 0, 2, 0, 1, 0), 5)


paid = Tally("orders", day=col.paid_at)
late = Tally("orders", day=col.paid_at, where=col.is_presale)
money = Tally("orders", day=col.paid_at, value=col.amount)
refunds = Tally("aftersales", day=col.applied_at, value=col.refund_amount)
tickets = Tally("aftersales", day=col.applied_at)
buyers = Tally("orders", day=col.paid_at, distinct=Distinct((col.buyer_id,)))
twice = Tally("orders", day=col.paid_at, distinct=Distinct((col.buyer_id,), at_least=2))
QUARTER, YEAR = Calendar("month", 3), Calendar("month", 12)


def metric(id, aggregator, window, unit="ratio"):  # type: ignore[no-untyped-def]
    return RateMetric(
        id, zh="值", en="Value", better="lower", aggregator=aggregator, window=window, unit=unit
    )


WEEKEND_RATE = metric("weekend_rate", Ratio(late, paid), Weekends())
WEEKEND_SALES = metric("weekend_sales", Total(money, per=100, zero=True), Weekends(), "money")
SECOND_RATE = metric("second_rate", Ratio(late, paid), EverySecond())
MONTHS = metric("months", Ratio(late, paid), QUARTER)
SKIPPED = metric("skipped", Count(paid, zero=True), Calendar("month", 1, 1), "count")
LAST_QUARTER = metric("last_quarter", Count(paid, zero=True), Calendar("quarter"), "count")
LAST_YEAR = metric("last_year", Count(paid, zero=True), Calendar("year"), "count")
THIS_MONTH = metric("this_month", Count(paid, zero=True), SinceStartOf("month"), "count")
THIS_QUARTER = metric("this_quarter", Count(paid, zero=True), SinceStartOf("quarter"), "count")
THIS_YEAR = metric("this_year", Count(paid, zero=True), SinceStartOf("year"), "count")
BACK = metric(
    "back",
    LookBack(
        Ratio(late, paid), counted=paid, at_least=assumed("enough"), window=QUARTER, otherwise=YEAR
    ),
    YEAR,
)
CHANGE = metric("change", Change(Count(paid), now=Days(1, 30), before=Days(31, 60)), Days(1, 60))
REFUNDED = metric("refunded", SumOverSum(refunds, money), Days(1, 60))
SALES = metric("sales", Total(money, per=100), Days(1, 60), "money")
TICKETS = metric("tickets", Count(tickets, zero=True), Days(1, 60), "count")
BUYERS = metric("buyers", Count(buyers, zero=True), QUARTER, "count")
REPEAT = metric("repeat", Ratio(twice, buyers), Days(1, 60))
BACK_BUYERS = metric(
    "back_buyers",
    LookBack(Ratio(twice, buyers), counted=paid, at_least=4, window=QUARTER, otherwise=YEAR),
    YEAR,
)

IDS = (
    "weekend_rate", "weekend_sales", "second_rate", "months", "skipped", "last_quarter",
    "last_year", "this_month", "this_quarter", "this_year", "back", "change", "refunded", "sales",
    "tickets", "buyers", "repeat", "back_buyers",
)  # fmt: skip

PLATFORM = Platform(
    id="judged", zh="评", en="Judged", zone="Asia/Shanghai", currency="CNY",
    scorecards=(Scorecard("marks", zh="等级", en="Marks", metrics="support.judged_platform",
        rulesets="support.judged_platform:none"),),
)  # fmt: skip

HEAD = f"""
schema = 1
platform = "judged"
scorecard = "marks"
version = "1"
status = "seed"
zh = "评"
en = "Judged"
informational = {list(IDS)!r}
sources.page = {{ title = "A page", confidence = "I" }}
scale = {{ low = 0, high = 1, decimals = 0, source = "page" }}
[[assumptions]]
id = "enough"
kind = "integer"
value = 4
low = 1
high = 1000
reason = "A test says it."
"""
LEVELS = """
[[criteria]]
id = "calm"
metric = "months"
at_most = 0.25
or_count_below = 2
without_rows = true
source = "page"
[[criteria]]
id = "busy"
metric = "skipped"
at_least = 2
source = "page"
[[criteria]]
id = "quiet"
metric = "tickets"
equals = 0
source = "page"
[[criteria]]
id = "old"
days_since = "opened_at"
at_least = 31
zh = "满月"
en = "A month old"
source = "page"
[[levels]]
id = "a"
zh = "甲"
en = "A"
all_of = ["calm", "busy", ["quiet", "old"]]
source = "page"
[[levels]]
id = "b"
zh = "乙"
en = "B"
any_of = [["calm", "old"], "quiet"]
source = "page"
[[levels]]
id = "c"
zh = "丙"
en = "C"
source = "page"
"""


def rules_of(*texts: str) -> RuleSet:
    return parse_ruleset(HEAD + "".join(texts), "judged.toml")


def judged(**evaluation: object) -> RuleSet:
    """The rules with days of evaluation, as in TOML."""
    keys = "".join(
        f"{key} = {value!r}\n" if isinstance(value, int) else f'{key} = "{value}"\n'
        for key, value in evaluation.items()
    )
    return rules_of(LEVELS, f'[evaluation]\nsource = "page"\n{keys}' if evaluation else "")
