"""What a rule set's TOML may say, and how it is told what is wrong."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs.exceptions import FrozenInstanceError

from shopscore.errors import CoverageError, RuleSetError
from shopscore.model.rulesets import RuleSet
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.rules.ruleset_toml import parse_ruleset
from shopscore.testing.toy import PLATFORM
from support.ruleset_documents import (
    TEXT,
    TOY,
    ReferenceTables,
    at,
    both,
    document,
    drop,
    parsed,
    put,
    refused,
    text_of,
)


def bind(ruleset: RuleSet) -> BoundRuleSet:
    return BoundRuleSet.bind(PLATFORM, TOY, ruleset)


class TestWhole:
    def test_says_what_stands_there(self) -> None:
        ruleset = parsed()
        assert ruleset.name == "toy/service/2025-01-01"
        assert ruleset.status == "official"
        assert (ruleset.low, ruleset.high, ruleset.decimals) == (0, 5, 2)
        assert [d.weight for d in ruleset.dimensions] == [Decimal("0.5"), Decimal("0.5")]
        assert ruleset.effective_from == date(2025, 1, 1)
        assert ruleset.effective_to is None
        assert ruleset.published_on == date(2024, 12, 1)
        assert ruleset.metric_ids == ("bad_reviews", "pickup_hours", "fast_replies", "paid_orders")
        assert ruleset.scorers["reply_bands"].parameters["bands"][0] == (Decimal("0.5"), 2)
        assert bind(ruleset).metrics["pickup_hours"].window.weights(date(2025, 2, 1)).last_age == 30

    def test_numbers_are_exact(self) -> None:
        ruleset = parsed(put("dimensions", 0, "weight", value=Decimal("0.1000000000000000000001")))
        assert ruleset.dimensions[0].weight == Decimal("0.1000000000000000000001")

    def test_the_text_decides_the_digest(self) -> None:
        import hashlib

        assert TOY.ruleset("2025-01-01").sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
        other = parse_ruleset(TEXT + "\n# a remark\n", "x.toml", TOY.look_up)
        assert other.sha256 != TOY.ruleset("2025-01-01").sha256

    def test_optional_tables(self) -> None:
        def least(tables: ReferenceTables) -> None:
            for key in ("eligibility", "tiers", "informational", "published_on", "effective_from"):
                del tables[key]

        ruleset = parsed(least)
        assert (ruleset.eligibility, ruleset.tiers, ruleset.informational) == ((), (), ())
        assert ruleset.ranking == "mid_percent_rank"
        assert ruleset.missing == "rescale"


PLACES: list[tuple[tuple[Any, ...], str]] = [
    ((), "top level"),
    (("scale",), "scale"),
    (("peers",), "peers"),
    (("dimensions", 0), "dimensions[goods]"),
    (("dimensions", 1, "metrics", 0), "dimensions[service].metrics[pickup_hours]"),
    (("eligibility", 0), "eligibility[enough_orders]"),
    (("tiers", 0), "tiers[gold]"),
    (("assumptions", 0), "assumptions[bad_review.max_rating]"),
    (("sources", "page"), "sources.page"),
]


class TestUnknownKeys:
    @pytest.mark.parametrize(("path", "place"), PLACES)
    def test_are_refused_everywhere(self, path: tuple[Any, ...], place: str) -> None:
        def change(tables: ReferenceTables) -> None:
            tables.setdefault("peers", {})
            at(*path)(tables)["colour"] = "red"

        refused(change, place, "unknown key colour")

    @pytest.mark.parametrize(
        ("path", "wrong", "right"),
        [
            (("dimensions", 0), "wieght", "weight"),
            (("scale",), "decimal", "decimals"),
            ((), "effective_form", "effective_from"),
            (("tiers", 0), "at_leats", "at_least"),
            (("assumptions", 0), "unti", "unit"),
        ],
    )
    def test_with_a_guess(self, path: tuple[Any, ...], wrong: str, right: str) -> None:
        def change(tables: ReferenceTables) -> None:
            at(*path)(tables)[wrong] = 1

        refused(change, f"unknown key {wrong}; did you mean {right}?")

    def test_of_a_scorer(self) -> None:
        change = put("scorers", "rank", "curv", value=[[0, 0], [1, 5]])
        refused(change, "scorers.rank: ", "unknown key curv; did you mean curve?")

    def test_a_key_twice_is_no_toml(self) -> None:
        with pytest.raises(RuleSetError, match=r"x\.toml: not valid TOML"):
            parse_ruleset("schema = 1\nschema = 1\n", "x.toml")


class TestMissingKeys:
    @pytest.mark.parametrize(
        ("path", "key"),
        [
            *(
                ((), key)
                for key in ("schema", "platform", "scorecard", "version", "status", "zh", "en")
            ),
            *((("scale",), key) for key in ("low", "high", "decimals")),
            *((("dimensions", 0), key) for key in ("id", "zh", "en", "weight")),
            *((("dimensions", 0, "metrics", 0), key) for key in ("id", "weight")),
            *((("eligibility", 0), key) for key in ("id", "metric", "status", "zh", "en")),
            *((("tiers", 0), key) for key in ("id", "zh", "en")),
            *((("assumptions", 0), key) for key in ("id", "kind", "reason")),
            *((("sources", "page"), key) for key in ("title", "confidence")),
            (("scorers", "rank"), "kind"),
        ],
    )
    def test_are_named(self, path: tuple[Any, ...], key: str) -> None:
        refused(drop(*path, key), f"key {key} is missing")

    def test_no_metric_at_all(self) -> None:
        def change(tables: ReferenceTables) -> None:
            tables["dimensions"], tables["informational"] = [], []

        refused(change, "metric")


#: The tables that the toy's rule set has none of.
MORE: ReferenceTables = {
    "criteria": [{"id": "c", "metric": "paid_orders", "at_least": 1, "source": "page"}],
    "levels": [{"id": "l", "zh": "级", "en": "Level", "all_of": ["c"], "source": "page"}],
    "caps": [{"criterion": "c", "ceiling": 3, "source": "page"}],
    "displays": [{"id": "stars", "zh": "星", "en": "Stars", "steps": [[0, 1]], "source": "page"}],
    "bonus": [{"metric": "extra", "source": "page"}],
    "deduction": [{"metric": "fine", "source": "page"}],
    "comparison": {"kind": "spread", "source": "page"},
    "evaluation": {"monthly": 1, "source": "page"},
}


def with_more(tables: ReferenceTables) -> None:
    tables.update(deepcopy(MORE))


class TestSources:
    @pytest.mark.parametrize(
        "path",
        [
            ("scale",),
            ("dimensions", 0),
            ("dimensions", 0, "metrics", 0),
            ("eligibility", 0),
            ("tiers", 0),
            ("scorers", "rank"),
            ("scorers", "reply_bands"),
        ],
    )
    def test_every_number_needs_one(self, path: tuple[Any, ...]) -> None:
        refused(drop(*path, "source"), "source")

    @pytest.mark.parametrize(
        ("path", "place"),
        [
            (("scale",), "scale"),
            (("dimensions", 0), "dimensions[goods]"),
            (("dimensions", 0, "metrics", 0), "dimensions[goods].metrics[bad_reviews]"),
            (("eligibility", 0), "eligibility[enough_orders]"),
            (("tiers", 0), "tiers[gold]"),
            (("scorers", "rank"), "scorers.rank"),
            (("criteria", 0), "criteria[c]"),
            (("levels", 0), "levels[l]"),
            (("caps", 0), "caps[c]"),
            (("displays", 0), "displays[stars]"),
            (("bonus", 0), "bonus[extra]"),
            (("deduction", 0), "deduction[fine]"),
            (("comparison",), "comparison"),
            (("evaluation",), "evaluation"),
        ],
    )
    def test_that_do_not_exist(self, path: tuple[Any, ...], place: str) -> None:
        """What is refused, where it stands, and which sources there are."""
        said = refused(both(with_more, put(*path, "source", value="pgae")), "pgae")
        assert said == f"mine.toml: {place}: source pgae is not among [sources]: page"
        parsed(with_more)

    def test_where_there_are_none(self) -> None:
        said = refused(both(drop("sources"), put("scale", "source", value="page")), "page")
        assert said == "mine.toml: scale: there is no source page: [sources] is empty"

    def test_an_assumption_needs_none(self) -> None:
        def change(tables: ReferenceTables) -> None:
            del tables["tiers"][0]["source"]
            tables["tiers"][0]["at_least"] = {"assume": "bad_review.max_rating"}

        assert parsed(change).assumptions_named >= {"bad_review.max_rating"}

    def test_a_scorer_of_assumptions_needs_none(self) -> None:
        def change(tables: ReferenceTables) -> None:
            tables["scorers"]["pass"] = {
                "kind": "threshold",
                "bound": {"assume": "bad_review.max_rating"},
                "passed": {"assume": "bad_review.max_rating"},
            }

        parsed(change)

    def test_a_scorer_with_one_plain_number_needs_one(self) -> None:
        def change(tables: ReferenceTables) -> None:
            curve = [[0, {"assume": "bad_review.max_rating"}], [1, 5]]
            tables["scorers"]["mixed"] = {"kind": "percentile_curve", "curve": curve}

        refused(change, "mixed", "source")


class TestTypes:
    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (("version",), 2022),
            (("platform",), ["toy"]),
            (("effective_from",), "2025-01-01"),
            (("effective_from",), 2025),
            (("effective_from",), datetime(2025, 1, 1)),
            (("informational",), "paid_orders"),
            (("informational",), [1]),
            (("notes",), [1]),
            (("dimensions",), {"id": "goods"}),
            (("dimensions", 0), "goods"),
            (("dimensions", 0, "weight"), "0.5"),
            (("dimensions", 0, "weight"), True),
            (("dimensions", 0, "metrics"), "bad_reviews"),
            (("scale", "decimals"), "2"),
            (("scale", "low"), True),
            (("ranking",), 1),
            (("missing",), False),
            (("peers",), {"need_eligibility": "yes"}),
            (("peers",), {"need_eligibility": 1}),
            (("sources",), []),
            (("scorers",), 1),
            (("scorers", "rank"), 1),
            (("scale",), []),
            (("tiers", 0, "at_least"), {"assumed": "x"}),
            (("tiers", 0, "at_least"), {"assume": 1}),
            (("tiers", 0, "at_least"), {"assume": "x", "value": "1"}),
            (("tiers", 0, "at_least"), {"assume": 1, "value": 1}),
            (("tiers", 0, "at_least"), {"assumed": "x", "value": 1}),
            (("assumptions", 0, "low"), "1"),
            (("assumptions", 1, "nullable"), "yes"),
            (("schema",), "1"),
            (("schema",), True),
        ],
    )
    def test_wrong_ones_are_refused(self, path: tuple[Any, ...], value: Any) -> None:
        refused(put(*path, value=value))

    @pytest.mark.parametrize("schema", [0, 2, 11])
    def test_other_schemas(self, schema: int) -> None:
        refused(put("schema", value=schema), f"schema = {schema}", "schema = 1")

    @pytest.mark.parametrize("text", ["schema", "schema = 1\n[", "= 3", "schema = 1 2", '"'])
    def test_no_toml(self, text: str) -> None:
        with pytest.raises(RuleSetError, match=r"x\.toml: not valid TOML"):
            parse_ruleset(text, "x.toml")

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (("platform",), "Toy"),
            (("scorecard",), "1st"),
            (("dimensions", 0, "id"), "goods & more"),
            (("tiers", 0, "id"), "gold-plus"),
            (("eligibility", 0, "id"), "Enough"),
        ],
    )
    def test_what_is_no_id(self, path: tuple[Any, ...], value: str) -> None:
        refused(put(*path, value=value), value)

    @pytest.mark.parametrize(
        ("path", "value", "guess"),
        [
            (("status",), "oficial", "official"),
            (("assumptions", 0, "kind"), "intger", "integer"),
        ],
    )
    def test_words_of_closed_lists(self, path: tuple[Any, ...], value: str, guess: str) -> None:
        refused(put(*path, value=value), value, f"did you mean {guess}?")


class TestRulesThatCannotBe:
    def test_a_metric_twice(self) -> None:
        def within(tables: ReferenceTables) -> None:
            tables["dimensions"][0]["metrics"].append(tables["dimensions"][1]["metrics"][0])

        refused(within, "pickup_hours", "twice")
        refused(put("informational", value=["bad_reviews"]), "bad_reviews", "twice")

    @pytest.mark.parametrize("key", ["dimensions", "tiers", "eligibility", "assumptions"])
    def test_an_id_twice(self, key: str) -> None:
        def change(tables: ReferenceTables) -> None:
            again = dict(tables[key][0])
            if key == "dimensions":
                again |= {"metrics": [], "points": 1}
            tables[key].append(again)

        refused(change, "twice")

    def test_an_informational_metric_twice(self) -> None:
        refused(put("informational", value=["paid_orders", "paid_orders"]), "paid_orders", "twice")

    def test_a_metric_that_does_not_exist(self) -> None:
        ruleset = parsed(put("dimensions", 0, "metrics", 0, "id", value="bad_review"))
        with pytest.raises(RuleSetError, match=r"bad_review .*did you mean bad_reviews\?"):
            bind(ruleset)

    @pytest.mark.parametrize("where", ["eligibility", "informational"])
    def test_nor_elsewhere(self, where: str) -> None:
        change = (
            put("eligibility", 0, "metric", value="paid_order")
            if where == "eligibility"
            else put("informational", value=["paid_order"])
        )
        with pytest.raises(RuleSetError, match=r"paid_order .*did you mean paid_orders\?"):
            bind(parsed(change))

    @pytest.mark.parametrize(("low", "high"), [(5, 5), (6, 5)])
    def test_a_scale_that_ends_where_it_begins(self, low: int, high: int) -> None:
        refused(
            put("scale", "low", value=low), "the low end of the scale must be below its high end"
        )

    @pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
    def test_what_is_no_number_at_all(self, number: str) -> None:
        text = text_of(document()).replace('"weight" = 0.5', f'"weight" = {number}', 1)
        with pytest.raises(RuleSetError, match=f"mine.toml: {number} is not a number"):
            parse_ruleset(text, "mine.toml")

    @pytest.mark.parametrize(
        "path",
        [
            ("tiers", 0, "at_least"),
            ("dimensions", 0, "weight"),
            ("scale", "decimals"),
            ("ranking",),
        ],
    )
    def test_an_assumption_that_does_not_exist(self, path: tuple[Any, ...]) -> None:
        with pytest.raises(RuleSetError, match=r"max_ratin.*did you mean bad_review.max_rating\?"):
            parsed(put(*path, value={"assume": "bad_review.max_ratin"}))

    def test_an_assumption_that_a_metric_needs(self) -> None:
        def change(tables: ReferenceTables) -> None:
            tables["assumptions"][0]["id"] = "bad_review.max_ratings"

        with pytest.raises(
            RuleSetError, match=r"no assumption bad_review.max_rating; did you mean"
        ):
            bind(parsed(change))

    @pytest.mark.parametrize(
        "change",
        [
            {"value": 4},
            {"value": 0},
            {"value": Decimal("1.5")},
            {"value": "2"},
            {"value": True},
            {"kind": "boolean"},
            {"kind": "choice", "choices": ["a"]},
            {"low": 3, "high": 1},
        ],
    )
    def test_an_assumption_out_of_its_bounds(self, change: ReferenceTables) -> None:
        refused(lambda t: t["assumptions"][0].update(change), "bad_review.max_rating")

    def test_an_assumption_without_a_value(self) -> None:
        refused(drop("assumptions", 0, "value"), "bad_review.max_rating", "value")

    def test_a_bound_on_both_sides_or_none(self) -> None:
        refused(put("eligibility", 0, "at_most", value=3), "one of at_least, at_most")
        refused(drop("eligibility", 0, "at_least"), "one of at_least, at_most")
        refused(put("tiers", 0, "below", value=3), "tiers[gold]", "one of at_least, below")
        refused(drop("tiers", 0, "at_least"), "tiers[gold]", "one of at_least, below")

    def test_a_span_that_ends_before_it_begins(self) -> None:
        refused(put("effective_to", value=date(2024, 12, 31)), "effective_to")

    @pytest.mark.parametrize(
        ("key", "word", "guess"),
        [("missing", "rescael", "rescale"), ("ranking", "mid_percent", "mid_percent_rank")],
    )
    def test_unknown_policies(self, key: str, word: str, guess: str) -> None:
        import shopscore as ss

        events = {"orders": {"shop_id": ["S1"], "order_id": ["1"], "paid_at": ["2025-06-01 10:00"]}}
        with pytest.raises(RuleSetError) as caught:  # at the latest when it is used
            ss.score(events, platform=PLATFORM, ruleset=parsed(put(key, value=word)))
        assert word in str(caught.value)
        assert guess in str(caught.value)

    @pytest.mark.parametrize("decimals", [-1, Decimal("1.5")])
    def test_impossible_decimals(self, decimals: Any) -> None:
        refused(put("scale", "decimals", value=decimals), "decimals")


class TestImmutability:
    def test_nothing_can_be_changed(self) -> None:
        ruleset = parsed()
        for thing in (ruleset, ruleset.dimensions[0], ruleset.tiers[0], ruleset.sources["page"]):
            name = "label" if hasattr(thing, "label") else "title"
            with pytest.raises(FrozenInstanceError):
                setattr(thing, name, "other")

    def test_nor_within(self) -> None:
        ruleset = parsed()
        for table in (ruleset.assumptions, ruleset.sources, ruleset.scorers):
            with pytest.raises(TypeError):
                table["x"] = 1  # type: ignore[index]

    def test_other_values_are_a_copy(self) -> None:
        ruleset = parsed()
        other = ruleset.assuming({"bad_review.max_rating": 3})
        assert ruleset.assumptions["bad_review.max_rating"].value == 2
        assert other.assumptions["bad_review.max_rating"].value == 3
        assert other.sha256 == ruleset.sha256
        assert ruleset.assuming({}) == ruleset

    def test_the_same_text_is_the_same_rule_set(self) -> None:
        assert parsed() == parsed()
        assert TOY.ruleset("2025-01-01") is TOY.ruleset("2025-01-01")


class TestSpans:
    @pytest.mark.parametrize(
        ("day", "version"),
        [
            ("2024-01-01", "2024-01-01"),
            ("2024-12-31", "2024-01-01"),
            ("2025-01-01", "2025-01-01"),
            ("9999-12-31", "2025-01-01"),
        ],
    )
    def test_in_force(self, day: str, version: str) -> None:
        assert TOY.at(day).version == version
        assert TOY.at(date.fromisoformat(day)).version == version

    def test_before_the_first_there_is_none(self) -> None:
        with pytest.raises(CoverageError) as caught:
            TOY.at("2023-12-31")
        message = str(caught.value)
        assert "2023-12-31" in message
        assert "2024-01-01: 2024-01-01 to 2024-12-31" in message
        assert "2025-01-01: 2025-01-01 to …" in message

    @pytest.mark.parametrize(
        ("first", "last", "covered", "not_covered"),
        [
            (None, None, ("0001-01-01", "2024-02-29", "9999-12-31"), ()),
            (None, "2024-06-30", ("0001-01-01", "2024-06-30"), ("2024-07-01",)),
            ("2024-06-30", None, ("2024-06-30", "9999-12-31"), ("2024-06-29",)),
            ("2024-06-30", "2024-06-30", ("2024-06-30",), ("2024-06-29", "2024-07-01")),
        ],
    )
    def test_open_ends_cover_every_date_on_that_side(
        self,
        first: str | None,
        last: str | None,
        covered: tuple[str, ...],
        not_covered: tuple[str, ...],
    ) -> None:
        def change(tables: ReferenceTables) -> None:
            del tables["effective_from"]
            for key, day in (("effective_from", first), ("effective_to", last)):
                if day is not None:
                    tables[key] = date.fromisoformat(day)

        ruleset = parsed(change)
        assert all(ruleset.covers(date.fromisoformat(day)) for day in covered)
        assert not any(ruleset.covers(date.fromisoformat(day)) for day in not_covered)
        assert ruleset.span == f"{first or '…'} to {last or '…'}"

    def test_versions_are_read_off_the_names_of_files(self) -> None:
        assert TOY.versions == ("2024-01-01", "2025-01-01")

    def test_unknown_version(self) -> None:
        with pytest.raises(CoverageError, match=r"2025-01-02; did you mean 2025-01-01\?"):
            TOY.ruleset("2025-01-02")

    def test_named_rules_apply_to_any_date(self) -> None:
        import shopscore as ss

        events = {"orders": {"shop_id": ["S1"], "order_id": ["1"], "paid_at": ["2020-01-01 10:00"]}}
        result = ss.score(events, platform=PLATFORM, ruleset="2025-01-01", as_of="2020-01-02")
        assert any(
            "2025-01-01 to …" in notice and "named" in notice for notice in map(str, result.notices)
        )
        inside = ss.score(events, platform=PLATFORM, as_of="2025-06-01")
        assert not any("named" in notice for notice in map(str, inside.notices))
        with pytest.raises(CoverageError):
            ss.score(events, platform=PLATFORM, as_of="2020-01-02")


def test_text_of_is_the_document_again() -> None:
    """The helper of these tests writes what it read."""
    import tomllib

    assert tomllib.loads(text_of(document()), parse_float=Decimal) == document()
