"""``shopscore validate``: the books, and every cell that could not be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.command_line import shopscore

SPOILT = """shop_id,order_id,paid_at,picked_up_at,colour
S1,1,2022-06-01 10:00:00,2022-06-01 09:00:00,red
S1,2,yesterday,,
,3,,,
S1,4,2022-06-01 10:00,soon,
S1,4,2022-06-01 10:01,,
"""
REVIEWS = """shop_id,review_id,reviewed_at,rating,order_id
S1,1,2022-06-01 10:00:00,9,1
S1,2,2022-06-01 10:00:00,5,77
"""

Folder = Callable[..., Path]


@pytest.fixture
def spoilt(folder: Folder) -> Path:
    return folder(**{"orders.csv": SPOILT, "reviews.csv": REVIEWS})


class TestJson:
    def test_books(self, spoilt: Path) -> None:
        document = shopscore("validate", spoilt, "-f", "json").done().document
        assert document["streams"] == {
            "orders": {
                "in": 5,
                "accepted": 2,
                "replaced": 1,
                "set_aside": 2,
                "repaired": 1,
                "unlinked": 0,
            },
            "reviews": {
                "in": 2,
                "accepted": 1,
                "replaced": 0,
                "set_aside": 1,
                "repaired": 0,
                "unlinked": 1,
            },
        }

    def test_cells(self, spoilt: Path) -> None:
        document = shopscore("validate", spoilt, "-f", "json").done().document
        wanted = ("stream", "file", "line", "column", "value")
        set_aside = [tuple(cell[k] for k in wanted) for cell in document["set_aside"]]
        assert set_aside == [
            ("orders", "orders.csv", 3, "paid_at", "yesterday"),
            ("orders", "orders.csv", 4, "shop_id", None),
            ("reviews", "reviews.csv", 2, "rating", "9"),
        ]
        repaired = [tuple(cell[k] for k in wanted) for cell in document["repaired"]]
        assert repaired == [("orders", "orders.csv", 2, "picked_up_at", "2022-06-01 09:00:00")]
        assert all(cell["reason"] for cell in document["set_aside"] + document["repaired"])

    def test_ignored_columns_and_notes(self, spoilt: Path) -> None:
        document = shopscore("validate", spoilt, "-f", "json").done().document
        assert document["ignored"] == {"orders": ["colour"]}
        assert {n["code"] for n in document["notices"]} == {
            "industry_unknown",
            "no_links",
            "rows_set_aside",
            "cells_emptied",
            "columns_unused",
        }
        (notice,) = [n for n in document["notices"] if n["code"] == "industry_unknown"]
        assert notice["shop_ids"] == ["S1"]
        assert notice["en"] == "1 of 1 shops has no industry: taken as unknown"
        assert notice["zh"] == "1 家店铺中有 1 家没有行业，按 unknown 处理"

    def test_data_and_remarks_are_apart(self, spoilt: Path) -> None:
        answer = shopscore("validate", spoilt, "-f", "json").done()
        assert answer.err == ""

    def test_into_a_file(self, spoilt: Path, tmp_path: Path) -> None:
        printed = shopscore("validate", spoilt, "-f", "json").done()
        assert shopscore("validate", spoilt, "-f", "json", "-o", tmp_path / "x").done().out == ""
        assert (tmp_path / "x").read_text(encoding="utf-8") == printed.out


class TestTable:
    def test_books_and_cells(self, spoilt: Path) -> None:
        answer = shopscore("validate", spoilt).done()
        lines = [line.split() for line in answer.out.splitlines()]
        assert ["orders", "5", "2", "1", "2", "1", "0"] in lines
        assert ["reviews", "2", "1", "0", "1", "0", "1"] in lines
        assert any(line[:4] == ["set", "aside", "orders.csv", "3"] for line in lines)
        assert any(line[:3] == ["repaired", "orders.csv", "2"] for line in lines)

    def test_remarks(self, spoilt: Path) -> None:
        answer = shopscore("validate", spoilt).done()
        assert "Note: orders: columns that are not used: colour\n" in answer.out
        assert "Note: 1 of 1 shops has no industry: taken as unknown\n" in answer.out
        assert answer.err == ""

    def test_of_whole_events(self, events: Path) -> None:
        answer = shopscore("validate", events).done()
        assert "set aside  " not in answer.out.split("unlinked")[1]
        assert answer.err == ""

    def test_many_cells_are_cut_short(self, folder: Folder) -> None:
        rows = "".join(f"S1,{i},never\n" for i in range(100))
        answer = shopscore(
            "validate", folder(**{"orders.csv": f"shop_id,order_id,paid_at\n{rows}"})
        )
        assert 1 <= answer.done().out.count("never") < 100

    def test_into_a_file(self, spoilt: Path, tmp_path: Path) -> None:
        printed = shopscore("validate", spoilt).done()
        assert shopscore("validate", spoilt, "-o", tmp_path / "x").done().out == ""
        assert (tmp_path / "x").read_text(encoding="utf-8") == printed.out


class TestStrict:
    @pytest.mark.parametrize("form", ["table", "json"])
    def test_shows_the_books_all_the_same(self, spoilt: Path, form: str) -> None:
        unasked = shopscore("validate", spoilt, "-f", form).done()
        strict = shopscore("validate", spoilt, "-f", form, "--strict")
        strict.failed(1, "3 rows were set aside")
        assert strict.out == unasked.out

    def test_is_content_with_whole_events(self, events: Path) -> None:
        shopscore("validate", events, "--strict").done()

    def test_repairs_and_replaced_rows_are_no_fault(self, folder: Folder) -> None:
        text = "shop_id,order_id,signed_at\nS1,1,soon\nS1,1,2022-01-01 10:00\n"
        shopscore("validate", folder(**{"orders.csv": text}), "--strict").done()

    def test_environment(self, spoilt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SHOPSCORE_STRICT", "1")
        assert shopscore("validate", spoilt).code == 1


class TestZone:
    def test_platform_names_the_clock(self, folder: Folder) -> None:
        path = folder(**{"orders.csv": "shop_id,order_id,paid_at\nS1,1,2022-01-01T10:00:00Z\n"})
        shopscore("validate", path).failed(3, "line 2", "paid_at", "--tz")
        shopscore("validate", path, "--platform", "douyin").done()
        shopscore("validate", path, "--tz", "Europe/Berlin").done()
