"""``shopscore inspect``: what a file was taken for, what it feeds, and layouts of one's own."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.command_line import Answer, process, shopscore
from support.exports.export_files import needs_excel
from support.json_schemas import schema, valid
from support.unknown_export import LAYOUT, UNKNOWN, write_sheets

REAL = Path(__file__).parents[3] / "shared" / "data" / "tmall_order_report.csv"
SCORE = [
    "--platform",
    "tmall",
    "--scorecard",
    "aftersales",
    "--ruleset",
    "2022",
    "--as-of",
    "2020-03-01",
]

Folder = Callable[..., Path]

ORDERS = """主订单编号,子订单编号,订单提交时间,支付完成时间,订单应付金额
1,1,2022-05-01 10:00:00,2022-05-01 10:00:05,5.00
2,2,2022-05-01 10:00:00,昨天,6.00
3,3,2022-05-01 10:00:00,,7.00
"""
TICKETS = """售后单号,订单号,商品单号,售后类型,售后申请时间
9,1,1,仅退款,2022-05-02 10:00:00
"""


def inspect(path: Path, *args: object) -> Answer:
    return shopscore("inspect", path, *args)


def document(path: Path, *args: object) -> dict[str, Any]:
    """The JSON of ``inspect``, which is what its schema says."""
    found = inspect(path, "--format", "json", *args).done().document
    valid("inspect", found)
    return found


def cells(text: str) -> list[list[str]]:
    """The words of each line, so that the width of a table does not matter."""
    return [line.split() for line in text.splitlines()]


@pytest.fixture
def real() -> Path:
    if not REAL.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"{REAL} is not here")
    return REAL


class TestRealReport:
    def test_books_and_paid_orders(self, real: Path) -> None:
        out = inspect(real).done().out
        books = next(line for line in out.splitlines() if line.startswith("orders:"))
        for said in ("28,010 rows in", "28,010 accepted", "0 set aside", "24,087 paid"):
            assert said in books

    def test_what_it_was_taken_for_and_why(self, real: Path) -> None:
        first = inspect(real).done().out.splitlines()[0]
        for said in ("tmall_order_report.csv", "utf-8", "tmall/report", "买家实际支付金额"):
            assert said in first

    def test_columns(self, real: Path) -> None:
        lines = cells(inspect(real).done().out)
        assert ["orders", "order_id", "订单编号", "28,010"] in lines
        assert ["orders", "created_at", "订单创建时间", "28,010"] in lines
        assert ["orders", "paid_at", "订单付款时间", "24,087"] in lines
        assert ["orders", "amount", "总金额", "28,010"] in lines
        assert ["orders", "province", "收货地址", "28,010"] in lines
        assert ["Not", "used:", "买家实际支付金额,", "退款金额"] in lines

    @pytest.mark.parametrize("lang", ["en", "zh"])
    def test_feeds_no_metric(self, real: Path, lang: str) -> None:
        out = inspect(real, "--lang", lang).done().out
        assert out.splitlines()[-1].endswith({"en": ": none", "zh": "：无"}[lang])
        assert {"en": " computable", "zh": "可以计算"}[lang] not in out

    def test_json(self, real: Path) -> None:
        found = document(real)
        assert found["streams"]["orders"]["in"] == 28_010
        assert found["streams"]["orders"]["accepted"] == 28_010
        assert found["streams"]["orders"]["set_aside"] == 0
        assert found["unused"] == ["买家实际支付金额", "退款金额"]
        assert found["set_aside"] == []
        (sheet,) = found["sheets"]
        assert (sheet["layout"], sheet["encoding"], sheet["near"]) == ("tmall/report", "utf-8", [])
        filled = {c["column"]: (c["header"], c["filled"]) for c in found["columns"]}
        assert filled["paid_at"] == ("订单付款时间", 24_087)

    def test_metrics_and_what_they_lack(self, real: Path) -> None:
        found = document(real)["metrics"]
        assert not any(m["computable"] for m in found)
        lacking = {(m["ruleset"], m["metric"]): m["missing"] for m in found}
        of_2022 = {k[1]: v for k, v in lacking.items() if k[0] == "tmall/aftersales/2022"}
        assert of_2022 == {
            "dispute_refund_rate": ["stream aftersales"],
            "refund_hours": ["stream aftersales"],
            "self_completion_rate": ["stream aftersales"],
        }
        assert lacking["tmall/experience/2025-06-30", "pickup_48h_rate"] == ["orders.picked_up_at"]
        assert lacking["tmall/dsr/dsr", "dsr_service"] == ["stream reviews"]
        assert {ruleset.partition("/")[0] for ruleset, _ in lacking} == {"tmall"}

    def test_naming_the_platform_or_a_shop_changes_nothing(self, real: Path) -> None:
        named = document(real, "--platform", "tmall", "--shop-id", "S1")
        for notice in named["notices"]:
            notice.pop("shop_ids")
        plain = document(real)
        for notice in plain["notices"]:
            notice.pop("shop_ids")
        assert named == plain

    def test_score_ends_without_one_and_says_why(self, real: Path) -> None:
        args = (real, *SCORE, "--shop-id", "S1", "--industry", "women")
        answer = shopscore("score", *args).done()
        assert answer.out.startswith("S1 · women · partial · 0.00–5.00 · coverage 0%")
        assert "No shop has a score" in answer.err
        metrics = "dispute_refund_rate, refund_hours, self_completion_rate"
        why = f"input is missing for {metrics}: no stream aftersales; a score needs it"
        assert f"Note: {why}\n" in answer.out
        found = shopscore("score", *args, "--format", "json").done().document
        valid("score", found)
        (shop,) = found["shops"]
        assert (shop["shop_id"], shop["industry"], shop["score"]) == ("S1", "women", None)
        assert {m["status"] for m in shop["metrics"]} == {"no_data"}
        assert all("aftersales" in m["reason"] for m in shop["metrics"])

    def test_score_asks_for_the_shop(self, real: Path) -> None:
        answer = shopscore("score", real, *SCORE, "--industry", "women")
        answer.failed(3, "tmall_order_report.csv", "--shop-id", "folder")


class TestSchema:
    def test_is_a_schema_that_describes_every_field(self) -> None:
        found = schema("inspect")
        assert found["properties"]["schema"]["const"] == "shopscore.inspect/2"
        assert all("description" in field for field in found["properties"].values())


class TestKnownFiles:
    def test_the_first_bad_rows(self, folder: Folder) -> None:
        path = folder(**{"x.csv": ORDERS}) / "x.csv"
        assert any(
            {"3", "支付完成时间", "昨天"} <= set(line) for line in cells(inspect(path).done().out)
        )
        (bad,) = document(path)["set_aside"]
        assert (bad["line"], bad["column"], bad["value"]) == (3, "支付完成时间", "昨天")

    def test_many_bad_rows_are_cut_short(self, folder: Folder) -> None:
        rows = "".join(f"{i},{i},,昨天,1\n" for i in range(50))
        path = folder(**{"x.csv": ORDERS + rows}) / "x.csv"
        assert 1 <= inspect(path).done().out.count("昨天") <= 10
        assert document(path)["streams"]["orders"]["set_aside"] == 51

    def test_a_file_of_canonical_events(self, folder: Folder) -> None:
        text = "shop_id,order_id,paid_at,picked_up_at,colour\nS1,1,2022-05-01 10:00,,red\n"
        path = folder(**{"orders.csv": text}) / "orders.csv"
        found = document(path, "--platform", "douyin")
        assert found["sheets"] == []  # it needs no layout
        assert found["streams"]["orders"]["accepted"] == 1
        assert found["unused"] == ["colour"]
        used = {c["column"]: (c["header"], c["filled"]) for c in found["columns"]}
        assert (used["paid_at"], used["picked_up_at"]) == ((None, 1), (None, 0))
        fed = {m["metric"] for m in found["metrics"] if m["computable"]}
        assert fed == {"pickup_rate", "pickup_hours"}

    def test_two_sheets_of_a_workbook(self, folder: Folder) -> None:
        needs_excel()
        path = folder(**{"x.txt": ""}) / "两张表.xlsx"
        write_sheets(path, 订单=ORDERS, 说明="制表人,日期\n甲,乙\n", 售后=TICKETS)
        found = document(path)
        assert [s["layout"] for s in found["sheets"]] == [
            "douyin/orders",
            None,
            "douyin/aftersales",
        ]
        assert all(
            name in s["label"]
            for name, s in zip(("订单", "说明", "售后"), found["sheets"], strict=True)
        )
        assert {name: b["in"] for name, b in found["streams"].items()} == {
            "orders": 3,
            "aftersales": 1,
        }
        assert found["streams"]["aftersales"]["unlinked"] == 0


class TestUnknownFiles:
    def test_says_what_comes_near(self, folder: Folder) -> None:
        text = "主订单编号,子订单编号,订单提交时间,付款时刻\n1,1,2022-05-01 10:00,\n"
        path = folder(**{"x.csv": text.encode("gb18030")}) / "x.csv"
        answer = inspect(path).done()
        assert "no layout fits 主订单编号, 子订单编号, 订单提交时间, 付款时刻" in answer.out
        nearest = next(line for line in answer.out.splitlines() if "nearest" in line)
        assert "douyin/orders" in nearest
        assert "支付完成时间" in nearest
        assert "--draft" in answer.out
        found = document(path)
        (sheet,) = found["sheets"]
        assert (sheet["layout"], sheet["encoding"]) == (None, "gb18030")
        assert sheet["near"][0] == {"layout": "douyin/orders", "missing": ["支付完成时间"]}
        assert (found["streams"], found["columns"], found["metrics"]) == ({}, [], [])

    def test_nothing_comes_near(self, folder: Folder) -> None:
        path = folder(**{"x.csv": "甲,乙\n1,2\n"}) / "x.csv"
        assert document(path)["sheets"][0]["near"] == []

    def test_scoring_it_leads_here(self, folder: Folder) -> None:
        path = folder(**{"x.csv": UNKNOWN}) / "x.csv"
        answer = shopscore("validate", path, "--platform", "douyin", "--shop-id", "S1")
        answer.failed(3, "x.csv", "shopscore inspect", "--draft")

    def test_of_a_folder(self, folder: Folder) -> None:
        path = folder(**{"x.csv": ORDERS, "y.csv": UNKNOWN})
        assert any("y.csv" in notice["en"] for notice in document(path)["notices"])
        answer = inspect(path).done()
        assert "y.csv" in answer.out + answer.err


class TestDraft:
    def test_filled_in_it_reads_the_file(self, folder: Folder) -> None:
        path = folder(**{"x.csv": UNKNOWN.encode("gb18030")}) / "x.csv"
        draft = inspect(path, "--draft").done().out
        assert all(f'"{name}"' in draft for name in ("流水号", "付款时刻", "省", "怎么取消"))
        blank = tomllib.loads(draft)
        assert blank["headers"] == ["流水号", "付款时刻", "怎么取消"]
        assert blank["columns"] == {"province": "省"}
        filled = (
            draft.replace('# ? = "流水号"', 'order_id = "流水号"')
            .replace('# ? = "付款时刻"', 'paid_at = "付款时刻"')
            .replace('# ? = "怎么取消"', 'cancelled_by = "怎么取消"')
        )
        layout = path.with_name("my.toml")
        layout.write_text(f'{filled}\n[words.cancelled_by]\n"买家取消" = "buyer"\n', "utf-8")
        found = document(path, "--layout", layout)
        assert found["sheets"][0]["layout"] == str(layout)
        assert found["streams"]["orders"]["accepted"] == 2
        assert found["streams"]["orders"]["repaired"] == 0
        used = {c["column"]: (c["header"], c["filled"]) for c in found["columns"]}
        assert used == {
            "order_id": ("流水号", 2),
            "paid_at": ("付款时刻", 1),
            "province": ("省", 2),
            "cancelled_by": ("怎么取消", 1),
        }
        read = shopscore("validate", path, "--layout", layout, "--shop-id", "S1", "-f", "json")
        assert read.done().document["streams"]["orders"]["accepted"] == 2

    def test_into_a_file(self, folder: Folder) -> None:
        path = folder(**{"x.csv": UNKNOWN}) / "x.csv"
        printed = inspect(path, "--draft").done().out
        target = path.with_name("x.toml")
        assert inspect(path, "--draft", "-o", target).done().out == ""
        assert target.read_text(encoding="utf-8") == printed

    def test_of_a_file_that_is_known(self, folder: Folder) -> None:
        path = folder(**{"x.csv": ORDERS}) / "x.csv"
        layout = path.with_name("x.toml")
        inspect(path, "--draft", "-o", layout).done()
        given = ("--layout", layout, "--platform", "douyin")
        assert document(path, *given)["streams"]["orders"]["in"] == 3

    def test_of_what_has_no_headers(self, folder: Folder) -> None:
        path = folder(**{"orders.csv": "shop_id,order_id\nS1,1\n"})
        inspect(path, "--draft").failed(3, str(path), "no headers")


class TestTwoLayouts:
    def test_both_are_named(self, folder: Folder) -> None:
        other = LAYOUT.replace("我的", "另一个")
        path = folder(**{"x.csv": UNKNOWN, "a.toml": LAYOUT, "b.toml": other})
        given = ("--layout", path / "a.toml", "--layout", path / "b.toml", "--shop-id", "S1")
        for command in ("inspect", "validate"):
            shopscore(command, path / "x.csv", *given).failed(
                3, "x.csv", "a.toml", "b.toml", "我的", "另一个"
            )

    def test_what_one_has_and_the_other_must_not_have_tells_them_apart(
        self, folder: Folder
    ) -> None:
        other = LAYOUT.replace("[columns]", 'without = ["省"]\n[columns]')
        path = folder(**{"x.csv": UNKNOWN, "a.toml": LAYOUT, "b.toml": other})
        given = ("--layout", path / "a.toml", "--layout", path / "b.toml")
        assert document(path / "x.csv", *given)["sheets"][0]["layout"] == str(path / "a.toml")

    @pytest.mark.parametrize(
        "named",
        [
            ("--platform", "douyin"),
            (),
        ],
        ids=["platform", "none"],
    )
    def test_ones_own_comes_before_a_platforms(self, folder: Folder, named: Any) -> None:
        own = LAYOUT.replace("流水号", "主订单编号").replace("付款时刻", "支付完成时间")
        path = folder(**{"x.csv": ORDERS, "a.toml": own})
        found = document(path / "x.csv", "--layout", path / "a.toml", *named)
        assert found["sheets"][0]["layout"] == str(path / "a.toml")
        assert found["streams"]["orders"]["in"] == 3


class TestPlaces:
    def test_what_is_not_there(self, tmp_path: Path) -> None:
        inspect(tmp_path / "x.csv").failed(3, "x.csv", "no such file")

    def test_an_unknown_platform(self, folder: Folder) -> None:
        path = folder(**{"x.csv": ORDERS}) / "x.csv"
        inspect(path, "--platform", "douyn").failed(4, "douyn", "douyin")

    @pytest.mark.slow
    def test_a_name_in_gbk(self, folder: Folder) -> None:
        inside = folder(**{"x.txt": ""})
        path = inside / os.fsdecode("订单.csv".encode("gb18030"))
        path.write_text(ORDERS, encoding="utf-8")
        answer = process("shopscore", "inspect", path, "--format", "json").done()
        assert json.loads(answer.out)["streams"]["orders"]["in"] == 3
