"""What a rule set's TOML says of what is beside a score: comparisons, tiers on metrics, a bonus."""

from __future__ import annotations

from typing import Any

import pytest

from shopscore.errors import RuleSetError
from shopscore.model.conditions import Condition, Measure, Relief
from shopscore.model.rulesets import Comparison
from shopscore.rules.exact_rules import exact_rules
from support.ruleset_documents import (
    ENTRY,
    Change,
    ReferenceTables,
    bind,
    both,
    drop,
    parsed,
    plain,
    put,
    refused,
)

WITH_BONUS = "support.toy_bonus_metrics"


class TestWithoutATotal:
    def test_metrics_are_shown(self) -> None:
        def change(tables: ReferenceTables) -> None:
            for key in ("dimensions", "scorers", "tiers"):
                del tables[key]
            tables["informational"] = ["bad_reviews", "paid_orders"]

        ruleset = parsed(change)
        assert ruleset.metric_ids == ("bad_reviews", "paid_orders")
        assert bind(ruleset).tallies


class TestComparison:
    def test_says_how_and_with_which_mean(self) -> None:
        table = {"kind": "spread", "mean": {"assume": "mean"}, "source": "page"}
        ruleset = parsed(both(put("comparison", value=table)))
        assert isinstance(ruleset.comparison, Comparison)
        assert ruleset.comparison.kind == "spread"
        assert plain(ruleset, ruleset.comparison.mean) == "shops"
        pooled = ruleset.assuming({"mean": "pooled"})
        assert plain(pooled, ruleset.comparison.mean) == "pooled"
        assert [exact_rules(r).mean_kind for r in (ruleset, pooled)] == ["shops", "pooled"]
        assert "mean" in ruleset.assumptions_named
        assert parsed().comparison is None

    @pytest.mark.parametrize(
        ("table", "words"),
        [
            ({"kind": "spred"}, ["comparison", "did you mean spread?"]),
            ({"mean": "pooled"}, ["key kind is missing"]),
            ({"kind": "spread", "mean": "pool"}, ["did you mean pooled?"]),
            ({"kind": "spread", "means": "pooled"}, ["unknown key means; did you mean mean?"]),
            ({"kind": "spread", "source": "pgae"}, ["source pgae is not among"]),
            ({"kind": "spread", "mean": 1}, ["comparison", "wrong type"]),
            (
                {"kind": "spread", "mean": {"assume": "share"}},
                ["assumption share may choose among pooled, shops only"],
            ),
        ],
        ids=str,
    )
    def test_what_cannot_be_meant(self, table: ReferenceTables, words: list[str]) -> None:
        """The words of an assumption too: `total` and `part` are no means."""
        refused(both(put("comparison", value=table)), *words)

    def test_a_mean_that_nobody_declares(self) -> None:
        table = {"kind": "spread", "mean": {"assume": "shar"}}
        with pytest.raises(RuleSetError, match=r"no assumption shar; did you mean share\?"):
            parsed(both(put("comparison", value=table)))


class TestTiersOnMetrics:
    def tier(self, **changes: Any) -> Change:
        """The toy's tier with other keys; None takes a key away."""
        on_metric = {"metric": "bad_reviews", "times_industry_mean": 3, "or_count_below": 2}

        def change(tables: ReferenceTables) -> None:
            table = {**tables["tiers"][0], **on_metric, **changes}
            tables["tiers"][0] = {k: v for k, v in table.items() if v is not None}

        return change

    def test_are_reached_by_a_value(self) -> None:
        (tier,) = parsed(self.tier(at_least=None)).tiers
        assert tier.condition == Condition(
            Measure("value", "bad_reviews"),
            "at most",
            3,
            times_industry_mean=True,
            relief=Relief(count_below=2),
        )
        (tier,) = parsed(self.tier(at_least=None, or_count_below=None)).tiers
        assert tier.condition.relief is None

    @pytest.mark.parametrize(
        "changes",
        [
            {},  # at_least too
            {"at_least": None, "below": 3},
            {"at_least": None, "times_industry_mean": None},
            {"at_least": None, "metric": None},
            {"at_least": None, "metric": None, "times_industry_mean": None},
            {"metric": None, "times_industry_mean": None},
            {"at_least": None, "metric": None, "times_industry_mean": None, "or_count_below": None},
        ],
        ids=str,
    )
    def test_what_cannot_be_meant(self, changes: dict[str, Any]) -> None:
        refused(self.tier(**changes), "tiers[gold]")

    def test_their_numbers_need_a_source(self) -> None:
        refused(self.tier(at_least=None, source=None), "times_industry_mean = 3 needs a source")

    def test_the_metric_exists(self) -> None:
        ruleset = parsed(self.tier(at_least=None, metric="bad_review"))
        with pytest.raises(RuleSetError, match=r"bad_review .*did you mean bad_reviews\?"):
            bind(ruleset)

    def test_the_metric_need_not_be_shown(self) -> None:
        ruleset = parsed(
            both(self.tier(at_least=None, metric="paid_orders"), drop("informational"))
        )
        assert "paid_orders" not in ruleset.metric_ids
        assert "paid_orders" in bind(ruleset).metrics


class TestBonus:
    def bonus(self, *ids: str) -> Change:
        return both(put("bonus", value=[{"metric": id} for id in ids]), drop("informational"))

    def test_stands_between_what_is_weighed_and_what_is_shown(self) -> None:
        ruleset = parsed(
            both(self.bonus("extra_orders"), put("informational", value=["paid_orders"]))
        )
        assert ruleset.metric_ids == (
            "bad_reviews", "pickup_hours", "fast_replies", "extra_orders", "paid_orders",
        )  # fmt: skip
        assert "extra_orders" in bind(ruleset, WITH_BONUS).metrics

    @pytest.mark.parametrize(
        ("metric", "role"), [("paid_orders", "informational"), ("fast_replies", "scored")]
    )
    def test_only_what_is_meant_as_one_is_added(self, metric: str, role: str) -> None:
        def change(tables: ReferenceTables) -> None:
            tables["dimensions"][1]["metrics"].pop()

        ruleset = parsed(both(self.bonus(metric), change))
        with pytest.raises(RuleSetError, match=f"metric {metric} has the role {role}, not bonus"):
            bind(ruleset, WITH_BONUS)

    def test_what_is_meant_as_one_is_not_weighed(self) -> None:
        ruleset = parsed(put(*ENTRY, "id", value="extra_orders"))
        with pytest.raises(RuleSetError, match="has the role bonus, and cannot have a weight"):
            bind(ruleset, WITH_BONUS)

    def test_no_metric_stands_twice(self) -> None:
        refused(self.bonus("paid_orders", "paid_orders"), "paid_orders", "twice")
        refused(self.bonus("bad_reviews"), "bad_reviews", "twice")

    def test_what_cannot_be_meant(self) -> None:
        refused(put("bonus", value=[{}]), "bonus[1]", "key metric is missing")
        refused(put("bonus", value=[{"metric": "x", "weight": 1}]), "unknown key weight")
        refused(put("bonus", value=[{"metric": "x", "worth": 1}]), "worth = 1 needs a source")
        refused(put("bonus", value=[{"metric": "paid_orders", "source": "pgae"}]), "pgae")
        with pytest.raises(RuleSetError, match=r"paid_order .*did you mean paid_orders\?"):
            bind(parsed(self.bonus("paid_order")))
