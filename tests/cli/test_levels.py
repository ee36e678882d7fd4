"""Pages of cards that pass or fail: levels, criteria, and the days of evaluation."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command_line import plugins, shopscore

DAY = "2025-02-20"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("etsy") / "sample"
    shopscore("sample", folder, "-p", "etsy", "--shops", "8", "--orders", "800").done()
    return folder


def test_a_list_of_shops_has_their_levels(sample: Path) -> None:
    answer = shopscore("score", sample, "-p", "etsy", "--as-of", DAY).done()
    head = answer.out.splitlines()[0]
    assert "current level" in head
    assert "projected" in head
    assert "few_peers" not in answer.err
    assert "ranked among" not in answer.err + answer.out


def test_a_shop_has_each_criterion(sample: Path) -> None:
    asked = ("score", sample, "-p", "etsy", "--as-of", DAY, "--shop", "S0001")
    english, chinese = (shopscore(*asked, *more).done() for more in ((), ("--lang", "zh")))
    title = english.out.splitlines()[0]
    assert "· current " in title
    assert "· projected " in title
    assert "percentile" not in english.out
    assert "with fewer than 40 rows: a count of at most 4" in english.out
    assert "样本少于 40 时：数量不超过 4" in chinese.out
    assert all(word in chinese.out for word in ("评判条件", "当前", "预计", "界限", "是否满足"))
    assert "criterion" not in chinese.out


def test_rules_say_when_shops_are_judged() -> None:
    english = plugins("rules", "ebay").done().out
    assert "Shops are judged on day 20 of every month (help_pages)" in english
    assert "Projected: as if they were judged today" in english
    assert "the 3 whole months before, the 12 whole months before" in english
    assert "or a count of at most 3" in english
    chinese = plugins("rules", "etsy", "--lang", "zh").done().out
    assert "店铺评定时间：每月第 1 天（help_pages）" in chinese
    assert "“预计”：之后不再有新数据时，下次评定的结果" in chinese
    assert "之前 3 个完整自然月" in chinese


def test_a_level_that_is_not_known_is_told_by_its_ends(sample: Path, tmp_path: Path) -> None:
    """Without messages nobody knows whether the standards are met."""
    for name in ("orders", "reviews", "defects", "shops"):
        (tmp_path / f"{name}.csv").write_bytes((sample / f"{name}.csv").read_bytes())
    answer = shopscore("score", tmp_path, "-p", "etsy", "--as-of", DAY, "-f", "json").done()
    ends = {(s["level_certain"], s["level_possible"], s["level"]) for s in answer.document["shops"]}
    assert ends <= {("not_met", "met", None), ("not_met", "not_met", "not_met")}
    assert ("not_met", "met", None) in ends
    table = shopscore("score", tmp_path, "-p", "etsy", "--as-of", DAY).done()
    assert "Standards not met – Standards met" in " ".join(table.out.split())
