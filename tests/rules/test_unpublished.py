"""What a rule set's TOML says of numbers that are not published, and of what is beside a score."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.errors import RuleSetError
from shopscore.grading import bound_scorers
from shopscore.model.expressions import Assumed
from shopscore.model.rulesets import Comparison, RuleSet
from shopscore.rules import Rules
from shopscore.ruleset_files import parse_ruleset
from shopscore.testing.toy import PLATFORM

from .documents import TOY, Change, Tables, at, drop, parsed, put, refused

GOODS = ("dimensions", 0)
ENTRY = (*GOODS, "metrics", 0)
SHARE: Tables = {
    "id": "share", "kind": "choice", "value": "total", "choices": ["total", "part"], "reason": "either",
}  # fmt: skip
UNKNOWN: Tables = {
    "id": "unknown", "kind": "decimal", "nullable": True, "low": 0, "high": 5, "reason": "a secret",
}  # fmt: skip


def bind(ruleset: RuleSet) -> Rules:
    return Rules.bind(PLATFORM, TOY, ruleset)


def both(*changes: Change) -> Change:
    """One change after the other, with the assumptions of this page."""

    def change(tables: Tables) -> None:
        tables["assumptions"] += [dict(SHARE), dict(UNKNOWN)]
        for one in changes:
            one(tables)

    return change


class TestChoices:
    @pytest.mark.parametrize(
        "path",
        [(*GOODS, "weight"), (*ENTRY, "weight"), ("tiers", 0, "at_least"), ("scale", "high")],
    )
    def test_a_number_follows_the_word(self, path: tuple[Any, ...]) -> None:
        number = {"assume": "share", "total": 5, "part": Decimal("0.375")}
        ruleset = parsed(both(put(*path, value=number)))
        found = {
            (*GOODS, "weight"): ruleset.dimensions[0].weight,
            (*ENTRY, "weight"): ruleset.dimensions[0].metrics[0].weight,
            ("tiers", 0, "at_least"): ruleset.tiers[0].at_least,
            ("scale", "high"): ruleset.high,
        }[path]
        assert ruleset.number(found) == 5
        assert ruleset.assuming({"share": "part"}).number(found) == Decimal("0.375")
        assert "share" in ruleset.assumed_by_rules()
        assert bind(ruleset).assumptions[-1].id == "share"

    @pytest.mark.parametrize("path", [GOODS, ENTRY, ("tiers", 0)])
    def test_its_numbers_need_a_source(self, path: tuple[Any, ...]) -> None:
        key = "at_least" if path[0] == "tiers" else "weight"
        number = {"assume": "share", "total": 1, "part": 2}
        refused(both(put(*path, key, value=number), drop(*path, "source")), "needs a source")

    @pytest.mark.parametrize(
        "path",
        [
            (*GOODS, "weight"),
            (*ENTRY, "weight"),
            (*GOODS, "points"),
            ("tiers", 0, "at_least"),
            ("eligibility", 0, "at_least"),
            ("scale", "low"),
        ],
        ids=str,
    )
    def test_there_is_one_for_every_word(self, path: tuple[Any, ...]) -> None:
        for number in (
            {"assume": "share", "total": 1},
            {"assume": "share", "total": 1, "part": 2, "third": 3},
            {"assume": "share", "totel": 1, "part": 2},
            {"assume": "bad_review.max_rating", "total": 1, "part": 2},
        ):
            refused(both(put(*path, value=number)), "for each choice")

    def test_of_an_assumption_that_does_not_exist(self) -> None:
        with pytest.raises(RuleSetError, match=r"no assumption shar; did you mean share\?"):
            parsed(both(put(*GOODS, "weight", value={"assume": "shar", "total": 1, "part": 2})))

    @pytest.mark.parametrize("number", ["1", True, [1], None], ids=repr)
    def test_what_is_no_number(self, number: Any) -> None:
        table = {"assume": "share", "total": 1, "part": {} if number is None else number}
        refused(both(put(*GOODS, "weight", value=table)), "dimensions[goods].weight", "part")


MISSING: Tables = {"kind": "bands", "missing": "the back office says it"}


class TestScorersThatLack:
    def test_are_named_and_not_made(self) -> None:
        ruleset = parsed(put("scorers", "reply_bands", value=MISSING))
        assert ruleset.scorers["reply_bands"].missing == "the back office says it"
        assert set(bound_scorers(ruleset)) == {"rank"}
        bind(ruleset)

    def test_have_no_numbers(self) -> None:
        table = {**MISSING, "bands": [[0, 1]], "source": "page"}
        refused(put("scorers", "reply_bands", value=table), "either missing, or bands")

    @pytest.mark.parametrize(
        "table",
        [{"missing": "why"}, {"kind": "bands", "missing": True}, {"kind": "bands", "missing": 1}],
    )
    def test_say_their_kind_and_why(self, table: Tables) -> None:
        refused(put("scorers", "reply_bands", value=table), "scorers.reply_bands")

    def test_a_metric_may_have_none(self) -> None:
        ruleset = parsed(drop(*ENTRY, "scorer"))
        assert ruleset.dimensions[0].metrics[0].scorer == ""
        bind(ruleset)

    def test_a_rule_set_that_extends_can_give_what_lacks(self) -> None:
        base = ss.platform("tmall").scorecard("experience")
        text = (
            'extends = "tmall/experience/2026-03-16"\nversion = "mine"\n'
            '[scorers.arrival_hours]\nbands = [[96, 3], [48, 5]]\nsource = "user"\n'
        )
        assert set(bound_scorers(parse_ruleset(text, "mine.toml", base.lookup))) == {
            "arrival_hours"
        }


class TestScalarsThatLack:
    def test_a_weight_has_no_number(self) -> None:
        ruleset = parsed(
            both(put(*GOODS, "weight", value={"assume": "unknown"}), drop(*GOODS, "source"))
        )
        assert ruleset.number(ruleset.dimensions[0].weight) is None
        assert ruleset.known_weight is None
        assert ruleset.assuming({"unknown": 1}).known_weight == Decimal("1.5")
        assert ruleset.assuming({"unknown": 1}).assuming({"unknown": None}).known_weight is None

    def test_one_that_is_not_nullable_needs_a_value(self) -> None:
        refused(both(drop("assumptions", -1, "nullable")), "unknown", "needs a value")

    @pytest.mark.parametrize(
        "path",
        [("tiers", 0, "at_least"), ("eligibility", 0, "at_least"), ("scale", "high"), ("scale", "decimals")],
        ids=str,
    )  # fmt: skip
    def test_where_no_score_can_be_without_it_says_so(self, path: tuple[Any, ...]) -> None:
        """Refused when it is read, or the result is partial; no number is made of nothing."""
        orders = {"shop_id": ["S"], "order_id": ["1"], "paid_at": ["2025-06-01 10:00"]}
        values = {"shop_id": ["S"], "metric": ["bad_reviews"], "value": ["0.5"], "n": ["9"]}
        said = "unknown"
        try:
            ruleset = parsed(both(put(*path, value={"assume": "unknown"})))
            rules: Any = {"platform": PLATFORM, "ruleset": ruleset, "as_of": "2025-06-02"}
            ss.score({"orders": orders}, **rules)
            ss.score_values(pl.DataFrame(values), **rules)
        except RuleSetError as error:
            said = str(error)
        assert "unknown" in said


class TestPointsOfDimensions:
    def test_stand_in_for_metrics(self) -> None:
        ruleset = parsed(
            both(put(*GOODS, "points", value={"assume": "unknown"}), drop(*GOODS, "metrics"))
        )
        assert ruleset.dimensions[0].metrics == ()
        assert isinstance(ruleset.dimensions[0].points, Assumed)
        assert ruleset.number(ruleset.dimensions[0].points) is None
        assert ruleset.assuming({"unknown": 4}).number(ruleset.dimensions[0].points) == 4
        assert "unknown" in ruleset.assumed_by_rules()

    def test_one_of_both_is_needed(self) -> None:
        refused(drop(*GOODS, "metrics"), "dimensions[goods]", "metrics, or points")
        refused(put(*GOODS, "metrics", value=[]), "metrics, or points")

    def test_need_a_source(self) -> None:
        def change(tables: Tables) -> None:
            at(*GOODS)(tables).update(points=4, weight={"assume": "unknown"})
            del at(*GOODS)(tables)["source"]

        refused(both(change), "dimensions[goods]", "points = 4 needs a source")


class TestWithoutATotal:
    def test_metrics_are_shown(self) -> None:
        def change(tables: Tables) -> None:
            for key in ("dimensions", "scorers", "tiers"):
                del tables[key]
            tables["informational"] = ["bad_reviews", "paid_orders"]

        ruleset = parsed(change)
        assert ruleset.metric_ids == ("bad_reviews", "paid_orders")
        assert bind(ruleset).tallies


class TestComparison:
    def test_says_how_and_with_which_mean(self) -> None:
        table = {"kind": "spread", "mean": {"assume": "share"}, "source": "page"}
        ruleset = parsed(both(put("comparison", value=table)))
        assert isinstance(ruleset.comparison, Comparison)
        assert ruleset.comparison.kind == "spread"
        assert ruleset.number(ruleset.comparison.mean) == "total"
        assert "share" in ruleset.assumed_by_rules()
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
            ({"kind": "spread", "mean": {"assume": "share"}}, ["share"]),
        ],
        ids=str,
    )
    def test_what_cannot_be_meant(self, table: Tables, words: list[str]) -> None:
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

        def change(tables: Tables) -> None:
            table = {**tables["tiers"][0], **on_metric, **changes}
            tables["tiers"][0] = {k: v for k, v in table.items() if v is not None}

        return change

    def test_are_reached_by_a_value(self) -> None:
        (tier,) = parsed(self.tier(at_least=None)).tiers
        assert (tier.metric, tier.times_industry_mean, tier.or_count_below) == ("bad_reviews", 3, 2)
        (tier,) = parsed(self.tier(at_least=None, or_count_below=None)).tiers
        assert tier.or_count_below is None

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
        ruleset = parsed(self.bonus("paid_orders"))
        assert ruleset.metric_ids == ("bad_reviews", "pickup_hours", "fast_replies", "paid_orders")
        assert "paid_orders" in bind(ruleset).metrics

    def test_no_metric_stands_twice(self) -> None:
        refused(self.bonus("paid_orders", "paid_orders"), "paid_orders", "twice")
        refused(self.bonus("bad_reviews"), "bad_reviews", "twice")

    def test_what_cannot_be_meant(self) -> None:
        refused(put("bonus", value=[{}]), "bonus[1]", "key metric is missing")
        refused(put("bonus", value=[{"metric": "x", "points": 1}]), "unknown key points")
        refused(put("bonus", value=[{"metric": "paid_orders", "source": "pgae"}]), "pgae")
        with pytest.raises(RuleSetError, match=r"paid_order .*did you mean paid_orders\?"):
            bind(parsed(self.bonus("paid_order")))
