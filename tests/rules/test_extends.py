"""A user's rule set that says how it differs from an installed one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import shopscore as ss
from shopscore.errors import CoverageError, RuleSetError
from shopscore.model.rulesets import RuleSet
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.rules.ruleset_toml import parse_ruleset
from shopscore.testing.toy import PLATFORM
from support.ruleset_documents import TOY, plain

HEAD = 'extends = "toy/service/2025-01-01"\nversion = "mine"\n'
BASE = TOY.ruleset("2025-01-01")


def mine(text: str = "") -> RuleSet:
    return parse_ruleset(HEAD + text, "mine.toml", TOY.look_up)


def refused(text: str, *words: str, head: str = HEAD) -> None:
    with pytest.raises(RuleSetError) as caught:
        parse_ruleset(head + text, "mine.toml", TOY.look_up)
    for word in words:
        assert word in str(caught.value)


class TestWhatIsTaken:
    def test_everything_that_is_not_said(self) -> None:
        ruleset = mine()
        for name in (
            "dimensions",
            "eligibility",
            "tiers",
            "scorers",
            "low",
            "high",
            "informational",
        ):
            assert getattr(ruleset, name) == getattr(BASE, name)
        assert set(ruleset.assumptions) == set(BASE.assumptions)

    def test_it_is_the_users(self) -> None:
        ruleset = mine()
        assert ruleset.name == "toy/service/mine"
        assert ruleset.status == "user"
        assert ruleset.sha256 != BASE.sha256
        assert mine("zh = '我的'\n").sha256 != ruleset.sha256

    def test_it_covers_every_date(self) -> None:
        assert mine().span == "… to …"
        assert mine("effective_from = 2025-02-01\n").span == "2025-02-01 to …"

    def test_the_base_is_not_touched(self) -> None:
        before = TOY.text("2025-01-01")
        mine("[[dimensions]]\nid = 'goods'\nweight = 0.9\n")
        assert TOY.text("2025-01-01") == before
        assert TOY.ruleset("2025-01-01") == BASE


class TestWhatIsSaid:
    def test_weights_of_dimensions(self) -> None:
        ruleset = mine(
            "[[dimensions]]\nid = 'service'\nweight = 0.7\n[[dimensions]]\nid = 'goods'\nweight = 0.3\n"
        )
        assert [(d.id, d.weight) for d in ruleset.dimensions] == [
            ("goods", Decimal("0.3")),
            ("service", Decimal("0.7")),
        ]
        assert ruleset.dimensions[0].metrics == BASE.dimensions[0].metrics
        assert {d.source for d in ruleset.dimensions} == {"user"}

    def test_weights_of_metrics(self) -> None:
        text = "[[dimensions]]\nid = 'service'\nmetrics = [{ id = 'fast_replies', weight = 3 }]\n"
        service = mine(text).dimensions[1]
        assert [(m.id, m.weight) for m in service.metrics] == [
            ("pickup_hours", Decimal("0.5")),
            ("fast_replies", 3),
        ]
        assert (service.weight, service.source) == (BASE.dimensions[1].weight, "page")

    def test_bounds_of_an_assumption(self) -> None:
        text = "[[assumptions]]\nid = 'bad_review.max_rating'\nhigh = 5\nvalue = 4\n"
        ruleset = mine(text)
        changed = ruleset.assumptions["bad_review.max_rating"]
        assert (changed.value, changed.low, changed.high) == (4, 1, 5)
        assert changed.reason == BASE.assumptions["bad_review.max_rating"].reason
        assert ruleset.assuming({"bad_review.max_rating": 5}).numbers["bad_review.max_rating"] == 5
        with pytest.raises(ss.UsageError, match="extends"):
            BASE.assuming({"bad_review.max_rating": 5})

    def test_a_new_assumption(self) -> None:
        text = (
            "[[tiers]]\nid = 'gold'\nat_least = { assume = 'gold.bound' }\n"
            "[[assumptions]]\nid = 'gold.bound'\nkind = 'decimal'\nvalue = 4.2\nreason = 'mine'\n"
        )
        ruleset = mine(text)
        assert plain(ruleset, ruleset.tiers[0].condition.limit) == Decimal("4.2")
        assert len(ruleset.assumptions) == len(BASE.assumptions) + 1

    def test_a_new_tier(self) -> None:
        text = "[[tiers]]\nid = 'silver'\nat_least = 3\nzh = '银牌'\nen = 'silver shop'\n"
        assert [t.id for t in mine(text).tiers] == ["gold", "silver"]

    def test_a_new_scorer(self) -> None:
        text = (
            "[scorers.steep]\nkind = 'percentile_curve'\ncurve = [[0, 0], [0.5, 1], [1, 5]]\n"
            "source = 'user'\n"
            "[[dimensions]]\nid = 'goods'\nmetrics = [{ id = 'bad_reviews', scorer = 'steep' }]\n"
        )
        assert mine(text).dimensions[0].metrics[0].scorer == "steep"

    def test_an_assumption_in_place_of_a_number(self) -> None:
        text = "[[eligibility]]\nid = 'enough_orders'\nat_least = { assume = 'bad_review.max_rating' }\n"
        ruleset = mine(text)
        assert plain(ruleset, ruleset.eligibility[0].condition.limit) == 2

    def test_scale(self) -> None:
        ruleset = mine("[scale]\ndecimals = 1\n")
        assert (ruleset.low, ruleset.high, ruleset.decimals) == (0, 5, 1)

    def test_sources_of_ones_own(self) -> None:
        text = (
            "[sources.contract]\ntitle = 'Our contract'\nconfidence = 'T'\n"
            "[[tiers]]\nid = 'gold'\nat_least = 4.5\nsource = 'contract'\n"
        )
        assert mine(text).tiers[0].source == "contract"


class TestMistakes:
    def test_no_version(self) -> None:
        refused("", "version", head='extends = "toy/service/2025-01-01"\n')

    @pytest.mark.parametrize("name", ["toy", "toy/service", "toy/service/2025/1", "", "a b"])
    def test_no_name_of_a_rule_set(self, name: str) -> None:
        with pytest.raises(CoverageError):
            parse_ruleset(f'extends = "{name}"\nversion = "mine"\n', "mine.toml", TOY.look_up)

    def test_unknown_rule_set(self) -> None:
        with pytest.raises(CoverageError, match="2025-01-01"):
            parse_ruleset(
                'extends = "toy/service/2025-01-02"\nversion = "mine"\n', "mine.toml", TOY.look_up
            )

    @pytest.mark.parametrize("value", ["1", "[]", "{ a = 1 }", "true"])
    def test_wrong_type(self, value: str) -> None:
        refused("", "extends", head=f'extends = {value}\nversion = "mine"\n')

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("colour = 1\n", "colour"),
            ("[[dimensions]]\nid = 'goods'\nwieght = 1\n", "did you mean weight?"),
            ("[[dimensions]]\nid = 'godos'\nweight = 1\n", "godos"),
            ("[[tiers]]\nid = 'silver'\nat_least = 3\n", "zh"),
            ("[[assumptions]]\nid = 'bad_review.max_rating'\nvalue = 9\n", "9"),
            ("[[assumptions]]\nid = 'bad_review.max_ratin'\nvalue = 2\n", "max_ratin"),
            ("dimensions = 3\n", "dimensions"),
            ("[dimensions]\nid = 'goods'\n", "dimensions"),
            ("[[tiers]]\nid = 'gold'\nbelow = 3\n", "gold"),
        ],
    )
    def test_in_what_is_said(self, text: str, word: str) -> None:
        refused(text, word)


EVENTS = {
    "orders": {
        "shop_id": ["A"] * 12 + ["B"] * 12,
        "order_id": [str(i) for i in range(24)],
        "paid_at": ["2025-03-01 10:00:00"] * 24,
        "picked_up_at": ["2025-03-01 12:00:00"] * 12 + ["2025-03-02 12:00:00"] * 12,
    },
    "reviews": {
        "shop_id": ["A", "B"],
        "review_id": ["1", "2"],
        "reviewed_at": ["2025-03-02 10:00:00"] * 2,
        "rating": [2, 5],
    },
    "conversations": {"shop_id": [], "session_id": [], "started_at": [], "first_reply_at": []},
}


def score(ruleset: object) -> dict[str, float | None]:
    result = ss.score(EVENTS, platform=PLATFORM, ruleset=ruleset, as_of="2025-03-10")  # type: ignore[arg-type]
    return {shop.shop_id: shop.score for shop in result}


class TestEndToEnd:
    def test_of_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.toml"
        text = "[[dimensions]]\nid = 'goods'\nweight = 0.9\n[[dimensions]]\nid = 'service'\nweight = 0.1\n"
        file.write_text(HEAD + text, encoding="utf-8")
        assert score("2025-01-01") == {"A": 2.5, "B": 2.5}
        assert score(file) == score(str(file)) == score(mine(text)) == {"A": 0.5, "B": 4.5}
        result = ss.score(EVENTS, platform=PLATFORM, ruleset=file, as_of="2025-03-10")
        assert result.versions["ruleset_sha256"] == mine(text).sha256
        assert result.rules.ruleset.status == "user"

    def test_of_an_assumption(self, tmp_path: Path) -> None:
        text = "[[assumptions]]\nid = 'bad_review.max_rating'\nlow = 0\nvalue = 0\n"
        found = score(mine(text))
        assert found == {"A": 3.75, "B": 1.25}

    def test_of_another_platform(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.toml"
        file.write_text(HEAD, encoding="utf-8")
        with pytest.raises(CoverageError, match=r"toy/service/mine is not one of"):
            ss.score(EVENTS, platform="douyin", ruleset=mine(), as_of="2025-03-10")

    @pytest.mark.slow
    def test_through_the_command(self, tmp_path: Path) -> None:
        import json
        import subprocess
        import sysconfig

        file = tmp_path / "mine.toml"
        file.write_text(
            'extends = "douyin/experience/2022"\nversion = "strict"\n'
            "[[tiers]]\nid = 'best'\nat_least = 4.9\nzh = '最佳'\nen = 'best'\n"
            "[[assumptions]]\nid = 'bad_review.max_rating'\nvalue = 4\nhigh = 4\n",
            encoding="utf-8",
        )
        (tmp_path / "orders.csv").write_text("shop_id,order_id\nS1,1\n", encoding="utf-8")
        command = f"{sysconfig.get_path('scripts')}/shopscore"
        args = (
            "--platform",
            "douyin",
            "--ruleset",
            str(file),
            "--as-of",
            "2024-06-30",
            "-f",
            "json",
        )
        done = subprocess.run(
            [command, "score", tmp_path / "orders.csv", *args, "--assume", "strict.x=1"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        done = subprocess.run(
            [command, "score", tmp_path / "orders.csv", *args],
            capture_output=True,
            text=True,
            check=True,
        )
        document = json.loads(done.stdout)
        assert (document["ruleset"], document["ruleset_status"]) == ("strict", "user")
        values = {a["id"]: a["value"] for a in document["assumptions"]}
        assert values["douyin.strict.bad_review.max_rating"] == 4

    def test_metrics_are_bound_again(self) -> None:
        text = "[[assumptions]]\nid = 'bad_review.max_rating'\nvalue = 1\n"
        rules = BoundRuleSet.bind(PLATFORM, TOY, mine(text))
        other = BoundRuleSet.bind(PLATFORM, TOY, BASE)
        assert rules.tallies != other.tallies
