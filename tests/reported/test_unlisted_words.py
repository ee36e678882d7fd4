"""Kind M: words that no list has, and became "other" or nothing, are told with their numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import shopscore as ss
from shopscore.plugins.layout_toml import parse_layout
from support.command_line import shopscore
from support.exports.export_files import as_text, needs_excel, write_workbook
from support.reported_cases import CASES, metric, read_case

CASE = "31-reasons-of-tickets-that-no-list-has/ev"
#: Spellings of case 31 that the layout has now, and those that it does not.
ADDED = ("商品做工粗糙/有瑕疵", "质量不好", "少件/漏发/少配件", "空包裹")
LEFT = ("效果与商品描述不符", "颜色/图案/款式与商品描述不符", "大小/尺寸/重量与商品描述不符")
LAYOUT = """schema = 1
id = "own"
zh = "我的"
en = "own"
stream = "aftersales"
headers = ["单号", "类型"]
[columns]
ticket_id = "单号"
kind = "类型"
applied_at = "申请"
reason = "原因"
outcome = "状态"
shipped = "发货"
is_custom = "定制"
[words.kind]
"退" = "refund_only"
[words.reason]
"坏" = "quality"
"*" = "other"
[words.outcome]
"成" = "refunded"
"忽略" = ""
"*" = ""
[words.shipped]
"已" = true
"*" = ""
[words.is_custom]
"*" = true
"""
HEAD = ["单号", "类型", "申请", "原因", "状态", "发货", "定制"]


def told(events: ss.Events) -> dict[str, dict[str, int]]:
    """The words of each column with their numbers."""
    return {one.column: dict(one.words) for one in events.report.unlisted}


def rows_of(*cells: tuple[str, str, str, str]) -> list[list[str]]:
    return [HEAD, *([f"{i}", "退", "2022-06-01 10:00", *row] for i, row in enumerate(cells))]


def read(path: Path, layout: str = LAYOUT) -> ss.Events:
    own = [parse_layout(layout, "own")]
    return ss.read_events(path, tz="Asia/Shanghai", shop_id="S1", layouts=own)


class TestReported:
    def test_31(self) -> None:
        events = read_case(CASE)
        assert told(events) == {"reason": dict.fromkeys(sorted(LEFT), 1)}
        assert metric(events, "quality_return_rate").value == pytest.approx(0.30)

    def test_31_an_empty_parcel_is_an_assumption(self) -> None:
        result = ss.score(
            read_case(CASE),
            platform="douyin",
            as_of="2022-07-01",
            assume={"douyin.2022.quality_return.empty_parcel": False},
        )
        found = next(m for m in result["S1"].metrics if m.id == "quality_return_rate")
        assert found.value == pytest.approx(0.25)

    def test_31_seven_words_where_the_list_is_that_of_version_0_1(self, tmp_path: Path) -> None:
        layout = next(one for one in ss.platform("douyin").layouts if one.id == "aftersales")
        lines = (
            Path(__file__)
            .parents[2]
            .joinpath("plugins", "shopscore_douyin", "exports", "aftersales.toml")
        )
        text = "\n".join(
            line
            for line in lines.read_text("utf-8").splitlines()
            if not line.startswith(tuple(f'"{word}"' for word in ADDED))
        )
        own = [parse_layout(text, "own", ss.platform("douyin").all_streams)]
        path = CASES / CASE / "售后.csv"
        events = ss.read_events(path, platform="douyin", shop_id="S1", layouts=own)
        assert layout.words["reason"].keys() >= set(ADDED)
        assert told(events) == {"reason": dict.fromkeys(sorted((*ADDED, *LEFT)), 1)}

    def test_31_in_the_notices(self) -> None:
        events = read_case(CASE)
        (notice,) = [n for n in events.report.notices if n.code == "unknown_words"]
        assert str(notice).startswith("aftersales: 3 words of 售后原因 are in no list")
        assert all(word in notice.text("zh") for word in LEFT)
        result = ss.score(events, platform="douyin", as_of="2022-07-01")
        (notice,) = [n for n in result.notices if n.code == "unknown_words"]
        assert notice.metrics == ("quality_return_rate",)

    def test_31_on_the_pages(self) -> None:
        where = (CASES / CASE, "--platform", "douyin", "--shop-id", "S1")
        for command in ("validate", "inspect"):
            shown = shopscore(command, *where).done().out
            assert all(word in shown for word in LEFT)
            document = shopscore(command, *where, "-f", "json").done().document
            assert document["unknown_words"] == [
                {
                    "stream": "aftersales",
                    "column": "reason",
                    "header": "售后原因",
                    "taken_as": "other",
                    "words": [{"word": word, "rows": 1} for word in sorted(LEFT)],
                }
            ]
        scored = shopscore("score", *where, "--as-of", "2022-07-01", "-f", "json").done().document
        assert scored["load"]["unknown_words"] == document["unknown_words"]


class TestOtherColumns:
    def test_of_states_and_of_yes_and_no(self, tmp_path: Path) -> None:
        cells = [("坏", "成", "已", "是"), ("怪", "忽略", "未知", "否"), ("怪", "新状态", "", "-")]
        path = tmp_path / "x.csv"
        path.write_text(as_text(rows_of(*cells)), encoding="gb18030")
        events = read(path)
        assert told(events) == {
            "reason": {"怪": 2},
            "outcome": {"新状态": 1},
            "shipped": {"未知": 1},
        }
        found = {one.column: one.taken_as for one in events.report.unlisted}
        assert found == {"reason": "other", "outcome": "", "shipped": ""}

    def test_the_most_frequent_first_over_all_files(self, tmp_path: Path) -> None:
        for name, words in (("a", "甲乙乙"), ("b", "乙丙丙丙")):
            every = rows_of(*((word, "成", "已", "") for word in words))
            body = [every[0], *([f"{name}{row[0]}", *row[1:]] for row in every[1:])]
            (tmp_path / f"{name}.csv").write_text(as_text(body), encoding="utf-8")
        (found,) = read(tmp_path).report.unlisted
        assert list(found.words.items()) == [("丙", 3), ("乙", 3), ("甲", 1)]
        assert found.rows == 7

    def test_rows_that_are_set_aside_do_not_count(self, tmp_path: Path) -> None:
        every = rows_of(("怪", "成", "已", ""), ("怪", "成", "已", ""))
        every[1][2] = "yesterday"
        path = tmp_path / "x.csv"
        path.write_text(as_text(every), encoding="utf-8")
        assert told(read(path)) == {"reason": {"怪": 1}}

    def test_in_a_workbook(self, tmp_path: Path) -> None:
        needs_excel()
        write_workbook(tmp_path / "x.xlsx", rows_of(("怪", "成", "已", ""), ("坏", "怪", "已", "")))
        assert told(read(tmp_path / "x.xlsx")) == {"reason": {"怪": 1}, "outcome": {"怪": 1}}

    def test_many_words_are_named_ten_at_a_time(self, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        every = rows_of(*((f"词{i:02}", "成", "已", "") for i in range(13)))
        path.write_text(as_text(every), encoding="utf-8")
        events = read(path)
        (notice,) = [n for n in events.report.notices if n.code == "unknown_words"]
        assert "词09 (1), 3 more" in str(notice)
        assert "另外 3 个" in notice.text("zh")
        assert len(events.report.unlisted[0].words) == 13

    @pytest.mark.parametrize("reason", ["坏", "", "-"])
    def test_nothing_is_told_of_what_is_listed_or_empty(self, reason: Any, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        path.write_text(as_text(rows_of((reason, "成", "已", "任意"))), encoding="utf-8")
        events = read(path)
        assert told(events) == {}
        assert "unknown_words" not in [n.code for n in events.report.notices]
