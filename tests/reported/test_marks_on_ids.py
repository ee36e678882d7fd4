"""Kind B: marks on ids, so that nothing links; and what is said where nothing does."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.reading.marks import without_marks
from shopscore.reading.rows.ids import bare_ids
from support.command_line import shopscore
from support.event_rows import books, incidents, one, read, rows
from support.reported_cases import CASES, codes, metric, read_case

ID = "6921738301234567001"
MARKED = (
    f"`{ID}",
    f"'{ID}",
    f"‘{ID}",
    f'="{ID}"',
    f'"{ID}"',
    f"`{ID}`",
    f"\t{ID}\t",
    f"\u3000{ID}\u00a0",
    f"\ufeff{ID}",
    f"\u202d{ID}\u202c",
    f"\u200f{ID}\u200e",
    f"\u2060{ID}\u2064",
    f"\u2067{ID}\u2069",
    f"\u00ad{ID}\u061c",
    f"\u202a'{ID}\u200b",
    f"'\u202d{ID}\u202c",
    f"{ID}.0",
    f"{ID}.00",
    f"'{ID}.0",
    "6,921,738,301,234,567,001",
    "6，921，738，301，234，567，001",
)


class TestReported:
    @pytest.mark.parametrize("mark", ["tab", "apostrophe", "backtick"])
    def test_04(self, mark: str) -> None:
        events = read_case(f"04-backtick-before-ids/{mark}")
        assert books(events) == {"in": 6, "accepted": 6}
        assert books(events, "aftersales") == {"in": 3, "accepted": 3}
        assert metric(events, "quality_return_rate").value == pytest.approx(2 / 6)

    @pytest.mark.parametrize("folder", ["from-erp", "events"])
    def test_26(self, folder: str) -> None:
        events = read_case(f"26-float-and-marked-ids-in-canonical-files/{folder}")
        assert books(events) == {"in": 8, "accepted": 8}
        assert books(events, "reviews") == {"in": 9, "accepted": 9}
        found = metric(events, "bad_review_rate")
        assert (found.value, found.n) == (0, 4)

    def test_26_as_pandas_writes_it(self, tmp_path: Path) -> None:
        case = CASES / "26-float-and-marked-ids-in-canonical-files" / "from-erp"
        text = (case / "reviews.csv").read_text("utf-8")
        head, *lines = text.splitlines()
        assert head.endswith(",order_id")
        points = [line if line.endswith(",") else f"{line}.0" for line in lines]
        (tmp_path / "reviews.csv").write_text("\n".join([head, *points]))
        (tmp_path / "orders.csv").write_bytes((case / "orders.csv").read_bytes())
        events = ss.read_events(tmp_path, platform="douyin")
        assert books(events, "reviews") == {"in": 9, "accepted": 9}
        assert metric(events, "bad_review_rate").value == 0


class TestCanonicalIds:
    @pytest.mark.parametrize("cell", MARKED)
    def test_of_orders(self, cell: str) -> None:
        assert one(read(orders=[{"order_id": cell}]))["order_id"] == ID

    @pytest.mark.parametrize("cell", MARKED)
    @pytest.mark.parametrize(
        ("stream", "row"),
        [
            ("reviews", {"review_id": "1", "reviewed_at": "2022-06-01 10:00", "rating": "5"}),
            ("conversations", {"session_id": "1", "started_at": "2022-06-01 10:00"}),
            ("escalations", {"escalation_id": "1", "escalated_at": "2022-06-01 10:00"}),
        ],
    )
    def test_of_rows_that_name_an_order(self, stream: str, row: dict[str, str], cell: str) -> None:
        events = read(orders=[{"order_id": ID}], **{stream: [{**row, "order_id": cell}]})
        assert books(events, stream) == {"in": 1, "accepted": 1}
        assert one(events, stream)["_order"] == ID

    def test_of_every_invisible_character(self) -> None:
        every = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) == "Cf"]
        cells = pl.Series([f"{c}1001{c}" for c in every])
        assert set(without_marks(cells)) == {"1001"} == set(bare_ids(cells))

    @pytest.mark.parametrize(
        "cell",
        ["'", "`", '=""', "-", "nan", "None", "<NA>", "NULL", "NaT", "无", "暂无", "\u202d\u202c"],
    )
    def test_nothing_below_a_mark_is_nothing(self, cell: str) -> None:
        review = {"review_id": "1", "reviewed_at": "2022-06-01 10:00", "rating": "5"}
        events = read(orders=[{"order_id": ID}], reviews=[{**review, "order_id": cell}])
        assert books(events, "reviews") == {"in": 1, "accepted": 1}
        assert one(events, "reviews")["order_id"] is None

    @pytest.mark.parametrize("name", ["O'Neill", "'阳光'", "tb=123", "1,2", "a.0", "12.50"])
    def test_names_of_buyers_stay(self, name: str) -> None:
        assert one(read(orders=[{"order_id": "1", "buyer_id": name}]))["buyer_id"] == name

    def test_of_names_only_what_nobody_sees_is_taken_away(self) -> None:
        events = read(orders=[{"order_id": "1", "buyer_id": "\u202d'阳光\u202c"}])
        assert one(events)["buyer_id"] == "'阳光"

    def test_in_parquet(self, tmp_path: Path) -> None:
        frame = pl.DataFrame({"shop_id": ["S1", "'S1"], "order_id": ["'1001", "1002.0"]})
        frame.write_parquet(tmp_path / "orders.parquet")
        assert [r["order_id"] for r in rows(ss.read_events(tmp_path), "orders")] == ["1001", "1002"]

    def test_of_shops(self) -> None:
        orders = [{"shop_id": shop, "order_id": "1"} for shop in ("`88", "88", '="88"', "88.0")]
        events = read(orders=orders, shops=[{"shop_id": "'88", "industry": "food"}])
        assert events.shops["shop_id"].to_list() == ["88"]
        assert events.shops["industry"].to_list() == ["food"]

    def test_of_shops_with_names(self) -> None:
        orders = [{"shop_id": shop, "order_id": "1"} for shop in ("甲店", "甲店\u200e")]
        assert read(orders=orders).shops["shop_id"].to_list() == ["甲店"]

    def test_what_is_set_aside_stands_as_in_the_file(self) -> None:
        events = read(orders=[{"order_id": "`1001", "paid_at": "never"}])
        assert incidents(events.report.set_aside, "column", "value") == [("paid_at", "never")]


class TestFloats:
    """A dataframe's float ids have lost digits before anybody can see it."""

    @pytest.mark.parametrize("stream", ["orders", "aftersales"])
    def test_are_refused_with_the_way_out(self, stream: str) -> None:
        frame = pl.DataFrame({"shop_id": "S1", "ticket_id": "1", "order_id": [1001.0, None]})
        frame = frame.with_columns(applied_at=pl.lit("2022-06-01 10:00"), kind=pl.lit("exchange"))
        with pytest.raises(ss.InputError, match="order_id: Float64") as refused:
            ss.read_events({stream: frame})
        for way in ('dtype={"order_id": str}', '.astype("Int64").astype("string")', "VARCHAR"):
            assert way in str(refused.value)

    def test_the_way_out_of_pandas(self) -> None:
        pandas = pytest.importorskip("pandas")
        pytest.importorskip("pyarrow")
        reviews = pandas.DataFrame(
            {"shop_id": "S1", "review_id": ["1", "2"], "order_id": [1001.0, None], "rating": 5}
        )
        reviews["reviewed_at"] = "2022-06-01 10:00:00"
        reviews["order_id"] = reviews["order_id"].astype("Int64").astype("string")
        events = ss.read_events({"orders": read_orders("1001"), "reviews": reviews})
        assert [r["order_id"] for r in rows(events, "reviews")] == ["1001", None]

    def test_an_empty_column_has_none(self) -> None:
        frame = pl.DataFrame({"shop_id": ["S1"], "order_id": ["1"], "buyer_id": [float("nan")]})
        assert one(ss.read_events({"orders": frame}))["buyer_id"] is None


