"""Cards that pass or fail, at their limits: counts too large for the plugins' golden cases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.composing.levels import Levels

DAY = timedelta(days=1)
AS_OF = date(2026, 5, 1)


def judged(which: str, as_of: date, frames: dict[str, pl.DataFrame]) -> ss.Result:
    """The result of a scorecard, written platform/scorecard/rule set."""
    platform, scorecard, ruleset = which.split("/")
    return ss.score(frames, platform=platform, scorecard=scorecard, ruleset=ruleset, as_of=as_of)


def last(result: ss.Result) -> ss.Result:
    """The result of the last evaluation."""
    assert result.current is not None
    return result.current


def met(result: ss.Result) -> dict[str, bool | None]:
    """Which criteria the one shop meets."""
    (shop,) = result
    return {criterion.id: criterion.met for criterion in shop.criteria}


def value(result: ss.Result, metric: str) -> str:
    (exact,) = result.graded[metric].measured.column.fractions()
    return str(exact)


def level(result: ss.Result) -> str | None:
    (shop,) = result
    assert isinstance(result.levels, Levels)
    return shop.level


def rows(stream: str, count: int, at: date | list[date], time: str, **cells: Any) -> pl.DataFrame:
    """So many rows of shop S at noon of a day, or in turn of several; cells may be lists."""
    days = at if isinstance(at, list) else [at]
    ids = {"orders": "order_id", "defects": "defect_id", "reviews": "review_id"}
    return pl.DataFrame(
        {
            "shop_id": ["S"] * count,
            ids[stream]: [f"{n}" for n in range(count)],
            time: [f"{days[n % len(days)]} 12:00:00" for n in range(count)],
            **{
                name: cell if isinstance(cell, list) else [cell] * count
                for name, cell in cells.items()
            },
        }
    )


def some(count: int, of: int) -> list[bool]:
    """True so many times, then false."""
    return [n < count for n in range(of)]


# ---------------------------------------------------------------------------------- Amazon

HEALTH = "amazon/account_health/2024-09-25"


def late(count: int, of: int) -> pl.DataFrame:
    due, shipped = "2026-04-20 12:00:00", ("2026-04-20 12:00:00", "2026-04-20 12:00:01")
    frame = rows("orders", of, AS_OF - 11 * DAY, "ship_due_at", channel="merchant")
    assert frame["ship_due_at"][0] == due
    return frame.with_columns(
        shipped_at=pl.Series([shipped[one] for one in some(count, of)]),
    )


def test_few_late_invoices_of_nine_thousand() -> None:
    orders = rows("orders", 9001, AS_OF - 24 * DAY, "created_at", invoice_late=some(315, 9001))
    found = judged(HEALTH, AS_OF, {"orders": orders})
    assert value(found, "invoice_defect_rate") == "315/9001"
    assert met(found)["invoice_defect_rate"] is True


def test_late_shipments_of_a_large_shop() -> None:
    found = judged(HEALTH, AS_OF, {"orders": late(27896, 870669)})
    assert value(found, "late_shipment_rate") == "27896/870669"
    assert met(found)["late_shipment_rate"] is True


@pytest.mark.parametrize(("count", "of", "passes"), [(1, 40, False), (1, 41, True)])
def test_below_is_meant_literally(count: int, of: int, passes: bool) -> None:
    by = ["merchant" if one else None for one in some(count, of)]
    orders = rows(
        "orders", of, [AS_OF - 2 * DAY, AS_OF - 8 * DAY], "created_at",
        channel="merchant", cancelled_by=by, shipped_at="",
    )  # fmt: skip
    found = judged(HEALTH, AS_OF, {"orders": orders})
    assert value(found, "cancellation_rate") == f"{count}/{of}"
    assert met(found)["cancellation_rate"] is passes


def units(on_time: int, of: int, day: list[date], *more: tuple[int, int, date]) -> pl.DataFrame:
    groups = [(int(n < on_time), 1, day[n % len(day)]) for n in range(of)]
    groups += more
    return rows(
        "orders",
        len(groups),
        [at for _, _, at in groups],
        "delivery_due_at",
        units=[whole for _, whole, _ in groups],
        units_on_time=[part for part, _, _ in groups],
    )


def test_units_of_the_last_six_days_are_out() -> None:
    """130 units in 20 days, of which 30 in the last 6: 90 of the other 100 are on time."""
    ends = [AS_OF - 7 * DAY, AS_OF - 20 * DAY]
    recent = ((0, 20, AS_OF - 6 * DAY), (0, 10, AS_OF - DAY))
    found = judged(HEALTH, AS_OF, {"orders": units(90, 100, ends, *recent)})
    assert value(found, "unit_on_time_delivery_rate") == "9/10"
    assert met(found)["unit_on_time_delivery_rate"] is True


def test_units_below_ninety_per_cent() -> None:
    found = judged(HEALTH, AS_OF, {"orders": units(146, 165, [AS_OF - 8 * DAY])})
    assert value(found, "unit_on_time_delivery_rate") == "146/165"
    assert met(found)["unit_on_time_delivery_rate"] is False


@pytest.mark.parametrize(
    ("metric", "first", "last"),
    [
        ("order_defect_rate", date(2020, 9, 6), date(2020, 11, 4)),
        ("late_shipment_rate", date(2020, 10, 21), date(2020, 11, 19)),
        ("cancellation_rate", date(2020, 11, 12), date(2020, 11, 18)),
        ("valid_tracking_rate", date(2020, 10, 11), date(2020, 11, 9)),
        ("invoice_defect_rate", date(2020, 10, 21), date(2020, 10, 27)),
    ],
)
def test_days_of_the_report_of_2020(metric: str, first: date, last: date) -> None:
    report = date(2020, 11, 20)
    rules = judged(HEALTH, report, {"orders": late(1, 1)}).rules
    ((_, weights), *_) = rules.metrics[metric].wanted(report)
    assert report - weights.last_age * DAY == first
    assert report - weights.first_age * DAY == last


# ------------------------------------------------------------------------------------ Etsy

STANDARDS, STAR = "etsy/service_standards/2024-09", "etsy/star_seller/2024-09"
MONTHS = [date(2026, 2, 1), date(2026, 3, 15), date(2026, 4, 30)]


@pytest.mark.parametrize(
    ("low", "of", "passes"),
    [(4, 39, True), (5, 39, False), (4, 40, False), (4, 41, True), (3, 40, True), (4, 4, True)],
)
def test_forty_reviews(low: int, of: int, passes: bool) -> None:
    ratings = [3 if one else 4 for one in some(low, of)]
    reviews = rows("reviews", of, MONTHS, "reviewed_at", rating=ratings)
    found = last(judged(STANDARDS, AS_OF, {"reviews": reviews}))
    assert met(found)["low_review_rate"] is passes


@pytest.mark.parametrize(
    ("cases", "of", "passes"),
    [(3, 299, True), (4, 299, False), (3, 300, False), (2, 300, True), (3, 301, True)],
)
@pytest.mark.parametrize("which", [STANDARDS, STAR])
def test_three_hundred_orders(which: str, cases: int, of: int, passes: bool) -> None:
    frames = {
        "orders": rows("orders", of, MONTHS, "created_at"),
        "defects": rows(
            "defects", cases, MONTHS, "happened_at",
            order_id=[f"{n}" for n in range(cases)], kind="claim",
        ),
    }  # fmt: skip
    found = last(judged(which, AS_OF, frames))
    assert met(found)["case_rate"] is passes


@pytest.mark.parametrize(
    ("as_of", "first", "last_day"),
    [
        (date(2026, 5, 1), date(2026, 2, 1), date(2026, 4, 30)),
        (date(2026, 5, 31), date(2026, 2, 1), date(2026, 4, 30)),
        (date(2026, 4, 30), date(2026, 1, 1), date(2026, 3, 31)),
        (date(2024, 3, 1), date(2023, 12, 1), date(2024, 2, 29)),
    ],
)
def test_the_months_before_the_evaluation(as_of: date, first: date, last_day: date) -> None:
    """One order each day of a year: as many count as there are days, and none is beyond them."""
    days = [as_of - n * DAY for n in range(-3, 180)]
    frames = {"orders": rows("orders", len(days), days, "created_at", amount="1.00")}
    found = judged(STAR, as_of, frames)
    assert value(last(found), "orders") == str((last_day - first).days + 1)
    assert found.evaluation is not None
    assert found.evaluation["last"] == as_of.replace(day=1).isoformat()


def test_five_orders_are_needed() -> None:
    for count, status in ((4, "insufficient_orders"), (5, "scored")):
        # one more today, so that nobody thinks that orders are missing
        days = [MONTHS[n % 3] for n in range(count)] + [date(2025, 12, 1), AS_OF]
        orders = rows("orders", len(days), days, "created_at")
        for which in (STANDARDS, STAR):
            (shop,) = last(judged(which, AS_OF, {"orders": orders}))
            assert shop.status == status, which


# ------------------------------------------------------------------------------------ eBay

SELLER = "ebay/seller_standards/us-2025"
TWENTIETH = date(2026, 5, 20)
NEAR = [date(2026, 2, 1), date(2026, 4, 30)]
FAR = [date(2025, 5, 1), date(2026, 1, 31)]


def shop_of(
    near: int, far: int, late_ones: int = 0, defects: int = 0, buyers: list[str] | None = None
) -> dict[str, pl.DataFrame]:
    """So many transactions in the last three months, and in the nine before them.

    Each is of another buyer; with ``buyers`` these have the first ones, and bought no other.
    """
    days = [NEAR[n % 2] for n in range(near)] + [FAR[n % 2] for n in range(far)]
    count = near + far
    times = [f"{day} 12:00:00" for day in days]
    orders = rows(
        "orders", count, days, "created_at", amount="10.00", ship_due_at=times, shipped_at=times,
        picked_up_at=times, delivery_due_at=times, signed_at=times, tracking_valid=True,
        late_by_buyer=some(late_ones, count),
        buyer_id=[*(buyers or []), *(f"B{n}" for n in range(len(buyers or []), count))],
    )  # fmt: skip
    bad = rows(
        "defects", defects, TWENTIETH, "happened_at",
        order_id=[f"{n}" for n in range(defects)], kind="merchant_cancellation",
    )  # fmt: skip
    shops = pl.DataFrame({"shop_id": ["S"], "industry": ["x"], "opened_at": ["2020-01-01"]})
    if not defects:
        bad = pl.DataFrame(schema=dict.fromkeys(bad.columns, pl.String))
    return {"orders": orders, "defects": bad, "shops": shops}


def test_one_defect_of_720() -> None:
    found = last(judged(SELLER, TWENTIETH, shop_of(720, 0, defects=1)))
    assert value(found, "defect_rate") == "1/720"
    assert f"{float(next(iter(found))['defect_rate'].value or 0):.2%}" == "0.14%"
    assert level(found) == "top_rated"


def test_three_late_of_329() -> None:
    found = last(judged(SELLER, TWENTIETH, shop_of(329, 0, late_ones=3)))
    assert value(found, "late_rate") == "3/329"
    assert f"{float(next(iter(found))['late_rate'].value or 0):.2%}" == "0.91%"
    assert met(found)["top_late"] is True
    assert level(found) == "top_rated"


@pytest.mark.parametrize(("near", "of"), [(400, 400), (399, 999)])
def test_the_look_back_depends_on_400_transactions(near: int, of: int) -> None:
    """The late ones are of the three months; six hundred more orders are of the nine before."""
    found = last(judged(SELLER, TWENTIETH, shop_of(near, 600, late_ones=12)))
    assert value(found, "late_rate") == {400: "3/100", 999: "4/333"}[of]
    assert value(found, "transactions") == str(near + 600)
    assert met(found)["top_late"] is True


@pytest.mark.parametrize(
    ("defects", "of", "expected"),
    [
        (3, 100, "top_rated"),  # 3 %, but at most 3
        (4, 100, "above_standard"),  # 4 %, but not more than 4
        (5, 100, "below_standard"),
        (5, 250, "above_standard"),  # 2 %
        (5, 249, "below_standard"),
        (5, 1000, "top_rated"),  # 0.5 %
        (5, 999, "above_standard"),
    ],
)
def test_few_defects_are_relieved(defects: int, of: int, expected: str) -> None:
    assert level(last(judged(SELLER, TWENTIETH, shop_of(of, 0, defects=defects)))) == expected


@pytest.mark.parametrize(
    ("buyers", "certain", "possible"),
    [
        (["a", "b", "c", "a", "b", "c", "c"], "top_rated", "top_rated"),  # 7 %, of three buyers
        (["a", "b", "c", "d", "d", "d"], "above_standard", "above_standard"),
        (["a", "b", "c", "d", "e"], "below_standard", "below_standard"),
        (["", "", ""], "below_standard", "top_rated"),  # nobody knows of whom they are
        (["a", "b", ""], "below_standard", "top_rated"),  # there may be more than these
        (["a", "b", "c", "d", ""], "below_standard", "above_standard"),  # four are too many
        (["a", "b", "c", "d", "e", ""], "below_standard", "below_standard"),
        ([""], "above_standard", "top_rated"),  # 1 % is within the limit of Above Standard
    ],
)
def test_defects_are_relieved_by_their_buyers(
    buyers: list[str], certain: str, possible: str
) -> None:
    frames = shop_of(99, 1, defects=len(buyers), buyers=buyers)
    (view,) = last(judged(SELLER, TWENTIETH, frames))
    assert (view.levels["level_certain"], view.levels["level_possible"]) == (certain, possible)


def test_a_shop_without_known_buyers_has_no_number_of_them() -> None:
    (view,) = last(judged(SELLER, TWENTIETH, shop_of(99, 1, defects=3, buyers=["", "", ""])))
    assert view["defect_buyers"].value is None
    assert view["defect_buyers"].reason == "rows that count have no buyer_id, else order.buyer_id"
    (view,) = last(judged(SELLER, TWENTIETH, shop_of(99, 1)))
    assert view["defect_buyers"].value == 0


def test_without_any_buyer_few_defects_are_not_known_to_be_few() -> None:
    frames = shop_of(99, 1, defects=3)
    frames["orders"] = frames["orders"].drop("buyer_id")
    (view,) = last(judged(SELLER, TWENTIETH, frames))
    assert (view.levels["level_certain"], view.levels["level_possible"]) == (
        "below_standard",
        "top_rated",
    )
    assert view["defect_buyers"].reason == "no column defects.buyer_id or orders.buyer_id"


def test_whoever_the_defect_names_is_its_buyer() -> None:
    """Ten defects of three buyers, as the defects name them or else the orders."""
    frames = shop_of(99, 1, defects=10, buyers=["", "", "", *"abababa"])
    named = pl.Series([*"abc", *"aaaaaaa"])
    frames["defects"] = frames["defects"].with_columns(buyer_id=named)
    (view,) = last(judged(SELLER, TWENTIETH, frames))
    assert view["defect_buyers"].value == 3, "those of the orders do not matter"
    named = pl.Series([*"abc", *[None] * 7])
    frames["defects"] = frames["defects"].with_columns(buyer_id=named)
    (view,) = last(judged(SELLER, TWENTIETH, frames))
    assert (view["defect_buyers"].value, view.level) == (3, "top_rated")
    frames["orders"] = frames["orders"].drop("buyer_id")
    (view,) = last(judged(SELLER, TWENTIETH, frames))
    assert (view.levels["level_certain"], view.levels["level_possible"]) == (
        "below_standard",
        "top_rated",
    )


def test_the_same_buyers_come_back_over_twelve_months() -> None:
    """With 400 transactions in three months nobody looks at the buyers before them."""
    for near, buyers in ((400, 1), (399, 4)):
        frames = shop_of(near, 30, defects=near + 3)
        place = pl.int_range(pl.len())
        buyer = pl.when(place < near).then(pl.lit("w")).otherwise(pl.col("buyer_id"))
        frames["orders"] = frames["orders"].with_columns(buyer_id=buyer)
        assert value(last(judged(SELLER, TWENTIETH, frames)), "defect_buyers") == str(buyers)


def test_too_few_transactions() -> None:
    """Known where the events cover the twelve months: else there may have been more."""
    covered = last(judged(SELLER, TWENTIETH, shop_of(98, 1)))
    assert level(covered) == "above_standard"
    (view,) = last(judged(SELLER, TWENTIETH, shop_of(99, 0)))
    assert (view.levels["level_certain"], view.levels["level_possible"]) == (
        "above_standard",
        "top_rated",
    )


def test_the_evaluation_is_that_of_the_twentieth() -> None:
    frames = shop_of(100, 0)
    for as_of, day in ((TWENTIETH, "2026-05-20"), (date(2026, 5, 19), "2026-04-20")):
        found = judged(SELLER, as_of, frames)
        assert found.evaluation is not None
        assert found.evaluation["last"] == day
    assert value(last(found), "transactions") == "50", "those of February; April had not passed"
    assert value(found, "transactions") == "100"
