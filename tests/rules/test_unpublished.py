"""What a rule set's TOML says of numbers that are not published."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.errors import RuleSetError
from shopscore.model.expressions import Assumed
from shopscore.rules.coverage import missing_numbers, weights_within
from shopscore.rules.exact_rules import exact_rules
from shopscore.rules.ruleset_toml import parse_ruleset
from shopscore.testing.toy import PLATFORM
from support.ruleset_documents import (
    ENTRY,
    GOODS,
    Change,
    ReferenceTables,
    at,
    bind,
    both,
    drop,
    parsed,
    plain,
    put,
    refused,
)


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
            ("tiers", 0, "at_least"): ruleset.tiers[0].condition.bound,
            ("scale", "high"): ruleset.high,
        }[path]
        assert plain(ruleset, found) == 5
        assert plain(ruleset.assuming({"share": "part"}), found) == Decimal("0.375")
        assert "share" in ruleset.assumptions_named
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

    @pytest.mark.parametrize(
        ("key", "known"),
        [("ranking", "mid_percent_rank, percent_rank, "), ("missing", "rescale, require only")],
    )
    def test_of_words_that_the_rules_know(self, key: str, known: str) -> None:
        """`total` and `part` are no ranking and no policy; a number is no word at all."""
        for id in ("share", "unknown", "bad_review.max_rating"):
            change = put(key, value={"assume": id})
            refused(both(change), f"assumption {id} may choose among {known}")

    def test_policies_may_be_chosen(self) -> None:
        policy = {"id": "policy", "kind": "choice", "value": "require", "reason": "either"}

        def change(tables: ReferenceTables) -> None:
            tables["assumptions"].append({**policy, "choices": ["require", "rescale"]})
            tables["missing"] = {"assume": "policy"}

        required = parsed(change)
        rescaled = required.assuming({"policy": "rescale"})
        assert [exact_rules(r).policy for r in (required, rescaled)] == ["require", "rescale"]

    @pytest.mark.parametrize("kind", ["words", "choices", "text"])
    def test_assumptions_of_rules_are_numbers_or_one_word(self, kind: str) -> None:
        """A list of words is a setting of levers."""
        refused(
            both(put("assumptions", -1, "kind", value=kind)), "assumptions[unknown]", "kind", kind
        )

    def test_of_an_assumption_that_does_not_exist(self) -> None:
        with pytest.raises(RuleSetError, match=r"no assumption shar; did you mean share\?"):
            parsed(both(put(*GOODS, "weight", value={"assume": "shar", "total": 1, "part": 2})))

    @pytest.mark.parametrize("number", ["1", True, [1], None], ids=repr)
    def test_what_is_no_number(self, number: Any) -> None:
        table = {"assume": "share", "total": 1, "part": {} if number is None else number}
        refused(both(put(*GOODS, "weight", value=table)), "dimensions[goods].weight", "part")


MISSING: ReferenceTables = {"kind": "bands", "missing": "the back office says it"}


class TestScorersThatLack:
    def test_are_named_and_not_made(self) -> None:
        ruleset = parsed(put("scorers", "reply_bands", value=MISSING))
        assert ruleset.scorers["reply_bands"].missing == "the back office says it"
        assert set(exact_rules(ruleset).scorers) == {"rank"}
        bind(ruleset)

    def test_have_no_numbers(self) -> None:
        table = {**MISSING, "bands": [[0, 1]], "source": "page"}
        refused(put("scorers", "reply_bands", value=table), "a scorer has either missing, or bands")

    @pytest.mark.parametrize(
        "table",
        [{"missing": "why"}, {"kind": "bands", "missing": True}, {"kind": "bands", "missing": 1}],
    )
    def test_say_their_kind_and_why(self, table: ReferenceTables) -> None:
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
        ruleset = parse_ruleset(text, "mine.toml", base.look_up)
        assert set(exact_rules(ruleset).scorers) == {"arrival_hours"}
        lacking, given = (
            {m.number for m in missing_numbers(r)} for r in (base.ruleset("2026-03-16"), ruleset)
        )
        assert lacking - given == {"scorers.arrival_hours"}
        assert given < lacking

    @pytest.mark.parametrize("table", ["", 'source = "user"\n', 'kind = "bands"\n'])
    def test_one_that_says_nothing_gives_nothing(self, table: str) -> None:
        base = ss.platform("tmall").scorecard("experience")
        text = (
            'extends = "tmall/experience/2026-03-16"\nversion = "mine"\n'
            f"[scorers.arrival_hours]\n{table}"
        )
        ruleset = parse_ruleset(text, "mine.toml", base.look_up)
        assert ruleset.scorers["arrival_hours"].missing
        assert exact_rules(ruleset).scorers == {}

    def test_one_that_cannot_be_made_is_named(self) -> None:
        falling = {"kind": "linear", "line": [[1, 0], [0, 1]], "source": "page"}
        refused(put("scorers", "reply_bands", value=falling), "scorers.reply_bands: ", "rise")


class TestScalarsThatLack:
    def test_a_weight_has_no_number(self) -> None:
        ruleset = parsed(
            both(put(*GOODS, "weight", value={"assume": "unknown"}), drop(*GOODS, "source"))
        )
        one = ruleset.assuming({"unknown": 1})
        assert exact_rules(ruleset).dimensions[0].weight is None
        assert exact_rules(ruleset).total_weight is None
        assert exact_rules(one).total_weight == Fraction(3, 2)
        assert exact_rules(one.assuming({"unknown": None})).total_weight is None

    def test_one_that_is_not_nullable_needs_a_value(self) -> None:
        refused(both(drop("assumptions", -1, "nullable")), "unknown", "needs a value")

    @pytest.mark.parametrize("value", [None, 3])
    @pytest.mark.parametrize(
        "path",
        [
            ("tiers", 0, "at_least"), ("eligibility", 0, "at_least"),
            ("scale", "low"), ("scale", "high"), ("scale", "decimals"),
        ],
        ids=str,
    )  # fmt: skip
    def test_nothing_else_may_be_missing(self, path: tuple[Any, ...], value: int | None) -> None:
        """No number is made of nothing, also where the assumption happens to have a value."""

        def valued(tables: ReferenceTables) -> None:
            if value is not None:
                tables["assumptions"][-1]["value"] = value

        change = both(valued, put(*path, value={"assume": "unknown"}))
        refused(
            change, "assumption unknown supplies a number that is needed: it cannot be nullable"
        )

    @pytest.mark.parametrize(
        "tier",
        [
            {"below": {"assume": "unknown"}},
            {"metric": "bad_reviews", "times_industry_mean": {"assume": "unknown"}},
            {"metric": "bad_reviews", "times_industry_mean": 3, "or_count_below": {"assume": "unknown"}},
        ],
        ids=str,
    )  # fmt: skip
    def test_of_tiers_neither(self, tier: ReferenceTables) -> None:
        def change(tables: ReferenceTables) -> None:
            del tables["tiers"][0]["at_least"]
            tables["tiers"][0].update(tier)

        refused(
            both(change),
            "assumption unknown supplies a number that is needed: it cannot be nullable",
        )

    def test_a_condition_from_above_neither(self) -> None:
        change = put("eligibility", 0, "at_most", value={"assume": "unknown"})
        refused(
            both(change, drop("eligibility", 0, "at_least")),
            "unknown supplies a number that is needed",
        )

    @pytest.mark.parametrize("path", [(*GOODS, "weight"), ("tiers", 0, "at_least")], ids=str)
    @pytest.mark.parametrize("id", ["share", "flag"])
    def test_a_word_is_no_number(self, path: tuple[Any, ...], id: str) -> None:
        """Where a number stands, an assumption is one, or the rules say one for each word."""
        flag = {"id": "flag", "kind": "boolean", "value": True, "reason": "either"}

        def change(tables: ReferenceTables) -> None:
            tables["assumptions"].append(flag)

        refused(both(change, put(*path, value={"assume": id})), id)

    def test_a_word_is_not_none(self) -> None:
        """`none` is no ranking, no mean, and no word that a number could follow."""

        def nullable(id: str, change: Change) -> Change:
            def both_(tables: ReferenceTables) -> None:
                next(a for a in tables["assumptions"] if a["id"] == id)["nullable"] = True
                change(tables)

            return both(both_)

        number = {"assume": "share", "total": 1, "part": 2}
        refused(nullable("share", put(*GOODS, "weight", value=number)), "share")
        table = {"kind": "spread", "mean": {"assume": "mean"}}
        refused(nullable("mean", put("comparison", value=table)), "mean")


class TestPointsOfDimensions:
    def test_stand_in_for_metrics(self) -> None:
        ruleset = parsed(
            both(put(*GOODS, "points", value={"assume": "unknown"}), drop(*GOODS, "metrics"))
        )
        assert ruleset.dimensions[0].metrics == ()
        assert isinstance(ruleset.dimensions[0].points, Assumed)
        assert exact_rules(ruleset).dimensions[0].points is None
        assert exact_rules(ruleset.assuming({"unknown": 4})).dimensions[0].points == 4
        assert "unknown" in ruleset.assumptions_named

    def test_one_of_both_is_needed(self) -> None:
        refused(drop(*GOODS, "metrics"), "dimensions[goods]", "metrics, or points")
        refused(put(*GOODS, "metrics", value=[]), "metrics, or points")

    def test_need_a_source(self) -> None:
        def change(tables: ReferenceTables) -> None:
            at(*GOODS)(tables).update(points=4, weight={"assume": "unknown"})
            del at(*GOODS)(tables)["source"]

        refused(both(change), "dimensions[goods]", "points = 4 needs a source")


class TestSharesOfTheRest:
    """A published weight is a share of its dimension, and the others share what it leaves."""

    def service(self, *entries: ReferenceTables) -> Change:
        """The toy's service with these metrics, and nothing else."""

        def change(tables: ReferenceTables) -> None:
            (mine,) = (d for d in tables["dimensions"] if d["id"] == "service")
            ids = ("pickup_hours", "fast_replies", "bad_reviews")
            plain = {"scorer": "rank", "source": "page"}
            mine["weight"] = 1
            mine["metrics"] = [
                {"id": id, **plain, **e} for id, e in zip(ids, entries, strict=False)
            ]
            tables["dimensions"] = [mine]

        return change

    def shares(self, *entries: ReferenceTables) -> list[Fraction]:
        ruleset = parsed(self.service(*entries))
        bind(ruleset)
        return list(weights_within(exact_rules(ruleset).dimensions[0]).values())

    def test_by_hand(self) -> None:
        tenths = [Decimal(n) / 10 for n in range(11)]
        one, two = {"share_of_rest": 1}, {"share_of_rest": 2}
        assert self.shares({"weight": tenths[4]}, one) == [Fraction(2, 5), Fraction(3, 5)]
        assert self.shares({"weight": tenths[4]}, one, two) == [
            Fraction(2, 5), Fraction(1, 5), Fraction(2, 5),
        ]  # fmt: skip
        assert self.shares({"weight": tenths[3]}, one, {"weight": tenths[6]}) == [
            Fraction(3, 10), Fraction(1, 10), Fraction(3, 5),
        ]  # fmt: skip
        assert self.shares({"weight": 1}, one) == [1, 0]
        assert self.shares(one, two) == [Fraction(1, 3), Fraction(2, 3)]
        assert self.shares({"weight": 3}, {"weight": 5}) == [3, 5], "relative to each other"

    def test_a_total_is_made_with_them(self) -> None:
        """0.4 × 5 + 0.6 × 4, whatever the share is called."""
        entries = [{"weight": Decimal("0.4")}, {"share_of_rest": 7}]
        values = pl.DataFrame(
            {"shop_id": ["S"] * 2, "metric": ["pickup_hours", "fast_replies"], "value": ["1"] * 2,
             "n": ["1"] * 2, "points": ["5", "4"]}
        )  # fmt: skip
        ruleset = parsed(self.service(*entries))
        result = ss.score_values(values, platform=PLATFORM, ruleset=ruleset, as_of="2025-06-02")
        assert result["S"].score_exact == "22/5"

    def test_what_cannot_be_meant(self) -> None:
        one: ReferenceTables = {"share_of_rest": 1}
        refused(
            self.service({"weight": Decimal("1.1")}, one), "service", "nothing for share_of_rest"
        )
        refused(self.service({"weight": 1, **one}), "pickup_hours", "unknown key weight")
        refused(
            self.service({"weight": 1}, {**one, "source": ""}), "share_of_rest = 1 needs a source"
        )

    def test_of_a_rule_set_of_ones_own(self) -> None:
        """Its numbers need no source: the user is."""
        base = ss.platform("kuaishou").scorecard("experience")
        text = (
            'extends = "kuaishou/experience/2023"\nversion = "mine"\n'
            '[[dimensions]]\nid = "service"\n'
            '[[dimensions.metrics]]\nid = "dispute_liability_rate"\nshare_of_rest = 2\n'
        )
        ruleset = parse_ruleset(text, "mine.toml", base.look_up)
        assert ruleset.dimensions[2].metrics[4].source == "user"
