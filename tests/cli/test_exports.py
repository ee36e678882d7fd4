"""Exports on the command line: gaps, overlaps, quarantine, CSV for spreadsheets, broken layouts."""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shopscore.results.csv_text import csv_text
from support.command_line import Answer, process, shopscore
from support.exports.export_files import needs_excel
from support.json_schemas import valid
from support.unknown_export import LAYOUT, UNKNOWN, write_sheets

Folder = Callable[..., Path]

DOUYIN = ("--platform", "douyin", "--ruleset", "2022", "--as-of", "2022-07-01")
HEAD = "主订单编号,子订单编号,订单提交时间,支付完成时间,订单应付金额\n"
GOOD = "1,1,2022-06-01 10:00:00,2022-06-01 10:00:05,5.00\n"
BAD = "2,2,2022-06-01 10:00:00,昨天,6.00\n"
LATER = "2,2,2022-06-01 10:00:00,2022-06-02 10:00:00,6.00\n"
CANONICAL = "shop_id,order_id,paid_at\nS1,1,2022-06-01 10:00:00\nS1,2,never\n"
RISKY = tuple("=+-@\t\r\n＝＋－＠")
#: Numbers are excepted, whether they are guarded or not.
NUMBER = re.compile(r"[+-][0-9]+(\.[0-9]+)?")


def validate(path: Path, *args: object) -> Answer:
    return shopscore("validate", path, "--platform", "douyin", *args)


def books(answer: Answer) -> dict[str, int]:
    """The counts of the orders that are not zero."""
    document = answer.done().document
    valid("validate", document)
    return {k: v for k, v in document["streams"]["orders"].items() if v}


def table(answer: Answer) -> list[dict[str, str]]:
    """The rows of a CSV document."""
    return list(csv.DictReader(io.StringIO(answer.done().out)))


class TestGaps:
    @pytest.mark.parametrize("command", ["validate", "score"])
    def test_an_export_needs_a_shop(self, folder: Folder, command: str) -> None:
        path = folder(**{"x.csv": HEAD + GOOD})
        args = DOUYIN if command == "score" else DOUYIN[:2]
        for source in (path, path / "x.csv"):
            shopscore(command, source, *args).failed(3, "x.csv", "--shop-id", "folder")
            shopscore(command, source, *args, "--shop-id", "S1").done()

    def test_shop_and_industry_are_those_of_the_score(self, folder: Folder) -> None:
        path = folder(**{"甲/x.csv": HEAD + GOOD, "y.csv": HEAD + GOOD})
        given = ("--shop-id", "S1", "--industry", "women", "-f", "csv")
        found = [
            (r["shop_id"], r["industry"]) for r in table(shopscore("score", path, *DOUYIN, *given))
        ]
        assert found == [("S1", "women"), ("甲", "women")]

    def test_an_unknown_type_of_shop(self, folder: Folder) -> None:
        path = folder(**{"x.csv": HEAD + GOOD})
        answer = validate(path, "--shop-id", "S1", "--shop-type", "flagshp")
        answer.failed(2, "flagshp", "did you mean flagship?")

    def test_files_that_are_not_used_are_said(self, folder: Folder) -> None:
        path = folder(**{"x.csv": HEAD + GOOD, "y.csv": "甲,乙\n1,2\n"})
        (line,) = [
            e for e in validate(path, "--shop-id", "S1").done().out.splitlines() if "y.csv" in e
        ]
        assert line.startswith("Note: ")
        assert "shopscore inspect" in line


class TestOverlaps:
    @pytest.mark.parametrize("names", [("a.csv", "b.csv"), ("b.csv", "a.csv")])
    def test_the_later_state_wins_and_is_said(self, folder: Folder, names: tuple[str, str]) -> None:
        unpaid = "2,2,2022-06-01 10:00:00,,9999.00\n"
        path = folder(
            **{names[0]: HEAD + GOOD + unpaid, names[1]: (HEAD + LATER).encode("gb18030")}
        )
        answer = validate(path, "--shop-id", "S1", "-f", "json")
        assert books(answer) == {"in": 3, "accepted": 2, "replaced": 1}
        assert "states_replaced" in [n["code"] for n in answer.document["notices"]]
        shown = validate(path, "--shop-id", "S1").done().out
        assert "later state" in shown


