"""Flat files of Amazon, eBay and Etsy as sellers have them: read, named, and scored no further than they go."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from support.command_line import Answer, shopscore
from support.exports import amazon_flat_files, ebay_orders, etsy_orders
from support.exports.export_files import as_text, read, rows_of
from support.exports.faithful_export import Faithful, Row
from support.json_schemas import valid

AMAZON = (
    amazon_flat_files.ALL_ORDERS,
    amazon_flat_files.UNSHIPPED,
    amazon_flat_files.RETURNS,
    amazon_flat_files.FEEDBACK,
)
AS_OF = "2026-09-15"


def report(file: Faithful, encoding: str = "utf-8") -> bytes:
    """A report as Amazon's interface gives it: cells separated by tabs, nothing quoted."""
    lines = ("\t".join(record) for record in file.records)
    return "\r\n".join([*lines, ""]).encode(encoding)


def seller_hub(file: Faithful, below: str) -> str:
    """An orders report as Seller Hub gives it: an empty line, the header, the rows, a summary."""
    return f"\n{as_text(file.records, lineterminator=chr(10))}\n{below}"


SUMMARY = "5,record(s) downloaded,from Jul-30-26 to Aug-02-26\nSeller ID : somebody\n"


def write(folder: Path, **files: bytes) -> Path:
    for name, data in files.items():
        (folder / f"{name}.txt").write_bytes(data)
    return folder


@pytest.fixture
def amazon(tmp_path: Path) -> Path:
    """All four reports of one seller under names that say nothing."""
    return write(tmp_path, **{f"{n}": report(file) for n, file in enumerate(AMAZON)})


def score(platform: str, source: object, **options: object) -> Any:
    given: dict[str, Any] = {"platform": platform, "shop_id": "S1", "as_of": AS_OF, **options}
    events = ss.read_events(source, platform=platform, shop_id=given.pop("shop_id"))  # type: ignore[arg-type]
    return ss.score(events, **given)["S1"]


def values(shop: Any) -> dict[str, tuple[object, int, str]]:
    return {m.id: (m.value, m.n, m.status) for m in shop.metrics}


def ends(shop: Any) -> tuple[object, ...]:
    """The level, and between which levels it lies."""
    return tuple(shop.levels[name] for name in ("level", "level_certain", "level_possible"))