def read_orders(*ids: str) -> pl.DataFrame:
    return pl.DataFrame({"shop_id": "S1", "order_id": list(ids)})


REVIEW = {"reviewed_at": "2022-06-10 10:00:00", "rating": "1"}


def reviews(*orders: str | None, shop: str = "S1") -> list[dict[str, Any]]:
    return [
        {**REVIEW, "shop_id": shop, "review_id": f"r{i}", "order_id": id}
        for i, id in enumerate(orders)
    ]


class TestNoLinks:
    """Orders are there, rows name orders, and none is found: told in books, pages and results."""

    def test_is_told_with_an_id_of_each_side(self) -> None:
        events = read(orders=[{"order_id": "DY-1001"}], reviews=reviews("1001", "1002"))
        assert codes(events) == ["no_links"]
        (notice,) = [n for n in events.report.notices if n.code == "no_links"]
        assert (notice.stream, notice.shops, notice.shop_ids) == ("reviews", 1, ("S1",))
        assert "2 rows" in str(notice)
        assert "'1001' here" in str(notice)
        assert "'DY-1001' there" in str(notice)
        assert "1001" in notice.text("zh")
        assert "找不到" in notice.text("zh")

    def test_in_the_result_with_the_metrics(self) -> None:
        events = read(
            orders=[{"order_id": "DY-1001", "paid_at": "2022-06-01 10:00"}],
            reviews=reviews("1001", "1002"),
        )
        result = ss.score(events, platform="douyin", as_of="2022-07-01")
        (notice,) = [n for n in result.notices if n.code == "no_links"]
        assert set(notice.metrics) == {"bad_review_rate", "service_good_review_rate"}
        assert [n["code"] for n in result.to_dict()["notices"]].count("no_links") == 1

    def test_not_told_where_one_is_found(self) -> None:
        events = read(orders=[{"order_id": "1"}], reviews=reviews("1", "2", "3"))
        assert (codes(events), books(events, "reviews")["unlinked"]) == ([], 2)

    def test_not_told_without_orders(self) -> None:
        assert codes(read(reviews=reviews("1", "2"))) == []
        no_orders = pl.DataFrame(schema={"shop_id": pl.String, "order_id": pl.String})
        assert codes(read(orders=no_orders, reviews=reviews("1", "2"))) == []

    def test_told_of_one_row(self) -> None:
        events = read(orders=[{"order_id": "DD1001"}], reviews=reviews("1001", None))
        (notice,) = [n for n in events.report.notices if n.code == "no_links"]
        assert str(notice).startswith("reviews: 1 row names an order, which is not among")
        assert "找不到" in notice.text("zh")

    def test_told_of_one_row_of_a_shop_without_orders(self) -> None:
        events = read(orders=[{"order_id": "1"}], reviews=reviews("1", shop="S9"))
        (notice,) = [n for n in events.report.notices if n.code == "no_links"]
        assert str(notice).startswith("reviews: 1 row names an order, and its shop has none")
        assert "没有" in notice.text("zh")

    def test_not_told_of_one_row_beside_another_shop(self) -> None:
        """It may name an order that is older than the file."""
        orders = [{"shop_id": s, "order_id": "1"} for s in ("A", "B")]
        lost = [{**reviews("2", shop="B")[0], "review_id": "b"}]
        events = read(orders=orders, reviews=[*reviews("1", shop="A"), *lost])
        assert (codes(events), books(events, "reviews")["unlinked"]) == ([], 1)

    def test_told_of_one_row_in_each_of_two_shops(self) -> None:
        orders = [{"shop_id": s, "order_id": "1"} for s in ("A", "B")]
        lost = [{**reviews("2", shop=s)[0], "review_id": s} for s in ("A", "B")]
        (notice,) = [
            n for n in read(orders=orders, reviews=lost).report.notices if n.stream == "reviews"
        ]
        assert notice.shop_ids == ("A", "B")

    def test_not_told_where_no_row_names_one(self) -> None:
        assert codes(read(orders=[{"order_id": "1"}], reviews=reviews(None, "", "-"))) == []

    def test_of_another_shop(self) -> None:
        """The orders are all of a shop that the reviews do not know: their shop ids differ."""
        events = read(
            orders=[{"shop_id": "店1", "order_id": "1"}], reviews=reviews("1", "1", shop="S9")
        )
        (notice,) = [n for n in events.report.notices if n.code == "no_links"]
        assert notice.shop_ids == ("S9",)
        assert "'S9' here and '店1' in orders" in str(notice)

    def test_one_shop_of_two(self) -> None:
        """Two rows of a shop, none found, while those of the other shop are."""
        orders = [{"shop_id": s, "order_id": f"{i}"} for s in ("A", "B") for i in range(5)]
        lost = [{**r, "review_id": f"b{i}"} for i, r in enumerate(reviews(*["x9"] * 2, shop="B"))]
        events = read(orders=orders, reviews=[*reviews("1", shop="A"), *lost])
        (notice,) = [n for n in events.report.notices if n.code == "no_links"]
        assert (notice.shops, notice.shop_ids) == (1, ("B",))

    def test_on_the_pages(self, tmp_path: Path) -> None:
        (tmp_path / "orders.csv").write_text("shop_id,order_id\nS1,DY-1\n")
        (tmp_path / "reviews.csv").write_text(
            "shop_id,review_id,reviewed_at,rating,order_id\n"
            "S1,1,2022-06-01 10:00,5,1\nS1,2,2022-06-01 10:00,5,2\n"
        )
        said = "2 rows name orders, and none of these is among the orders of their shops"
        shown = shopscore("validate", tmp_path, "--platform", "douyin").done().out
        assert said in " ".join(shown.split())
        assert said in " ".join(
            shopscore("inspect", tmp_path, "--platform", "douyin").done().out.split()
        )
        scored = shopscore(
            "score", tmp_path, "--platform", "douyin", "--as-of", "2022-07-01"
        ).done()
        assert " ".join(scored.out.split()).count(said) == 1
        assert said not in scored.err
