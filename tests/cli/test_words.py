"""Tables in Chinese have no English word."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

import shopscore as ss
from support.command_line import shopscore

NAMES = [f"{c.name}/{v}" for p in ss.platforms() for c in p.scorecards for v in c.versions]
LATIN = re.compile(r"[A-Za-z]{2,}")


@pytest.mark.parametrize("name", NAMES)
class TestScores:
    """Without what is an id, a name of a shop or a reason, no table has an English word."""

    def test_of_all_shops(self, name: str, events: Path) -> None:
        platform, card, version = name.split("/")
        which = ("-p", platform, "-c", card, "-r", version, "--as-of", "2022-07-01")
        out = shopscore("score", events, *which, "--lang", "zh").done().out
        head, *rows = out.partition("\n\n")[0].splitlines()  # notices follow
        assert not LATIN.search(head)
        assert len(rows) == 13  # a rule, and the shops
        for row in rows[1:]:
            shop, industry, *cells = row.split()
            assert not LATIN.search(" ".join(cells)), (shop, industry)

    def test_of_one_shop(self, name: str, events: Path) -> None:
        platform, card, version = name.split("/")
        which = ("-p", platform, "-c", card, "-r", version, "--as-of", "2022-07-01")
        values = pl.DataFrame({"industry": ["*"], "metric": [_a_metric(name)], "standard": [1]})
        standards = events.parent / "standards.csv"
        values.write_csv(standards)
        more = ("--shop", "S0001", "--lang", "zh", "--standards", standards)
        out = shopscore("score", events, *which, *more).done().out
        title, head, *rows = [line for line in out.splitlines() if line.strip()]
        assert not LATIN.search(title.split(" · ", 2)[2])
        assert not LATIN.search(head)
        for row in rows[1 : 1 + len(_metric_ids(name))]:
            cells = re.split("无数据", row)[0]  # a reason is told in English
            assert not LATIN.search(cells.replace("IM", "")), row  # as the platforms write it


def _metric_ids(name: str) -> tuple[str, ...]:
    platform, card, version = name.split("/")
    return ss.platform(platform).scorecard(card).ruleset(version).metric_ids


def _a_metric(name: str) -> str:
    return _metric_ids(name)[0]


def test_of_the_books(tmp_path: Path) -> None:
    text = "shop_id,order_id,paid_at,signed_at\nS1,1,never,\nS1,2,,never\n"
    (tmp_path / "orders.csv").write_text(text, encoding="utf-8")
    out = shopscore("validate", tmp_path, "--lang", "zh").done().out
    lines = [line.split() for line in out.splitlines() if line.strip()]
    assert lines[0] == ["数据流", "读入", "采用", "被更新", "搁置", "修正", "未关联"]
    assert ["文件", "行", "列", "值", "原因"] in lines
    assert [line[:3] for line in lines if line[0] in ("搁置", "修正")] == [
        ["搁置", "orders.csv", "2"],
        ["修正", "orders.csv", "3"],
    ]
