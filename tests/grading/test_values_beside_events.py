"""Values beside events: which of the two counts, where each number is from, and what is compared."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.testing.toy import PLATFORM
from support.typed_tables import with_nothing_else

AS_OF = "2025-06-30"
NAMES = ("shop_id", "metric", "value", "n", "percentile", "points", "industry")


def orders(**paid: int) -> pl.DataFrame:
    """So many paid orders of each shop, one a day from 2025-04-02 on."""
    rows = [(shop, f"{shop}{i}") for shop, many in paid.items() for i in range(many)]
    days = [f"2025-{4 + (i + 1) // 30:02}-{(i + 1) % 30 + 1:02} 12:00:00" for _, many in paid.items()
            for i in range(many)]  # fmt: skip
    return pl.DataFrame(rows, schema=["shop_id", "order_id"], orient="row").with_columns(
        paid_at=pl.Series(days, dtype=pl.String)
    )


def rows(*cells: tuple[Any, ...]) -> pl.DataFrame:
    full = [[*map(str, row), *[""] * (len(NAMES) - len(row))] for row in cells]
    return pl.DataFrame(full, schema=dict.fromkeys(NAMES, pl.String), orient="row")


def complete(*cells: tuple[Any, ...]) -> pl.DataFrame:
    """The same, of a console that shows nothing else of these shops."""
    return with_nothing_else(rows(*cells), "bad_reviews", "pickup_hours", "fast_replies")


def reviews(**ratings: list[int]) -> pl.DataFrame:
    cells = [(shop, f"{shop}{i}", r) for shop, own in ratings.items() for i, r in enumerate(own)]
    table = pl.DataFrame(cells, schema=["shop_id", "review_id", "rating"], orient="row")
    return table.with_columns(
        reviewed_at=pl.lit("2025-06-20 12:00:00"), order_id=pl.lit(""), is_first=pl.lit("true")
    )


def scored(events: dict[str, pl.DataFrame], values: Any, **options: Any) -> ss.Result:
    return ss.score(events, platform=PLATFORM, as_of=AS_OF, values=values, **options)


EVENTS = {"reviews": reviews(A=[1, 5, 5, 5], B=[5, 5, 5, 5]), "orders": orders(A=90, B=90)}


def of(result: ss.Result, shop: str, metric: str = "bad_reviews") -> tuple[Any, ...]:
    found = result[shop][metric]
    return found.value, found.n, found.source


def test_events_go_first_and_values_stand_in() -> None:
    values = rows(("A", "bad_reviews", "0.5", 10), ("A", "fast_replies", "97%"))
    result = scored(EVENTS, values)
    assert of(result, "A") == (0.25, 4, "events")
    assert of(result, "A", "fast_replies") == (0.97, None, "values")
    assert of(result, "B", "fast_replies") == (None, 0, None)
    assert result["B"]["fast_replies"].status == "no_data"


def test_values_may_go_first() -> None:
    result = scored(EVENTS, rows(("A", "bad_reviews", "0.5", 10)), prefer="values")
    assert of(result, "A") == (0.5, 10, "values")
    assert of(result, "B") == (0.0, 4, "events")
    with pytest.raises(ss.UsageError, match="prefer='value'; did you mean values"):
        scored(EVENTS, rows(("A", "bad_reviews", "0.5")), prefer="value")


def test_both_are_ranked_together() -> None:
    """A has 25 % and C 10 %, B none: percentiles 0, 1/2 and 1."""
    result = scored(EVENTS, rows(("C", "bad_reviews", "10%")))
    assert {s.shop_id: s["bad_reviews"].percentile for s in result} == {
        "A": 0.0,
        "B": 1.0,
        "C": 0.5,
    }
    (notice,) = [n for n in result.notices if n.code == "values_without_events"]
    assert (notice.shops, notice.shop_ids) == (1, ("C",))


def test_nothing_changes_for_shops_that_are_not_named() -> None:
    without = ss.score(EVENTS, platform=PLATFORM, as_of=AS_OF)
    result = scored(EVENTS, rows(("A", "pickup_hours", "20 h", 5)))
    assert (
        result["B"].to_dict()["metrics"][0].items()
        >= {k: v for k, v in without["B"].to_dict()["metrics"][0].items() if k != "reason"}.items()
    )


def test_a_percentile_fills_where_there_are_no_peers() -> None:
    alone = {"reviews": reviews(A=[1, 5, 5, 5]), "orders": orders(A=90)}
    values = rows(("A", "bad_reviews", "", "", "78%"))
    assert ss.score(alone, platform=PLATFORM, as_of=AS_OF)["A"]["bad_reviews"].status == "no_peers"
    found = scored(alone, values)["A"]["bad_reviews"]
    assert (found.value, found.source) == (0.25, "events")
    assert (found.percentile, found.percentile_source, found.points_source) == (
        0.78,
        "values",
        "rules",
    )
    among = scored(EVENTS, values)["A"]["bad_reviews"]
    assert (among.percentile, among.percentile_source) == (0.0, "peers")
    first = scored(EVENTS, values, prefer="values")["A"]["bad_reviews"]
    assert (first.percentile, first.percentile_source) == (0.78, "values")


def test_points_fill_where_none_can_be_computed() -> None:
    values = rows(("A", "bad_reviews", "", "", "", "4.5"), ("A", "pickup_hours", "", "", "", "4"))
    for prefer, expected in (("events", (0.0, "rules")), ("values", (4.5, "values"))):
        result = scored(EVENTS, values, prefer=prefer)
        found = result["A"]["bad_reviews"]
        assert (found.source, found.points_source) == ("events", expected[1])
        assert (found.points == 4.5) == (prefer == "values")
        only = result["A"]["pickup_hours"]
        assert (only.value, only.points, only.source, only.points_source) == (
            None, 4.0, "values", "values",
        )  # fmt: skip


def test_a_table_of_benchmarks_goes_before_a_percentile_that_only_fills() -> None:
    table = ss.Benchmark.from_rows([("*", "差评率", "0", "100%"), ("*", "差评率", "1", "0%")])
    found = scored(EVENTS, rows(("A", "bad_reviews", "", "", "0.1")), benchmarks=table)["A"]
    assert found["bad_reviews"].percentile == 0.75
    assert found["bad_reviews"].percentile_source == "benchmarks"


def test_columns_and_documents_say_where_from() -> None:
    result = scored(EVENTS, rows(("A", "fast_replies", "97%")))
    frame = result.to_polars()
    assert frame["bad_reviews.source"].to_list() == ["events", "events"]
    assert frame["fast_replies.source"].to_list() == ["values", None]
    assert frame["fast_replies.n"].to_list() == [None, 0]
    shop = json.loads(result.to_json())["shops"][0]
    assert {m["id"]: m["source"] for m in shop["metrics"]}["fast_replies"] == "values"
    plain = ss.score(EVENTS, platform=PLATFORM, as_of=AS_OF)
    assert plain["A"]["bad_reviews"].source == "events"
    assert not any(name.endswith("_source") for name in plain.to_polars().columns)


def test_an_industry_of_the_table_fills_and_never_contradicts() -> None:
    shops = pl.DataFrame({"shop_id": ["A"], "industry": ["food"]})
    fills = rows(("B", "fast_replies", "1", "", "", "", "toys"))
    result = scored({**EVENTS, "shops": shops}, fills)
    assert [s.industry for s in result] == ["food", "toys"]
    other = rows(("A", "fast_replies", "1", "", "", "", "toys"))
    with pytest.raises(ss.InputError, match="values, row 1, column industry: shop A has two"):
        scored({**EVENTS, "shops": shops}, other)


def test_a_state_takes_values_too() -> None:
    values = rows(("A", "fast_replies", "97%"), ("C", "bad_reviews", "0.1"))
    resolved = ss.resolve(EVENTS, platform=PLATFORM, as_of=AS_OF)
    state = ss.score(ss.tally(resolved), platform=PLATFORM, as_of=AS_OF, values=values)
    events = scored(EVENTS, values)
    assert [s["metrics"] for s in state.to_dict()["shops"]] == [
        s["metrics"] for s in events.to_dict()["shops"]
    ]


# ------------------------------------------------------------------------------- eligibility


def few_orders(first: str, last: str = "2025-06-28 00:00:00") -> dict[str, pl.DataFrame]:
    table = pl.DataFrame({"shop_id": ["A"] * 2, "order_id": ["1", "2"],
                          "paid_at": [first, last]})  # fmt: skip
    return {"reviews": reviews(A=[1, 5]), "orders": table}


def eligible(result: ss.Result) -> tuple[str, list[str]]:
    return result["A"].status, [n.code for n in result.notices if n.code == "not_checked"]


def test_too_few_orders_of_all_days_are_too_few() -> None:
    """The first of the days that count is 2025-05-31."""
    values = complete(("A", "bad_reviews", "", "", "0.5"))
    full = few_orders("2025-05-31 00:00:00")
    assert eligible(scored(full, values)) == ("insufficient_orders", [])


@pytest.mark.parametrize(
    "days",
    [("2025-06-01 00:00:00",), ("2025-05-31 00:00:00", "2025-06-27 23:59:59")],
    ids=["begin later", "end earlier"],
)
def test_of_exports_that_do_not_cover_the_window_nobody_knows(days: tuple[str, ...]) -> None:
    values = complete(("A", "bad_reviews", "", "", "0.5"))
    cut = few_orders(*days)
    result = scored(cut, values)
    assert eligible(result) == ("scored", ["not_checked"])
    (notice,) = [n for n in result.notices if n.code == "not_checked"]
    assert str(notice).endswith("events do not cover its window, and there may be more")
    assert (notice.metrics, notice.shops) == (("paid_orders",), None)
    (check,) = json.loads(result.to_json())["shops"][0]["eligibility"]
    assert (check["met"], check["value"]) == (None, None)


def test_that_does_not_depend_on_values_that_are_typed_in() -> None:
    """Two orders, of which nobody knows whether they are all: not too few, with or without values."""
    for first, status, met in (("2025-05-31 00:00:00", "insufficient_orders", False),
                               ("2025-06-01 00:00:00", "partial", None)):  # fmt: skip
        given = few_orders(first)
        state = ss.tally(ss.resolve(given, platform=PLATFORM, as_of=AS_OF))
        for source in (given, state):
            result = ss.score(source, platform=PLATFORM, as_of=AS_OF)
            (check,) = json.loads(result.to_json())["shops"][0]["eligibility"]
            assert (result["A"].status, check["met"]) == (status, met)
            assert check["value"] == (2 if met is False else None)
            other = ss.score(
                source, platform=PLATFORM, as_of=AS_OF, values=rows(("B", "total", "3"))
            )
            assert other["A"].status == status
            (check, _) = (s["eligibility"][0] for s in json.loads(other.to_json())["shops"])
            assert check["met"] == met


def test_enough_orders_are_enough_wherever_they_begin() -> None:
    for count, met, value in ((9, None, None), (10, True, 10)):
        table = pl.DataFrame({"shop_id": ["A"] * count, "order_id": [str(i) for i in range(count)],
                              "paid_at": ["2025-06-01 00:00:00"] * count})  # fmt: skip
        result = ss.score({"orders": table}, platform=PLATFORM, as_of=AS_OF)
        (check,) = json.loads(result.to_json())["shops"][0]["eligibility"]
        assert (check["met"], check["value"]) == (met, value)


@pytest.mark.parametrize("prefer", ["events", "values"])
@pytest.mark.parametrize(("count", "status"), [("2000", "scored"), ("1", "insufficient_orders")])
def test_a_number_of_orders_that_was_typed_in_decides(count: str, status: str, prefer: Any) -> None:
    values = complete(("A", "bad_reviews", "", "", "0.5"), ("A", "支付订单数", count))
    result = scored(few_orders("2025-06-01 00:00:00"), values, prefer=prefer)
    assert eligible(result) == (status, [])
    assert result["A"]["paid_orders"].source == "values"


def test_a_number_of_orders_of_all_days_goes_before_one_typed_in() -> None:
    values = complete(("A", "bad_reviews", "", "", "0.5"), ("A", "paid_orders", "2000"))
    full = few_orders("2025-05-31 00:00:00")
    assert eligible(scored(full, values)) == ("insufficient_orders", [])
    assert eligible(scored(full, values, prefer="values")) == ("scored", [])


def test_of_shops_without_events_nobody_knows_either() -> None:
    result = scored(EVENTS, complete(("C", "bad_reviews", "10%")))
    assert result["C"].status == "scored"
    (notice,) = [n for n in result.notices if n.code == "not_checked"]
    assert str(notice).endswith("no events, and no value typed in")
    assert notice.shop_ids == ("C",)


# ---------------------------------------------------------------------------------- the console


def test_what_a_console_shows_is_compared() -> None:
    plain = scored(EVENTS, complete(("A", "bad_reviews"), ("B", "bad_reviews")))
    id = plain["A"].dimensions[0].id
    values = complete(("A", id, "", "", "", "4.5"), ("A", "总分", "4.25"), ("B", "total", "5"))
    result = scored(EVENTS, values)
    shop = result["A"]
    assert (shop.score, shop.console) == (plain["A"].score, 4.25)
    assert shop.console_difference == pytest.approx(shop.score - 4.25, abs=1e-12)
    dimension = shop.dimension(id)
    assert dimension.console == 4.5
    assert dimension.console_difference == pytest.approx(dimension.points - 4.5, abs=1e-12)
    frame = result.to_polars()
    assert frame["console"].to_list() == [4.25, 5.0]
    assert frame[f"{id}.console"].to_list() == [4.5, None]
    document = json.loads(result.to_json())["shops"]
    assert [s["console"] for s in document] == [4.25, 5.0]
    (notice,) = [n for n in result.notices if n.code == "console_differs"]
    assert "A" in notice.shop_ids
    assert "console" not in plain.to_polars().columns
    assert plain["A"].console is None


def test_a_console_that_shows_the_same_is_not_worth_a_notice() -> None:
    plain = scored(EVENTS, complete(("A", "bad_reviews")))
    result = scored(EVENTS, complete(("A", "total", plain["A"].score)))
    assert [n for n in result.notices if n.code == "console_differs"] == []
    assert result["A"].console_difference == 0


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("A", "total", "6"), "column value: '6' is not within the scale"),
        (("A", "total", "4", "", "", "5"), "leave one of them empty"),
    ],
)
def test_what_no_console_can_show(row: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ss.InputError, match=words):
        scored(EVENTS, rows(row))


# ------------------------------------------------------------- numbers of rows, and who needs them


RATINGS = {
    "reviews": pl.DataFrame({
        "shop_id": ["A"] * 3 + ["B"], "review_id": list("1234"), "rating": [5] * 4, "order_id": [""] * 4,
        "service_rating": [5, 4, 4, 3], "reviewed_at": ["2024-06-20 12:00:00"] * 4,
    }),
}  # fmt: skip


POOLED = {"platform": "tmall", "scorecard": "dsr", "as_of": "2024-06-30",
          "assume": {"comparison.mean": "pooled"}}  # fmt: skip


def ratings(values: Any, **options: Any) -> ss.Result:
    return ss.score(RATINGS, values=values, **{**POOLED, **options})


def test_an_industry_mean_is_over_rows_of_both() -> None:
    """A has 13 stars in 3 rows and B 3 in one, C 4.5 in six: (13 + 3 + 27)/10 = 4.3."""
    found = ratings(rows(("C", "dsr_service", "4.5", 6)))
    assert {s.shop_id: s["dsr_service"].industry_mean for s in found} == dict.fromkeys("ABC", 4.3)
    assert [n.code for n in found.notices if n.code == "rows_unknown"] == []


@pytest.mark.parametrize("shops", ["C", "CD"])
def test_an_industry_mean_leaves_out_what_tells_no_rows(shops: str) -> None:
    """(13 + 3)/4 = 4; those who are left out are compared with it all the same."""
    found = ratings(rows(*((shop, "dsr_service", "4.5") for shop in shops)))
    assert {s["dsr_service"].industry_mean for s in found} == {4.0}
    assert found["C"]["dsr_service"].direction == "higher"
    (notice,) = [n for n in found.notices if n.code == "rows_unknown"]
    assert (notice.metrics, notice.shop_ids) == (("dsr_service",), tuple(shops))


def test_a_mean_of_shops_needs_no_rows() -> None:
    """(13/3 + 3 + 5)/3 = 37/9."""
    found = ratings(rows(("C", "dsr_service", "5")), assume={})
    assert found["A"]["dsr_service"].industry_mean == pytest.approx(37 / 9)
    assert [n.code for n in found.notices if n.code == "rows_unknown"] == []


def test_of_values_alone_without_rows_there_is_no_mean() -> None:
    values = rows(("C", "dsr_service", "4.5"), ("D", "dsr_service", "4.7"))
    result = ss.score_values(values, **POOLED)
    assert [s["dsr_service"].industry_mean for s in result] == [None, None]
    assert [n.code for n in result.notices if n.code == "rows_unknown"] == ["rows_unknown"]


@pytest.mark.parametrize("typed", [1, 7])
def test_newer_days_that_weigh_more_cannot_be_pooled_with_rows(typed: int) -> None:
    """Of Tmall's own score, with a half life: the mean is that of the events alone."""
    events = {"reviews": pl.DataFrame({
        "shop_id": ["A", "A", "B"], "review_id": list("123"), "rating": [5, 1, 1], "order_id": [""] * 3,
        "reviewed_at": ["2025-06-01 12:00:00", "2025-06-20 12:00:00", "2025-06-20 12:00:00"],
    })}  # fmt: skip
    values = rows(("C", "bad_reviews", "0.25", typed))
    options = {"platform": PLATFORM, "as_of": AS_OF, "assume": {"decay.half_life_days": 10}}
    measured = ss.score(events, values=values, **options).graded["bad_reviews"].measured
    assert measured.known.tolist() == [True, True, True]
    assert measured.averaged("pooled").tolist() == [True, True, False]
    even = ss.score(events, values=values, platform=PLATFORM, as_of=AS_OF).graded["bad_reviews"]
    assert even.measured.averaged("pooled").tolist() == [True, True, True]