class TestQuarantine:
    @pytest.mark.parametrize("command", ["validate", "score"])
    def test_is_written_corrected_and_read_again(self, folder: Folder, command: str) -> None:
        path = folder(**{"x.csv": (HEAD + GOOD + BAD).encode("gb18030")})
        aside = path.parent / "aside"
        args = DOUYIN if command == "score" else DOUYIN[:2]
        answer = shopscore(command, path, *args, "--shop-id", "S1", "--quarantine", aside).done()
        assert f"Set aside: {aside / 'x.csv'}" in answer.err
        text = (aside / "x.csv").read_text(encoding="gb18030")
        (aside / "x.csv").write_text(
            text.replace("昨天", "2022-06-02 10:00:00"), encoding="gb18030"
        )
        again = validate(aside, "--shop-id", "S1", "--strict", "-f", "json")
        assert books(again) == {"in": 1, "accepted": 1}

    def test_is_written_where_strictness_fails(self, folder: Folder) -> None:
        path = folder(**{"x.csv": HEAD + GOOD + BAD})
        aside = path.parent / "aside"
        given = ("--shop-id", "S1", "--strict", "--quarantine", aside)
        validate(path, *given).failed(1, "1 row was")
        (aside / "x.csv").unlink()
        shopscore("score", path, *DOUYIN, *given).failed(1, "x.csv", "line 3", "昨天")
        assert (aside / "x.csv").exists()

    def test_nothing_to_write(self, folder: Folder) -> None:
        path = folder(**{"x.csv": HEAD + GOOD})
        aside = path.parent / "aside"
        answer = validate(path, "--shop-id", "S1", "--quarantine", aside).done()
        assert "Set aside" not in answer.err
        assert not aside.exists()

    @pytest.mark.parametrize("below", [False, True])
    def test_a_folder_that_cannot_be_written(self, folder: Folder, below: bool) -> None:
        path = folder(**{"x.csv": HEAD + BAD, "file": ""})
        aside = path / "file" / "aside" if below else path / "file"
        answer = validate(path / "x.csv", "--shop-id", "S1", "--quarantine", aside)
        answer.failed(3, str(aside), "cannot be written")

    @pytest.mark.parametrize(
        ("name", "text"), [("x.csv", HEAD + GOOD + BAD), ("orders.csv", CANONICAL)]
    )
    def test_never_writes_over_what_is_read(self, folder: Folder, name: str, text: str) -> None:
        path = folder(**{name: text})
        answer = validate(path, "--shop-id", "S1", "--quarantine", path)
        assert (path / name).read_text(encoding="utf-8") == text
        assert answer.code in (0, 2, 3)

    def test_names_of_sheets_lead_nowhere(self, folder: Folder) -> None:
        needs_excel()
        path = folder(**{"aside/here.md": ""})
        write_sheets(path / "whole.xlsx", MAYMAY=HEAD + BAD, 六月=HEAD + BAD)
        with (
            zipfile.ZipFile(path / "whole.xlsx") as whole,
            zipfile.ZipFile(path / "x.xlsx", "w") as odd,
        ):
            for name in whole.namelist():
                odd.writestr(name, whole.read(name).replace(b"MAYMAY", b"../../../escaped"))
        (path / "whole.xlsx").unlink()
        before = {*path.parent.rglob("*")}
        validate(path / "x.xlsx", "--shop-id", "S1", "--quarantine", path / "aside")
        made = {*path.parent.rglob("*")} - before
        assert made
        assert all(file.parent == path / "aside" for file in made)

    def test_a_folder_within_a_zip_is_no_shop(self, folder: Folder) -> None:
        path = folder(**{"x.md": ""})
        with zipfile.ZipFile(path / "x.zip", "w") as archive:
            archive.writestr("五月/x.csv", HEAD + BAD)
        aside = path / "aside"
        validate(path / "x.zip", "--shop-id", "S1", "--quarantine", aside).done()
        (file,) = aside.rglob("*.csv")
        file.write_text(file.read_text(encoding="utf-8").replace("昨天", ""), encoding="utf-8")
        found = table(shopscore("score", aside, *DOUYIN, "--shop-id", "S1", "-f", "csv"))
        assert [row["shop_id"] for row in found] == ["S1"]

    @pytest.mark.slow
    def test_folders_of_shops_in_gbk(self, folder: Folder) -> None:
        path = folder(**{"甲/x.csv": HEAD + GOOD})
        (path / "甲").rename(path / os.fsdecode("乙店".encode("gb18030")))
        process("shopscore", "validate", path, "--platform", "douyin").done()


