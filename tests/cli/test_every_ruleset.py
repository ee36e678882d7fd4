"""Every rule set of every platform on sample events: it ends well, and says what it can say."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

import shopscore as ss
from shopscore.messages import translate
from support.command_line import shopscore
from support.json_schemas import valid

#: Statuses of the shops, and the share of the total that is known; None where there is no total.
EXPECTED: dict[str, tuple[set[str], float | None]] = {
    "amazon/account_health/2024-09-25": ({"scored"}, None),
    "douyin/experience/2022": ({"scored", "insufficient_orders", "suppressed"}, 1),
    "douyin/experience/2026-01-15": ({"partial", "growth"}, 0),
    "douyin/experience/2026-05-07": ({"partial", "growth"}, 0),
    "douyin/experience/2026-07-14": ({"partial", "growth"}, 0),
    "douyin/experience/2026-09-08": ({"partial", "growth"}, 0),
    "douyin/global/2026-05-07": ({"partial", "growth"}, 0),
    "douyin/global/2026-07-14": ({"partial", "growth"}, 0),
    "douyin/global/2026-09-08": ({"partial", "growth"}, 0),
    "ebay/seller_standards/us-2025": ({"scored"}, None),
    "etsy/service_standards/2024-09": ({"scored"}, None),
    "etsy/star_seller/2024-09": ({"scored"}, None),
    "jd/star/2026-captured": ({"partial"}, 0),
    "kuaishou/experience/2023": ({"partial"}, 0.25),
    "kuaishou/experience/2025-inferred": ({"partial"}, 0),
    "kuaishou/aftersales/aftersales-unofficial": ({"scored"}, 1),
    "pinduoduo/service/2022": ({"scored", "insufficient_orders"}, 1),
    "pinduoduo/pilot/2025-inferred": ({"scored"}, None),
    "pinduoduo/dsr/dsr": ({"scored"}, None),
    "tmall/experience/2025-06-30": ({"partial", "insufficient_orders"}, 0),
    "tmall/experience/2026-03-16": ({"partial", "insufficient_orders"}, 0),
    "tmall/experience/2026-03-16+r1": ({"partial", "insufficient_orders"}, 0),
    "tmall/aftersales/2022": ({"scored"}, 1),
    "tmall/dsr/dsr": ({"scored"}, None),
    "walmart/performance/2024-12-13": ({"not_computable"}, None),
    "walmart/pro_seller/2024-12-13": ({"not_computable"}, None),
    "wechat/experience/2026-06-15": ({"partial"}, 0),
}
VERDICTS = ("amazon", "ebay", "etsy", "walmart")
WITHOUT_TOTAL = (
    "pinduoduo/pilot/2025-inferred",
    "pinduoduo/dsr/dsr",
    "tmall/dsr/dsr",
    *(name for name in EXPECTED if name.split("/")[0] in VERDICTS),
)


def which(name: str) -> tuple[str, ...]:
    platform, card, version = name.split("/")
    return ("-p", platform, "-c", card, "-r", version, "--as-of", "2022-07-01")


def test_none_is_forgotten() -> None:
    own = ("douyin", "jd", "kuaishou", "pinduoduo", "tmall", "wechat", *VERDICTS)
    names = [
        f"{card.name}/{version}"
        for platform in ss.platforms()
        for card in platform.scorecards
        for version in card.versions
        if platform.id in own
    ]
    assert sorted(names) == sorted(EXPECTED)


def known_of(name: str) -> float | None:
    """Return the coverage of shops whose input is complete; of no total there is none."""
    if name in WITHOUT_TOTAL:
        return None
    missing = EXPECTED[name][1]
    return 1 if missing is None else missing


@pytest.mark.parametrize("name", EXPECTED)
class TestEach:
    def test_document(self, name: str, events: Path) -> None:
        answer = shopscore("score", events, *which(name), "-f", "json").done()
        document, (statuses, coverage) = answer.document, EXPECTED[name]
        valid("score", document)
        assert len(document["shops"]) == 12
        assert {shop["status"] for shop in document["shops"]} == statuses
        ranked = [
            shop
            for shop in document["shops"]
            if all(metric["status"] != "no_peers" for metric in shop["metrics"])
        ]
        assert {shop["coverage"] for shop in ranked} == {known_of(name)}
        assert bool(document["missing_numbers"]) == (coverage not in (None, 1))
        for shop in document["shops"]:
            has_total = shop["status"] == "scored" and name not in WITHOUT_TOTAL
            assert (shop["score"] is not None) == (shop["score_exact"] is not None) == has_total
        assert document["numbers"] == []

    @pytest.mark.parametrize("lang", [pytest.param("zh", marks=pytest.mark.slow), "en"])
    def test_table(self, name: str, lang: str, events: Path) -> None:
        answer = shopscore("score", events, *which(name), "--lang", lang).done()
        platform, card, version = name.split("/")
        ruleset = ss.platform(platform).scorecard(card).ruleset(version)
        head = next(line for line in answer.out.splitlines() if line.strip())
        for dimension in ruleset.dimensions:
            assert dimension.label.text(lang) in head
        rows = [line.split() for line in answer.out.splitlines() if line.startswith("S0")]
        assert [row[0] for row in rows] == [f"S{n:04}" for n in range(1, 13)]
        assert {row[2] for row in rows} == {translate(s, lang) for s in EXPECTED[name][0]}
        said = "No shop has a score; --format json gives the reason for each."
        nobody = translate(said, lang) in answer.err
        assert nobody == (EXPECTED[name][1] not in (None, 1)), "only where a total is meant to be"

    @pytest.mark.slow
    def test_csv(self, name: str, events: Path) -> None:
        answer = shopscore("score", events, *which(name), "-f", "csv").done()
        rows = list(csv.DictReader(io.StringIO(answer.out)))
        assert len(rows) == 12
        known = known_of(name)
        ranked = [row for row in rows if "no_peers" not in row.values()]
        assert {row["coverage"] for row in ranked} == {"" if known is None else str(float(known))}

    @pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.slow)])
    def test_one_shop(self, name: str, lang: str, events: Path) -> None:
        answer = shopscore("score", events, *which(name), "--shop", "S0003", "--lang", lang).done()
        platform, card, version = name.split("/")
        ruleset = ss.platform(platform).scorecard(card).ruleset(version)
        metrics = ss.platform(platform).scorecard(card).metrics_for(ruleset)
        for id in ruleset.metric_ids:
            assert metrics[id].label.text(lang) in answer.out
        covered = EXPECTED[name][1]
        word = translate("coverage", lang)
        assert (word in answer.out) == (covered not in (None, 1))
        if covered not in (None, 1):
            assert f"{word} {covered * 100:.0f}%" in answer.out
            said = {"en": "prints a file to fill in", "zh": "会输出一个待填文件"}[lang]
            assert f"--missing {said}" in answer.out