@pytest.mark.parametrize(
    ("n", "known"),
    [
        ("0", False),
        ("1", True),
        (10**15, True),
        ("1,234", True),
        ("812单", True),
        ("", True),
        ("-", True),
    ],
)
def test_numbers_of_rows(n: Any, known: bool) -> None:
    result = ss.score_values(rows(("S", "bad_reviews", "0.5", n)), platform=PLATFORM, as_of=AS_OF)
    assert (result["S"]["bad_reviews"].value is not None) == known


@pytest.mark.parametrize("n", [10**15 + 1, "-1", "1.5", "many", "5%"])
def test_what_is_no_number_of_rows(n: Any) -> None:
    with pytest.raises(ss.InputError, match="row 1, column n"):
        ss.score_values(rows(("S", "bad_reviews", "0.5", n)), platform=PLATFORM, as_of=AS_OF)


def test_a_shop_of_two_industries_is_refused_with_the_line() -> None:
    table = rows(
        ("S", "bad_reviews", "0.5", "", "", "", "food"),
        ("S", "fast_replies", "0.5", "", "", "", ""),
        ("S", "pickup_hours", "5 h", "", "", "", "toys"),
    )
    with pytest.raises(
        ss.InputError, match="row 3, column industry: shop S has two industries, food"
    ):
        ss.score_values(table, platform=PLATFORM, as_of=AS_OF)


# ------------------------------------------------------------------------ columns and their sums


def test_shops_without_a_value_have_zero_in_its_place() -> None:
    """Typed in alone: A has a value, B has percentiles only."""
    values = rows(("A", "bad_reviews", "0.5", 4), ("B", "bad_reviews", "", "", "0.5"))
    result = ss.score_values(values, platform=PLATFORM, as_of=AS_OF)
    measured = result.graded["bad_reviews"].measured
    assert measured.column.known.tolist() == [True, False]
    assert measured.values.fractions() == [Fraction(1, 2), 0]


def test_shops_without_events_have_sums_of_nothing() -> None:
    """Of reviews of A one of four is bad; C has typed values only, and comes last."""
    result = scored(EVENTS, rows(("C", "bad_reviews", "10%", 10)))
    bad, every = result.graded["bad_reviews"].measured.sums
    assert [part.tolist() for part in bad] == [[1, 0, 0], [1, 0, 0]]
    assert [part.tolist() for part in every] == [[4, 4, 0], [4, 4, 0]]
