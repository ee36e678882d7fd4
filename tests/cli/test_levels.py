"""Pages of cards that pass or fail: levels, criteria, and the days of evaluation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.cells import cell_len

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
    assert "with fewer than 40 rows: a count of at most 4" in " ".join(english.out.split())
    assert "样本少于 40 时：数量不超过 4" in chinese.out
    assert all(word in chinese.out for word in ("评判条件", "当前", "预计", "界限"))
    assert "criterion" not in chinese.out


#: A card of each kind: its scorecard, and the day after its sample.
CARDS = {
    "amazon": ("account_health", "2025-03-25"),
    "ebay": ("seller_standards", "2022-07-01"),
    "etsy": ("service_standards", "2022-07-01"),
    "walmart": ("pro_seller", "2025-06-12"),
}


@pytest.mark.parametrize("platform", CARDS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_cards_fit_eighty_columns(
    platform: str, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No word and no number is broken: what a wide window shows in a cell stands here in a line."""
    card, day = CARDS[platform]
    shopscore("sample", tmp_path, "-p", platform, "--shops", "5", "--orders", "400").done()
    asked = ("score", tmp_path, "-p", platform, "-c", card, "--as-of", day, "--lang", lang)
    shown = {}
    for columns in ("80", "400"):
        monkeypatch.setenv("COLUMNS", columns)
        every = shopscore(*asked).done().out
        one = shopscore(*asked, "--shop", "S0001").done().out
        shown[columns] = every + one
    if (platform, lang) == ("walmart", "en"):  # told apart by the level that asks for each
        assert all(f"Content score ({level})" in shown["80"] for level in ("Pro", "Advanced"))
    narrow, wide = shown["80"].splitlines(), shown["400"].splitlines()
    assert max(map(cell_len, narrow)) <= 80
    for line in wide:
        if "✓" in line or "✗" in line:
            values = re.findall(r"(?:[≤≥<>=] )?[\d.,]+%?(?: [✓✗])?", line)
            assert any(all(value in other for value in values) for other in narrow), line
    words = {word for line in wide for word in re.findall(r"[A-Za-z]+", line)}
    assert words <= {word for line in narrow for word in re.findall(r"[A-Za-z]+", line)}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_decides_a_level_is_not_only_informational(lang: str, tmp_path: Path) -> None:
    """On Amazon eight metrics are criteria, and one is shown."""
    shopscore("sample", tmp_path, "-p", "amazon", "--shops", "5", "--orders", "400").done()
    asked = ("score", tmp_path, "-p", "amazon", "--as-of", "2025-03-25", "--shop", "S0001")
    metrics, _ = shopscore(*asked, "--lang", lang).done().out.split("\n\n")[:2]
    deciding, shown = ("criterion", "informational") if lang == "en" else ("评判条件", "仅供参考")
    said = [line.split()[-1] for line in metrics.splitlines()]
    assert (said.count(deciding), said.count(shown)) == (8, 1)


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