def guarded(cell: str) -> str:
    """A cell of text as it must stand in CSV, by hand."""
    return f"'{cell}" if cell.startswith(RISKY) else cell


def parsed(frame: pl.DataFrame) -> list[list[str]]:
    """The cells of a frame's CSV, without the header."""
    return list(csv.reader(io.StringIO(csv_text(frame), newline="")))[1:]


class TestSpreadsheets:
    SHOPS = (
        "=1+1",
        "+x",
        "-x",
        "@SUM(1)",
        "=",
        "--1",
        "＝1+1",
        "＋x",
        "－x",
        "＠x",
        "plain",
        "5",
        "a=1",
        "x-1",
        '="a,b"',
    )

    def test_no_text_of_the_input_starts_a_formula(self, folder: Folder) -> None:
        orders, shops = io.StringIO(), io.StringIO()
        for file, head in ((orders, ["shop_id", "order_id"]), (shops, ["shop_id", "industry"])):
            csv.writer(file).writerows([head, *([shop, f"@{shop}"] for shop in self.SHOPS)])
        path = folder(**{"orders.csv": orders.getvalue(), "shops.csv": shops.getvalue()})
        found = table(shopscore("score", path, *DOUYIN, "-f", "csv"))
        assert not [cell for row in found for cell in row.values() if cell.startswith(RISKY)]
        assert {r["shop_id"] for r in found} == {guarded(shop) for shop in self.SHOPS}
        assert {r["industry"] for r in found} == {f"'@{shop}" for shop in self.SHOPS}

    def test_nor_does_what_the_options_say(self, folder: Folder) -> None:
        path = folder(**{"=甲/x.csv": HEAD + GOOD, "y.csv": HEAD + GOOD})
        given = ("--shop-id", "+S1", "--industry", "=cmd|x", "-f", "csv")
        found = table(shopscore("score", path, *DOUYIN, *given))
        assert [(r["shop_id"], r["industry"]) for r in found] == [
            ("'+S1", "'=cmd|x"),
            ("'=甲", "'=cmd|x"),
        ]

    def test_into_a_file_too(self, folder: Folder) -> None:
        path = folder(**{"x.csv": HEAD + GOOD})
        target = path.parent / "scores.csv"
        shopscore("score", path, *DOUYIN, "--shop-id", "@S1", "-o", target).done()
        (row,) = csv.DictReader(io.StringIO(target.read_text(encoding="utf-8")))
        assert row["shop_id"] == "'@S1"

    def test_json_and_parquet_hold_it_as_it_is(self, folder: Folder) -> None:
        path = folder(**{"x.csv": HEAD + GOOD})
        given = ("--shop-id", "=S1", *DOUYIN)
        document = shopscore("score", path, *given, "-f", "json").done().document
        assert [shop["shop_id"] for shop in document["shops"]] == ["=S1"]
        target = path.parent / "scores.parquet"
        shopscore("score", path, *given, "-o", target).done()
        assert pl.read_parquet(target)["shop_id"].to_list() == ["=S1"]

    def test_numbers_stay_numbers(self) -> None:
        numbers = [-1.5, 0.0, 2.0, None]
        frame = pl.DataFrame({"id": ["-a", "a", "'a", None], "n": numbers, "i": [-1, 0, 1, None]})
        assert parsed(frame) == [
            ["'-a", "-1.5", "-1"],
            ["a", "0.0", "0"],
            ["'a", "2.0", "1"],
            ["", "", ""],
        ]

    @given(st.lists(st.text("=+-@＝－\t\r'\" ,;\n1a元", max_size=5), min_size=1))
    @example(["\r\n=", "\t", '-"', "", "-1"])
    def test_any_text(self, cells: list[str]) -> None:
        frame = pl.DataFrame({"a": cells, "n": [1] * len(cells)})
        for cell, (found, _) in zip(cells, parsed(frame), strict=True):
            assert found == guarded(cell) or (found == cell and NUMBER.fullmatch(cell))

    def test_differences_in_percent_stay_numbers(self, events: Path) -> None:
        rules = ("--platform", "tmall", "-c", "aftersales", "-r", "2022", "--as-of", "2022-07-01")
        found = table(shopscore("score", events, *rules, "-f", "csv"))
        shown = [v for r in found for k, v in r.items() if k.endswith("difference_shown") and v]
        assert any(text.lstrip("'").startswith("-") for text in shown)
        assert not [text for text in shown if text.startswith("'")]


