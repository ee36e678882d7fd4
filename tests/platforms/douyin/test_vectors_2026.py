"""What the page of Douyin's rules of 2026 says in numbers, through the public interface."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from oracle.douyin_2026 import COLUMNS, LISTED, METRICS, service_weight_rows, shown
from shopscore.plugins.bound_rules import BoundRuleSet
from support.command_line import plugins, shopscore
from support.json_schemas import valid

F = Fraction
DOUYIN = ss.platform("douyin")
SETS = ("2026-01-15", "2026-05-07", "2026-07-14", "2026-09-08")


# ------------------------------------------------------------------------------------- spans


@pytest.mark.parametrize(
    ("day", "version"),
    [
        ("2026-01-15", "2026-01-15"), ("2026-05-06", "2026-01-15"), ("2026-05-07", "2026-05-07"),
        ("2026-07-13", "2026-05-07"), ("2026-07-14", "2026-07-14"), ("2026-09-07", "2026-07-14"),
        ("2026-09-08", "2026-09-08"), ("2030-01-01", "2026-09-08"),
    ],
)  # fmt: skip
def test_a_day_selects_the_rules(day: str, version: str) -> None:
    assert DOUYIN.scorecard().at(day).version == version
    if day >= "2026-05-07":
        assert DOUYIN.scorecard("global").at(day).version == version


@pytest.mark.parametrize("day", ["2023-01-01", "2026-01-14"])
def test_days_that_nothing_covers(day: str) -> None:
    with pytest.raises(ss.CoverageError, match="no rule set is in force"):
        DOUYIN.scorecard().at(day)


def test_a_sample_of_today(tmp_path: Path) -> None:
    """A sample that ends yesterday is scored by the newest rules, and shows what they measure."""
    yesterday = date.today() - timedelta(days=1)
    folder = tmp_path / "events"
    shopscore("sample", folder, "-p", "douyin", "--end", yesterday, "--orders", "900").done()
    answer = shopscore("score", folder, "-p", "douyin", "-f", "json").done()
    valid("score", answer.document)
    assert answer.document["ruleset"] == "2026-09-08"
    for name in (n for names in METRICS["2026-09-08"].values() for n in names):
        cells = [next(m for m in s["metrics"] if m["id"] == name) for s in answer.document["shops"]]
        assert any(cell["value"] is not None for cell in cells)
        assert {cell["status"] for cell in cells} <= {"missing_number", "no_data"}
    told = shopscore("score", folder, "-p", "douyin").done().out
    assert "douyin/experience/2026-09-08" in "".join(told.split())


# ----------------------------------------------------------------------------------- weights


def weights_of(version: str, industry: str, shop_type: str | None) -> dict[str, F | None]:
    """What the metrics of service weigh within it, for one shop."""
    from shopscore.grading.variants import by_variant

    card = DOUYIN.scorecard()
    rules = BoundRuleSet.bind(DOUYIN, card, card.ruleset(version))
    (variant,) = (
        v
        for v in by_variant(
            rules.exact, pl.Series([industry]), pl.Series([shop_type], dtype=pl.String)
        )
        if v.rows.any()
    )
    return {name: variant.entry(name).weight for name in METRICS[version]["service"]}


@pytest.mark.parametrize("version", SETS[:3])
def test_every_row_of_the_table_of_weights(version: str) -> None:
    rows = service_weight_rows()
    assert len(rows) == 101
    for row in rows:
        expected = {name: F(row[column]) for name, column in COLUMNS[version].items()}
        assert sum(expected.values()) == 100
        types: tuple[str | None, ...] = ("flagship",)
        if row["shop_type"] != "旗舰":
            types = (
                "specialty",
                "franchise",
                "enterprise",
                "individual_business",
                "personal",
                None,
            )
        if row["shop_type"] == "通用":
            types = (*types, "flagship")
        for shop_type in types:
            assert weights_of(version, row["industry"], shop_type) == expected, row


@pytest.mark.parametrize("industry", ["女装 ", "apparel", "unknown", ""])
def test_an_industry_without_a_row_is_not_another_one(industry: str) -> None:
    assert set(weights_of("2026-07-14", industry, "flagship").values()) == {None}


# ----------------------------------------------------------------------------------- display


@pytest.mark.parametrize("version", SETS)
def test_the_21_levels_of_the_display_table(version: str) -> None:
    ruleset = DOUYIN.scorecard().ruleset(version)
    from shopscore.composing.displays import figures
    from shopscore.exact.columns import ExactColumn
    from shopscore.rules.exact_rules import exact_rules

    five, stars = exact_rules(ruleset).displays
    assert (five.id, stars.id) == ("five_point", "stars")
    least = 0 if version == "2026-09-08" else 50
    totals = list(range(least, 101))
    column = ExactColumn.of([F(total) for total in totals])
    found = zip(
        figures(five.steps, column).fractions(),
        figures(stars.steps, column).fractions(),
        strict=True,
    )
    assert list(found) == [shown(total) for total in totals]
    assert {shown(total)[0] for total in totals} == {F(30 + n, 10) for n in range(21)}


@pytest.mark.parametrize(
    ("total", "five", "stars"),
    [
        (100, "5", "5"), (97, "5", "5"), (96, "4.9", "5"), (93, "4.9", "5"), (89, "4.8", "5"),
        (88, "4.7", "4.5"), (81, "4.6", "4.5"), (77, "4.5", "4.5"), (76, "4.4", "4"),
        (69, "4.3", "4"), (65, "4.2", "4"), (64, "4.1", "4"), (61, "4.1", "4"), (60, "4.0", "4"),
        (59, "3.9", "3.5"), (55, "3.5", "3.5"), (54, "3.4", "3"), (51, "3.1", "3"), (50, "3", "3"),
    ],
)  # fmt: skip
def test_rows_of_the_display_table(total: int, five: str, stars: str) -> None:
    assert shown(total) == (F(five), F(stars))


# ----------------------------------------------------------------------------- small numbers


def orders_of(shop: str, count: int, day: date, signed: int = 0) -> list[dict[str, Any]]:
    """Orders that were paid on the first and the last day of a window, and some signed orders."""
    return [
        {
            "shop_id": shop,
            "order_id": f"{shop}{n}",
            "paid_at": f"{day - timedelta(days=1 if n % 2 else 30)} 10:00:00",
            "signed_at": f"{day - timedelta(days=1)} 12:00:00" if n < signed else None,
        }
        for n in range(count)
    ]


@pytest.mark.parametrize("bad", [3, 4])
@pytest.mark.parametrize("orders", [299, 300, 499, 500])
def test_points_are_set_to_80(orders: int, bad: int) -> None:
    """Of a listed industry, a flagship shop and any other; 100 points become 80 as 50 do."""
    day = date(2026, 8, 1)
    kinds = {
        "listed": ("家电", "enterprise"),
        "flagship": ("女装", "flagship"),
        "other": ("女装", None),
    }
    shops = [
        {"shop_id": id, "industry": industry, "shop_type": kind}
        for id, (industry, kind) in kinds.items()
    ]
    rows = [row for id in kinds for row in orders_of(id, orders, day, signed=100)]
    tickets = [
        {
            "shop_id": id, "ticket_id": f"{id}{n}", "order_id": f"{id}{n}", "kind": "refund_only",
            "reason": "quality", "applied_at": f"{day - timedelta(days=1)} 12:00:00",
        }
        for id in kinds
        for n in range(bad)
    ]  # fmt: skip
    events = {
        "shops": pl.DataFrame(shops),
        "orders": pl.DataFrame(rows),
        "aftersales": pl.DataFrame(tickets),
    }
    for bound, points in (("0.5", 100), ("0.001", 50)):
        scorers = {"quality_return_rate": {"bands": [[float(bound), 100]]}}
        result = ss.score(events, platform="douyin", as_of=day, numbers={"scorers": scorers})
        for id in kinds:
            few = bad <= 3 and orders < (500 if id == "other" else 300)
            metric = result[id]["quality_return_rate"]
            assert metric.value == bad / 100
            assert metric.points == (80 if few else points)
            assert (metric.reason is not None) == (few or metric.status != "ok")


def test_rated_sessions_count_whatever_the_orders(tmp_path: Path) -> None:
    day = date(2026, 8, 1)
    sessions = [
        {
            "shop_id": shop, "session_id": f"{shop}{n}", "satisfaction": 5 if n < rated else None,
            "started_at": f"{day - timedelta(days=1 if n % 2 else 30)} 10:00:00",
        }
        for shop, rated in (("few", 3), ("more", 4))
        for n in range(6)
    ]  # fmt: skip
    rows = [row for id in ("few", "more") for row in orders_of(id, 600, day)]
    events = {"orders": pl.DataFrame(rows), "conversations": pl.DataFrame(sessions)}
    numbers = {"scorers": {"im_dissatisfaction_rate": {"bands": [[0.5, 100]]}}}
    result = ss.score(events, platform="douyin", as_of=day, numbers=numbers)
    points = {shop.shop_id: shop["im_dissatisfaction_rate"].points for shop in result}
    assert points == {"few": 80, "more": 100}


def test_september_has_the_rule_switched_off() -> None:
    day = date(2026, 10, 1)
    rows = orders_of("S", 40, day, signed=40)
    tickets = [
        {
            "shop_id": "S",
            "ticket_id": "1",
            "order_id": "S0",
            "kind": "exchange",
            "reason": "size",
            "applied_at": "2026-09-30 10:00:00",
        }
    ]
    events = {"orders": pl.DataFrame(rows), "aftersales": pl.DataFrame(tickets)}
    for on, points in ((False, None), (True, 80)):
        assume = {"douyin.2026-09-08.small_sample_rule": on}
        result = ss.score(events, platform="douyin", as_of=day, assume=assume)
        assert result["S"]["quality_return_rate"].points == points


def test_nobody_can_tell_without_the_number_of_orders() -> None:
    """A value alone: its points are 100 by the table, or 80 by the rule of small numbers."""
    table = pl.DataFrame(
        {"shop_id": ["S"], "metric": ["quality_return_rate"], "value": ["0.01"], "n": [100]}
    )
    numbers = {
        "dimensions": [
            {
                "id": "goods",
                "metrics": [
                    {"id": "goods_rating", "weight": 0},
                    {"id": "quality_return_rate", "weight": 1},
                ],
            }
        ],
        "scorers": {
            "quality_return_rate": {"bands": [[0.02, 100]]},
            "goods_rating": {"bands": [[4, 100]]},
        },
    }
    rules: dict[str, Any] = {
        "platform": "douyin",
        "ruleset": "2026-07-14",
        "as_of": "2026-08-01",
        "numbers": numbers,
    }
    metric = ss.score_values(table, **rules)["S"]["quality_return_rate"]
    assert (metric.points, metric.status) == (None, "no_data")
    assert "whether points are set to 80 is open" in str(metric.reason)
    more = pl.concat(
        [
            table,
            pl.DataFrame({"shop_id": ["S"], "metric": ["paid_orders"], "value": ["800"], "n": [1]}),
        ],
        how="diagonal",
    )
    assert ss.score_values(more, **rules)["S"]["quality_return_rate"].points == 100
    supplied = table.with_columns(points=pl.lit("90"))
    assert ss.score_values(supplied, **rules)["S"]["quality_return_rate"].points == 90


# --------------------------------------------------------------------------------- the rest


def test_remote_areas_raise_logistics_up_to_100() -> None:
    rows = [
        (shop, metric, value, 900)
        for shop, orders in (("none", 0), ("one", 1), ("many", 9))
        for metric, value in (
            ("paid_orders", 900), ("pickup_time_score", 98), ("delivery_reach_rate", 1),
            ("logistics_return_rate", 0.005), ("remote_area_orders", orders),
        )
    ]  # fmt: skip
    table = pl.DataFrame(
        [tuple(map(str, row)) for row in rows],
        schema=["shop_id", "metric", "value", "n"],
        orient="row",
    )
    metrics = [{"id": n, "weight": 1} for n in METRICS["2026-07-14"]["logistics"]]
    bands = {"delivery_reach_rate": [[0.9, 100]], "logistics_return_rate": [[0.01, 100]]}
    numbers: Mapping[str, Any] = {
        "dimensions": [{"id": "logistics", "metrics": metrics}],
        "scorers": {name: {"bands": pairs} for name, pairs in bands.items()},
    }
    result = ss.score_values(
        table, platform="douyin", ruleset="2026-07-14", as_of="2026-08-01", numbers=numbers
    )
    points = {shop.shop_id: shop.dimension("logistics").points for shop in result}
    assert points["one"] == points["many"] == 100
    assert points["none"] == pytest.approx(98 / 3 + 200 / 3)


def test_points_of_dimensions_from_the_console_of_each_shop() -> None:
    """From 2026-09-08 on a row of a dimension in a table of values is what the console shows."""
    others = [
        (name, "0") for name in (
            "next_day_share", "return_insurance_days", "return_insured_orders",
            "bulky_return_insurance_days", "bulky_return_insured_orders", "door_installation_share",
            "door_installation_orders", "abnormal_return_address_cases", "refuse_invoice_cases",
            "fake_trade_cases", "false_advertising_cases", "fraudulent_shipping_cases",
            "brand_confusion_cases",
        )
    ]  # fmt: skip
    consoles = {"A": (69, 99, 85), "B": (100, 50, None)}
    rows = [
        (shop, metric, value)
        for shop, points in consoles.items()
        for metric, value in (
            ("paid_orders", "100"), *others,
            *((d, str(p)) for d, p in zip(("goods", "logistics", "service"), points, strict=True) if p),
        )
    ]  # fmt: skip
    table = pl.DataFrame(rows, schema=["shop_id", "metric", "value"], orient="row").with_columns(
        n=pl.lit(1)
    )
    weights = {"goods": 0.5, "logistics": 0.2, "service": 0.3}
    numbers = {"dimensions": [{"id": id, "weight": w} for id, w in weights.items()]}
    result = ss.score_values(
        table, platform="douyin", ruleset="2026-09-08", as_of="2026-10-01", numbers=numbers
    )
    a, b = result["A"], result["B"]
    assert (a.status, a.score_exact, a.score) == ("scored", str(F(69, 2) + F(99, 5) + F(51, 2)), 80)
    assert a.shown == {"five_point": 4.5, "stars": 4.5}
    assert [d.points for d in b.dimensions] == [100, 50, None]
    assert (b.status, b.score, b.coverage) == ("partial", None, 0.7)
    assert (b.score_low, b.score_high) == (50 + 10 + 15, 50 + 10 + 30)


def test_the_template_names_every_number_and_where_it_stands() -> None:
    for version in SETS:
        ruleset = DOUYIN.scorecard().ruleset(version)
        answer = plugins("numbers", "douyin", "--ruleset", version).done()
        for missing in BoundRuleSet.bind(DOUYIN, DOUYIN.scorecard(), ruleset).missing_numbers:
            *_, name = missing.number.split(".", 1)
            assert name.split(".")[-1] in answer.out or name in answer.out
            assert missing.reason in answer.out
        assert answer.out.count("experience score (商家体验分)") > 5
        chinese = plugins("numbers", "douyin", "--ruleset", version, "--lang", "zh").done().out
        assert chinese.count("在抖店后台的“商家体验分”页可以看到") > 5


def test_numbers_by_type_of_shop(tmp_path: Path) -> None:
    """Other tables of points for flagship shops: a file of its own."""
    day = date(2026, 8, 1)
    rows = [row for id in ("flag", "other") for row in orders_of(id, 600, day, signed=600)]
    reviews = [
        {
            "shop_id": id,
            "review_id": f"{id}{n}",
            "order_id": f"{id}{n}",
            "rating": 4,
            "reviewed_at": "2026-07-31 10:00:00",
        }
        for id in ("flag", "other")
        for n in range(9)
    ]
    shops = pl.DataFrame(
        {"shop_id": ["flag", "other"], "industry": ["女装"] * 2, "shop_type": ["flagship", None]}
    )
    events = {"shops": shops, "orders": pl.DataFrame(rows), "reviews": pl.DataFrame(reviews)}
    for name, group, points in (("all", "", 90), ("flag", 'shop_types = ["flagship"]\n', 70)):
        text = f"{group}[scorers.goods_rating]\nbands = [[3, {points}]]\n"
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    files = [tmp_path / "all.toml", tmp_path / "flag.toml"]
    assume = {"douyin.2026-07-14.missing.policy": "require"}
    result = ss.score(events, platform="douyin", as_of=day, numbers=files, assume=assume)
    assert {s.shop_id: s["goods_rating"].points for s in result} == {"flag": 70, "other": 90}
    assert [used.shop_types for used in result.rules.numbers_used] == [(), ("flagship",)]


def test_listed_industries_are_22() -> None:
    assert len(LISTED) == len(set(LISTED)) == 22
    (few,) = (c for c in DOUYIN.scorecard().ruleset("2026-07-14").criteria if c.id == "few_orders")
    listed = next(group for group, _ in few.condition.elsewhere if group.industries)
    assert listed.industries == set(LISTED)
