"""Every metric of Kuaishou, Tmall and Pinduoduo equals the oracle's, exactly, shop by shop."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

import shopscore as ss
from oracle.metric_rows import day_number, text, whole
from oracle.platform_metrics import pinduoduo_reviews, tmall_paid_orders
from oracle.random_events import Events, write_folder
from oracle.random_platform_events import random_platform_events
from support.oracle_figures import KEYS, ORACLES, Reading, by_package, read
from support.slow_cases import mostly_slow

F = Fraction
AS_OF = date(2024, 6, 30)
DAY = timedelta(days=1)
# a year, a leap day and the days on which rule sets begin or end are within reach of the last ages
SEEDS = {
    0: AS_OF,
    1: date(2024, 3, 1),
    2: date(2024, 1, 5),
    3: date(2026, 3, 16),
    4: date(2023, 7, 31),
    5: AS_OF,
}
LATER = (0, 1, -29, 61)
"""Days after the one around which the events are made."""


@pytest.fixture(
    scope="module", params=mostly_slow(list(SEEDS), 0, 3), ids=lambda seed: f"seed {seed}"
)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Reading, date]:
    """Random events, and the day around which their borders lie."""
    as_of = SEEDS[request.param]
    events = random_platform_events(request.param, as_of=as_of)
    return read(events, tmp_path_factory.mktemp("events")), as_of


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """More shops, so that parts of a state have several."""
    return read(random_platform_events(9, shops=12, orders=70), tmp_path_factory.mktemp("first"))


def assert_agree(found: ss.Result, reading: Reading, key: str, as_of: date) -> None:
    """Exactly, and the doubles that are shown are the nearest ones."""
    expected = reading.by_oracle(key, as_of)
    assert found.shops["shop_id"].to_list() == list(reading.industries)
    assert found.shops["industry"].to_list() == list(reading.industries.values())
    assert by_package(found) == expected
    table = found.to_polars()
    for metric, shops in expected.items():
        nearest = [None if value is None else float(value) for value, _ in shops.values()]
        assert table[f"{metric}.value"].to_list() == nearest
        assert table[f"{metric}.n"].to_list() == [n for _, n in shops.values()]


# ------------------------------------------------------------------------------- every metric


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS)
def test_every_metric_agrees(key: str, made: tuple[Reading, date]) -> None:
    reading, as_of = made
    for later in LATER:
        day = as_of + later * DAY
        assert_agree(reading.score(key, day), reading, key, day)
    for shops in reading.by_oracle(key, as_of).values():
        assert sum(bool(value) for value, _ in shops.values()) > 1


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS)
def test_on_other_days_nothing_counts(key: str, first: Reading) -> None:
    for day in (date(2020, 2, 29), date(2031, 1, 1)):
        assert_agree(first.score(key, day), first, key, day)
        assert {v for m in by_package(first.score(key, day)).values() for v in m.values()} == {
            (None, 0)
        }


@pytest.mark.slow
@pytest.mark.parametrize("platform", ORACLES)
def test_a_folder_is_scored_at_once(platform: str, first: Reading) -> None:
    scorecard, ruleset = next(key for key in KEYS if key.startswith(platform)).split("/")[1:]
    found = ss.score(
        first.folder, platform=platform, scorecard=scorecard, ruleset=ruleset, as_of=AS_OF
    )
    assert_agree(found, first, f"{platform}/{scorecard}/{ruleset}", AS_OF)


@pytest.mark.slow
def test_few_rows_agree(tmp_path: Path) -> None:
    """So few that many shops lack a metric, or the rows above or below its line."""
    reading = read(random_platform_events(20, shops=12, orders=6), tmp_path)
    for key in KEYS:
        for day in (AS_OF - 30 * DAY, AS_OF):
            assert_agree(reading.score(key, day), reading, key, day)
        assert (None, 0) in {v for m in reading.by_oracle(key, AS_OF).values() for v in m.values()}


# ----------------------------------------------------------------------------- through states


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS)
def test_states_agree(key: str, first: Reading) -> None:
    """Resolved, split, tallied, and added up in another order."""
    platform, scorecard, ruleset = key.split("/")
    rules = {"platform": platform, "scorecard": scorecard, "ruleset": ruleset}
    resolved = ss.resolve(first.events, **rules)
    a, b, c = (ss.tally(part) for part in resolved.split(3))
    state = c + a + b
    assert state == ss.tally(resolved)
    assert all(len(part.cells) for part in (a, b, c))
    for day in (AS_OF, AS_OF - 29 * DAY, AS_OF + 2 * DAY):
        found = ss.score(state, as_of=day, shops=first.events, **rules)
        assert_agree(found, first, key, day)
        assert found.to_polars().equals(first.score(key, day).to_polars())
    assert (a + b) - b == a


# -------------------------------------------------------------------------------- eligibility


def counts(result: ss.Result) -> dict[str, Fraction]:
    """What the one condition of the rules counts, by shop."""
    (check,) = result.checks
    return dict(zip(result.shops["shop_id"], check.values.fractions(), strict=True))


@pytest.mark.parametrize("ruleset", ["2025-06-30", "2026-03-16"])
def test_tmall_needs_thirty_paid_orders(ruleset: str, made: tuple[Reading, date]) -> None:
    reading, as_of = made
    for day in (as_of, as_of + DAY):  # later nobody knows
        found = reading.score(f"tmall/experience/{ruleset}", day)
        paid = tmall_paid_orders(reading.loaded, day)
        assert counts(found) == {shop: paid.get(shop, 0) for shop in reading.industries}
        for shop in found:  # no weights are known
            enough = paid.get(shop.shop_id, 0) >= 30
            assert shop.status == ("partial" if enough else "insufficient_orders")


def test_pinduoduo_needs_more_than_fifty_reviews(made: tuple[Reading, date]) -> None:
    reading, as_of = made
    for day in (as_of, as_of + DAY):  # later nobody knows
        found = reading.score("pinduoduo/service/2022", day)
        reviews = pinduoduo_reviews(reading.loaded, day)
        assert counts(found) == {shop: reviews.get(shop, 0) for shop in reading.industries}
        for shop in found:
            if reviews.get(shop.shop_id, 0) > 50:
                points = [d.points for d in shop.dimensions if d.points is not None]
                assert shop.status == ("scored" if points else "not_computable")
            else:
                assert (shop.status, shop.score) == ("insufficient_orders", None)


def rows(shop: str, count: int, as_of: date, last: int) -> Events:
    """So many paid orders and reviews on the first and last day that count, and others beyond."""
    inside = [as_of - DAY, as_of - last * DAY]
    days = [inside[number % 2] for number in range(count)]
    days += [as_of, as_of - (last + 1) * DAY, as_of - DAY]  # and one that is excluded
    cells = [{"shop_id": shop, "order_id": f"{n}"} for n in range(len(days))]
    orders = [
        {**c, "paid_at": f"{day} 00:00:00", "is_excluded": str(n == len(days) - 1).lower()}
        for n, (c, day) in enumerate(zip(cells, days, strict=True))
    ]
    reviews = [
        {**c, "review_id": f"{n}", "reviewed_at": f"{day} 23:59:59", "rating": "3"}
        for n, (c, day) in enumerate(zip(cells, days, strict=True))
    ]
    return {"orders": orders, "reviews": reviews}


@pytest.mark.parametrize(
    ("key", "last", "least", "enough"),
    [
        ("tmall/experience/2025-06-30", 30, 30, "partial"),
        ("tmall/experience/2026-03-16", 30, 30, "partial"),
        ("pinduoduo/service/2022", 90, 51, "partial"),  # most streams are missing
    ],
)
def test_at_the_border(key: str, last: int, least: int, enough: str, tmp_path: Path) -> None:
    platform, scorecard, ruleset = key.split("/")
    below, at = rows("BELOW", least - 1, AS_OF, last), rows("AT", least, AS_OF, last)
    industries = [{"shop_id": "AT", "industry": "a"}, {"shop_id": "BELOW", "industry": "b"}]
    together = {stream: below[stream] + at[stream] for stream in below}
    write_folder({**together, "shops": industries}, tmp_path)
    found = ss.score(tmp_path, platform=platform, scorecard=scorecard, ruleset=ruleset, as_of=AS_OF)
    assert counts(found) == {"AT": least, "BELOW": least - 1}
    assert {shop.shop_id: shop.status for shop in found} == {
        "AT": enough,
        "BELOW": "insufficient_orders",
    }


# ------------------------------------------------------------------------------ Tmall's bonus


@pytest.mark.parametrize("ruleset", ["2025-06-30", "2026-03-16"])
def test_tmall_bonus_is_the_mean_of_the_facts(ruleset: str, made: tuple[Reading, date]) -> None:
    """The oracle has no bonus; it is counted here."""
    reading, as_of = made
    found = reading.score(f"tmall/experience/{ruleset}", as_of).graded["bonus_points"].measured
    for place, shop in enumerate(reading.industries):
        said = [
            F(row["value"])
            for row in reading.loaded.rows["shop_facts"]
            if (text(row, "shop_id"), text(row, "name")) == (shop, "tmall_bonus")
            and isinstance(row["value"], int | F)
            and 1 <= day_number(as_of) - (whole(row, "date") or 0) // 86_400 <= 30
        ]
        assert found.n[place] == len(said)
        expected = sum(said) / len(said) if said else None
        assert found.column.fractions()[place] == expected