class TestAsTheyCome:
    @pytest.mark.parametrize("file", AMAZON, ids=lambda file: file.name)
    @pytest.mark.parametrize("packed", [False, True])
    def test_tabs_without_quotes_packed_or_not(
        self, file: Faithful, packed: bool, tmp_path: Path
    ) -> None:
        data = report(file)
        path = tmp_path / ("document.gz" if packed else "document.txt")
        path.write_bytes(gzip.compress(data) if packed else data)
        events = read(path, file)
        assert rows_of(events, file) == list(file.rows)
        books = events.report.books[file.stream]
        assert books.balanced
        assert books.rows_in == len(file.cells)

    def test_letters_of_western_europe(self, tmp_path: Path) -> None:
        """Not UTF-8, and no Chinese either: nothing is garbled, and nobody is warned of it."""
        file = amazon_flat_files.ALL_ORDERS
        text = report(file).decode().replace("\tWA\t", "\tQuébec\t").replace("Hammer", "Hämmer")
        expected = [{**row, "province": _quebec(row)} for row in file.rows]
        for encoding in ("cp1252", "utf-8", "utf-8-sig", "gb18030"):
            path = tmp_path / f"{encoding}.txt"
            path.write_bytes(text.encode(encoding))
            events = read(path, file)
            if encoding != "gb18030":  # two letters are no proof of Chinese
                assert rows_of(events, file) == expected, encoding
            assert events.report.books["orders"].balanced
            assert "encoding_doubtful" not in {n.code for n in events.report.notices}

    def test_a_chinese_spreadsheet_wrote_it(self, tmp_path: Path) -> None:
        file = amazon_flat_files.ALL_ORDERS
        text = report(file).decode().replace("Hammer", "锤子").replace("\tWA\t", "\t广东\t")
        path = tmp_path / "orders.txt"
        path.write_bytes(text.encode("gb18030"))
        assert rows_of(read(path, file), file)[0]["province"] == "广东"

    def test_seller_hub_with_an_empty_line_and_a_summary(self, tmp_path: Path) -> None:
        file = ebay_orders.ORDERS
        blank = ",".join("" for _ in file.headers)
        header, *rows = file.records
        for n, text in enumerate(
            (
                seller_hub(file, SUMMARY),
                f"{blank}\n{as_text([header])}{blank}\n{as_text(rows)}\n{SUMMARY}",
            )
        ):
            path = tmp_path / f"eBay-OrdersReport-{n}.csv"
            path.write_text(text, encoding="utf-8-sig")
            events = read(path, file)
            assert rows_of(events, file) == list(file.rows)
            books = events.report.books["orders"]
            assert books.balanced
            assert books.rows_in == len(file.cells) + 2 + n
            assert books.set_aside == len(file.set_aside) + 2 + n

    @pytest.mark.parametrize("file", AMAZON, ids=lambda file: file.name)
    def test_inspect_names_it(self, file: Faithful, tmp_path: Path) -> None:
        path = write(tmp_path, x=report(file)) / "x.txt"
        found = shopscore("inspect", path, "--format", "json").done().document
        valid("inspect", found)
        (sheet,) = found["sheets"]
        assert sheet["layout"] == file.layout
        assert found["streams"][file.stream]["in"] == len(file.cells)
        assert not any(m["computable"] for m in found["metrics"])

    def test_inspect_names_the_encoding_that_it_was_read_in(self, tmp_path: Path) -> None:
        file = amazon_flat_files.ALL_ORDERS
        text = report(file).decode().replace("Hammer", "Hämmer")
        path = write(tmp_path, x=text.encode("cp1252")) / "x.txt"
        assert shopscore("inspect", path).done().out.startswith("x.txt (cp1252): taken for")

    @pytest.mark.parametrize("file", [ebay_orders.ORDERS, etsy_orders.ORDERS, etsy_orders.ITEMS])
    def test_inspect_names_those_of_ebay_and_etsy(self, file: Faithful, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        path.write_text(as_text(file.records), encoding="utf-8")
        found = shopscore("inspect", path, "--format", "json").done().document
        assert [s["layout"] for s in found["sheets"]] == [file.layout]
        counted = {"ebay": "transactions", "etsy": "orders"}[file.platform]
        assert {m["metric"] for m in found["metrics"] if m["computable"]} == {counted}


def _quebec(row: Row) -> str | None:
    return "Québec" if row["province"] == "WA" else row["province"]


#: What each metric lacks, from what is in Amazon's four files.
MISSING = {
    "order_defect_rate": "only a part of stream defects",
    "late_shipment_rate": "no column orders.shipped_at",
    "late_shipment_rate_10": "no column orders.shipped_at",
    "cancellation_rate": "no column orders.cancelled_by and orders.shipped_at",
    "valid_tracking_rate": "no column orders.tracking_valid and orders.shipped_at",
    "unit_on_time_delivery_rate": "no column orders.units_on_time and orders.delivery_due_at",
    "invoice_defect_rate": "no column orders.invoice_late",
    "policy_defects": "no stream violations",
}


class TestAmazon:
    def test_no_rate_is_made_of_what_the_files_do_not_hold(self, amazon: Path) -> None:
        shop = score("amazon", amazon)
        assert {status for _, _, status in values(shop).values()} == {"no_data"}
        reasons = {m.id: str(m.reason) for m in shop.metrics}
        assert {id: reasons[id] for id in MISSING} == MISSING
        assert {c.met for c in shop.criteria} == {None}
        assert ends(shop) == (None, "at_risk", "good")

    def test_the_command_line_says_so_too(self, amazon: Path) -> None:
        answer: Answer = shopscore(
            *("score", amazon, "--platform", "amazon", "--shop-id", "S1", "--as-of", AS_OF),
            *("--format", "json"),
        )
        document = answer.done().document
        valid("score", document)
        for stream in ("orders", "defects", "reviews"):
            books = document["load"]["streams"][stream]
            assert books["in"] == books["accepted"] + books["replaced"] + books["set_aside"]
        (shop,) = document["shops"]
        assert all(m["value"] is None for m in shop["metrics"])
        chinese = shopscore("score", amazon, "-p", "amazon", "--shop-id", "S1", "--lang", "zh")
        assert "数据流 defects 只有一部分" in chinese.done().out

    def test_of_an_order_in_two_files_the_row_that_was_updated_counts(self, tmp_path: Path) -> None:
        file = amazon_flat_files.ALL_ORDERS
        opened = report(amazon_flat_files.UNSHIPPED).decode()
        opened = opened.replace("111-0000002-0000001", "111-0000001-0000001")
        opened = opened.replace("2026-08-07T18:00:00", "2026-08-02T05:30:00")
        source = write(tmp_path, all=report(file), unshipped=opened.encode())
        orders = ss.read_events(source, platform="amazon", shop_id="S1").frames["orders"]
        found = {row["order_id"]: row for row in orders.to_dicts()}
        assert found["111-0000001-0000001"]["units"] == 3
        assert found["111-0000001-0000001"]["ship_due_at"] is None
        assert found["111-0000002-0000002"]["ship_due_at"] is not None

    def test_with_the_other_defects_at_hand_claims_are_counted(self, tmp_path: Path) -> None:
        """Three orders, of which two have a claim that counts; a chargeback is on one of these."""
        source = write(
            tmp_path,
            orders=report(amazon_flat_files.ALL_ORDERS),
            returns=report(amazon_flat_files.RETURNS),
        )
        (source / "defects.csv").write_text(
            "shop_id,defect_id,order_id,happened_at,kind,counts\n"
            "S1,C1,111-0000001-0000001,2026-08-20 10:00:00,chargeback,true\n"
            "S1,F1,111-0000001-0000002,2026-08-20 10:00:00,negative_feedback,false\n",
            encoding="utf-8",
        )
        found = values(score("amazon", source))
        assert found["order_defect_rate"] == (2 / 3, 3, "criterion")

    def test_open_orders_are_no_denominator(self, tmp_path: Path) -> None:
        """All that a rate needs beside orders is at hand, and its orders are only the open ones."""
        source = write(tmp_path, x=report(amazon_flat_files.UNSHIPPED))
        (source / "defects.csv").write_text(
            "shop_id,defect_id,order_id,happened_at,kind,counts\n"
            "S1,C1,111-0000002-0000001,2026-08-20 10:00:00,chargeback,true\n",
            encoding="utf-8",
        )
        shop = score("amazon", source)
        reasons = {m.id: str(m.reason) for m in shop.metrics}
        assert values(shop)["order_defect_rate"][2] == "no_data"
        assert reasons["order_defect_rate"] == "only a part of stream orders"
        assert reasons["late_shipment_rate"] == (
            "no column orders.shipped_at and only a part of stream orders"
        )


class TestEbay:
    def test_transactions_are_counted_and_rates_are_not(self, tmp_path: Path) -> None:
        path = tmp_path / "eBay-OrdersReport.csv"
        path.write_text(seller_hub(ebay_orders.ORDERS, SUMMARY), encoding="utf-8")
        shop = score("ebay", path, as_of="2026-08-20")
        found = values(shop)
        # both orders were sold in July, within the twelve months before
        assert found.pop("transactions") == (2.0, 2, "criterion")
        assert {status for _, _, status in found.values()} == {"no_data"}
        # the file begins within the twelve months: two transactions may not be all
        assert ends(shop) == (None, "below_standard", "top_rated")

    def test_the_command_line(self, tmp_path: Path) -> None:
        path = tmp_path / "eBay-OrdersReport.csv"
        path.write_text(seller_hub(ebay_orders.ORDERS, SUMMARY), encoding="utf-8")
        given = ("-p", "ebay", "--shop-id", "S1", "--as-of", "2026-08-20", "-f", "json")
        document = shopscore("score", path, *given).done().document
        (shop,) = document["shops"]
        metrics = {m["id"]: m["value"] for m in shop["metrics"]}
        assert metrics["transactions"] == 2
        assert metrics["sales"] is None


class TestEtsy:
    @pytest.mark.parametrize("file", [etsy_orders.ORDERS, etsy_orders.ORDERS_UK])
    def test_orders_are_counted_and_shipping_is_not(self, file: Faithful, tmp_path: Path) -> None:
        path = tmp_path / "EtsySoldOrders2026.csv"
        path.write_text(as_text(file.records), encoding="utf-8")
        shop = score("etsy", path, as_of="2026-05-01", scorecard="star_seller")
        found = values(shop)
        assert found.pop("orders") == (2.0, 2, "criterion")  # both of March: February to April
        assert {status for _, _, status in found.values()} == {"no_data"}

    def test_both_files_together_have_each_order_once(self, tmp_path: Path) -> None:
        for file in (etsy_orders.ORDERS, etsy_orders.ITEMS):
            (tmp_path / f"{file.name}.csv").write_text(as_text(file.records), encoding="utf-8")
        events = ss.read_events(tmp_path, platform="etsy", shop_id="S1")
        assert events.report.books["orders"].balanced
        found = events.frames["orders"].select("order_id", pl.from_epoch("shipped_at").dt.date())
        assert sorted((id, str(day)) for id, day in found.rows()) == [
            ("3000000001", "2026-03-06"),
            ("3000000002", "2026-04-02"),
            ("3000000003", "None"),
        ]