def refused(answer: Answer, *words: str) -> None:
    """One line that says what is wrong, and no fault of the package."""
    assert answer.code in (2, 3, 4), f"{answer.code}: {answer.err}"
    answer.failed(answer.code, *words)


#: What is changed in a layout that works, and what the message must name.
BROKEN: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "unknown key": ("schema = 1", "schema = 1\ncolour = 2", ("unknown key colour",)),
    "unknown table": ("[columns]", "[shades]\na = 1\n[columns]", ("unknown key shades",)),
    "unknown column": ("paid_at =", "paidat =", ("columns", "paidat", "paid_at")),
    "unknown stream": ('"orders"', '"order"', ("no stream order", "orders")),
    "unknown word": ('= "buyer"', '= "byer"', ("words.cancelled_by", "byer", "buyer")),
    "words of no column": ("[words.cancelled_by]", "[words.by]", ("words", "by")),
    "no words": ('= "buyer"', '= ["buyer"]', ("words.cancelled_by", "买家取消")),
    "no headers": ('headers = ["流水号", "付款时刻"]', "", ("headers",)),
    "empty headers": ('["流水号", "付款时刻"]', "[]", ("headers",)),
    "headers as text": ('["流水号", "付款时刻"]', '"流水号"', ("headers",)),
    "a number as header": ('order_id = "流水号"', "order_id = 7", ("columns", "order_id")),
    "another schema": ("schema = 1", "schema = 2", ("schema = 1",)),
    "no schema": ("schema = 1", "", ("schema",)),
    "no id": ('id = "my_layout"', "", ("id",)),
    "an odd id": ('"my_layout"', '"My layout"', ("My layout",)),
    "a state that is no time": ("[columns]", 'state = ["amount"]\n[columns]', ("state", "amount")),
    "an unknown constant": ("[words", '[constants]\nx = "y"\n[words', ("constants", "x")),
    "sub-orders without id": ("[words", "[suborders]\n[suborders.x]\n[words", ("suborders", "id")),
    "sub-orders by an unknown rule": (
        "[words",
        '[suborders]\nid = "子"\nmean = ["amount"]\n[words',
        ("suborders", "mean"),
    ),
    "sub-orders of an unknown column": (
        "[words",
        '[suborders]\nid = "子"\ntotal = ["sum"]\n[words',
        ("suborders", "sum"),
    ),
    "no TOML": ("schema = 1", "schema == 1", ("TOML", "line 1")),
    "no key column": ('order_id = "流水号"\n', "", ("order_id",)),
}


class TestBrokenLayouts:
    @pytest.mark.parametrize("fault", BROKEN)
    @pytest.mark.parametrize("command", ["inspect", "validate"])
    def test_names_file_and_place(self, folder: Folder, fault: str, command: str) -> None:
        old, new, words = BROKEN[fault]
        assert LAYOUT.count(old) == 1
        path = folder(**{"x.csv": UNKNOWN, "own.toml": LAYOUT.replace(old, new)})
        answer = shopscore(
            command, path / "x.csv", "--layout", path / "own.toml", "--shop-id", "S1"
        )
        refused(answer, "own.toml", *words)

    def test_files_that_are_no_layouts(self, folder: Folder) -> None:
        path = folder(**{"x.csv": UNKNOWN, "gb.toml": LAYOUT.encode("gb18030")})
        for name in ("gb.toml", "none.toml", "."):
            answer = shopscore("inspect", path / "x.csv", "--layout", path / name)
            refused(answer, str(path / name))

    @pytest.mark.parametrize("column", ["province", "paid_at", "cancelled_by"])
    def test_only_amounts_have_a_total(self, folder: Folder, column: str) -> None:
        rule = f'[suborders]\nid = "流水号"\ntotal = ["{column}"]\n'
        layout = LAYOUT.replace("[columns]", '[columns]\nprovince = "省"') + rule
        path = folder(**{"x.csv": UNKNOWN, "own.toml": layout})
        refused(
            shopscore("inspect", path / "x.csv", "--layout", path / "own.toml"), "own.toml", column
        )

    def test_a_byte_order_mark_is_no_fault(self, folder: Folder) -> None:
        path = folder(**{"x.csv": UNKNOWN, "own.toml": LAYOUT.encode("utf-8-sig")})
        shopscore("inspect", path / "x.csv", "--layout", path / "own.toml").done()
