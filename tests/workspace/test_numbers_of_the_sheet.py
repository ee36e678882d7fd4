"""Every number of the sheet is that of a score, or follows from scores by its definition."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import shopscore as ss
from support.workspaces import DAY, PLATFORMS, before, entry

#: The newest rules of every scorecard, and old ones that have a total.
CARDS = [
    (p, card.id, card.newest().version) for p in PLATFORMS for card in ss.platform(p).scorecards
] + [("douyin", "experience", "2022"), ("kuaishou", "experience", "2023")]


@pytest.fixture(scope="module")
def sheet(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> ss.Sheet:
    """One run over all scorecards."""
    entries = (entry(p, scorecard=f'"{c}"', ruleset=f'"{v}"') for p, c, v in CARDS)
    file = samples / "shopscore.toml"
    file.write_text("schema = 1\n" + "".join(entries), encoding="utf-8")
    return ss.run_workspace(file, as_of=DAY)


@pytest.fixture(scope="module")
def score(samples: Path) -> Any:
    """The score of a card on a day, as everybody asks for it."""

    @cache
    def score(platform: str, card: str, version: str, day: str = DAY) -> ss.Result:
        folder = samples / platform
        return ss.score(folder, platform=platform, scorecard=card, ruleset=version, as_of=day)

    return score


def rows_of(sheet: ss.Sheet, card: tuple[str, str, str]) -> dict[str, dict[str, Any]]:
    named = ("platform", "scorecard", "ruleset")
    return {row["shop"]: row for row in sheet.shops if tuple(row[n] for n in named) == card}


def test_nothing_failed(sheet: ss.Sheet):
    assert sheet.failed == ()
    assert len(sheet) == 7 * len(CARDS)


@pytest.mark.parametrize("card", CARDS, ids="/".join)
class TestEachCard:
    def test_what_a_score_says_of_a_shop(self, sheet, score, card):
        result, rows = score(*card), rows_of(sheet, card)
        assert [*rows] == [shop.shop_id for shop in result]
        for shop in result:
            row = rows[shop.shop_id]
            assert row["status"] == shop.status
            assert row["reason"] == (None if shop.reason is None else str(shop.reason))
            assert row["reason_zh"] == (None if shop.reason is None else shop.reason.text("zh"))
            assert (row["score"], row["score_low"]) == (shop.score, shop.score_low)
            assert (row["score_high"], row["coverage"]) == (shop.score_high, shop.coverage)
            assert row["tiers"] == [*shop.tiers]
            assert row["as_of"] == DAY
            codes = [n.code for n in result.notices if n.concerns((shop.shop_id,))]
            assert row["notices"] == [*dict.fromkeys(codes)]

    def test_levels_are_those_of_the_last_evaluation(self, sheet, score, card):
        result, rows = score(*card), rows_of(sheet, card)
        for shop in result:
            row, levels = rows[shop.shop_id], shop.levels
            if result.evaluation is not None and "current_level" in levels:
                now, projected = levels["current_level"], levels["level"]
            else:
                now, projected = levels.get("level"), None
            assert (row["level"], row["level_projected"]) == (now, projected)

    def test_share_of_the_scale(self, sheet, score, card):
        rules = score(*card).rules.exact
        for row in rows_of(sheet, card).values():
            if not rules.dimensions:
                assert (row["scale_low"], row["scale_high"], row["share"]) == (None, None, None)
                continue
            low, high = rules.total_low, rules.high
            assert (row["scale_low"], row["scale_high"]) == (float(low), float(high))
            if row["score"] is None:
                assert row["share"] is None
            else:
                exact = Fraction(str(row["score"]))
                assert row["share"] == float((exact - low) / (high - low))
                assert 0 <= row["share"] <= 1

    @pytest.mark.parametrize("days", [1, 7])
    def test_changes_are_differences_of_two_scores(self, sheet, score, card, days):
        now, then = score(*card), score(*card, before(DAY, days))
        for id, row in rows_of(sheet, card).items():
            a = now[id].score
            b = then[id].score if id in then else None
            if a is None or b is None:
                assert row[f"change_{days}d"] is None
                assert row["why"][f"change_{days}d"]["zh"]
            else:
                assert row[f"change_{days}d"] == float(Fraction(str(a)) - Fraction(str(b)))

    def test_metrics_are_those_of_the_score(self, sheet, score, card):
        result = score(*card)
        found = {
            (row["shop"], row["metric"]): row
            for row in sheet.metrics
            if (row["platform"], row["scorecard"], row["ruleset"]) == card
        }
        assert len(found) == sum(len(shop.metrics) for shop in result)
        for shop in result:
            for metric in shop.metrics:
                row = found[shop.shop_id, metric.id]
                declared = result.rules.metrics[metric.id].metric
                assert (row["label_en"], row["label_zh"]) == (declared.en, declared.zh)
                assert row["unit"] == declared.unit
                for name in ("value", "n", "percentile", "points", "weight", "status", "source"):
                    assert row[name] == getattr(metric, name), name
                assert row["dimension"] == metric.dimension

    def test_the_costliest_metric_by_the_definition(self, sheet, score, card):
        """What a metric costs is its share of the total times what its points lack."""
        result = score(*card)
        high = result.rules.exact.high
        for shop in result:
            row = rows_of(sheet, card)[shop.shop_id]
            if shop.score is None or result.rules.exact.composition is not None:
                continue
            costs = {
                m.id: m.weight * (float(high) - m.points)
                for m in shop.metrics
                if m.weight and m.points is not None
            }
            most = max(costs.values(), default=0)
            if most <= 1e-12:
                assert (row["costliest_metric"], row["costliest_cost"]) == (None, None)
                continue
            assert row["costliest_cost"] == pytest.approx(most, rel=1e-12)
            assert costs[row["costliest_metric"]] == pytest.approx(most, rel=1e-12)

    def test_the_next_tier_is_the_lowest_bound_above(self, sheet, score, card):
        result = score(*card)
        for shop in result:
            row = rows_of(sheet, card)[shop.shop_id]
            if result.levels is not None and result.levels.levels:
                continue
            bounds = {
                (tier.condition.bound, tier.id)
                for tier in result.rules.exact.tiers
                if tier.condition.measure.kind == "total"
                and tier.condition.operator in ("at least", "above")
                and tier.id not in shop.tiers
                and not tier.condition.elsewhere
            }
            if shop.score is None or not bounds:
                assert row["to_next_tier"] is None
                continue
            bound, id = min(bounds)
            assert row["next_tier"] == id
            assert row["to_next_tier"] == float(bound - Fraction(str(shop.score)))

    def test_open_tasks_are_those_of_todo_at_noon(self, sheet, samples, card):
        platform, scorecard, version = card
        if scorecard != ss.platform(platform).scorecards[0].id:
            return  # tasks are those of the platform, whatever the scorecard
        found = ss.todo(
            samples / platform,
            now=f"{DAY} 12:00",
            platform=platform,
            scorecard=scorecard,
            ruleset=version,
        )
        open_ = Counter(one.shop_id for one in found)
        for id, row in rows_of(sheet, card).items():
            assert row["open_tasks"] == open_[id]


def test_some_scores_changes_costs_and_tiers_were_compared(sheet: ss.Sheet):
    """The samples have what the tests above compare."""
    for name in ("score", "change_1d", "change_7d", "costliest_cost", "to_next_tier", "level"):
        assert sum(row[name] is not None for row in sheet.shops) > 1, name
    assert any(row["change_7d"] for row in sheet.shops)
    assert any(row["open_tasks"] for row in sheet.shops)
