"""Scorers are made when a rule set is read: what cannot be is refused there, wherever it is read."""

from __future__ import annotations

import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve, field, frozen

import shopscore as ss
from shopscore.model.metrics import Better
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.rules.exact_rules import exact_rules
from shopscore.rules.ruleset_toml import parse_ruleset
from shopscore.testing.toy import PLATFORM
from support.ruleset_documents import TEXT, TOY, ReferenceTables, parsed, put, refused

CURV = TEXT.replace("curve = ", "curv = ", 1)
SAID = "scorers.rank: scorer of kind percentile_curve: unknown key curv; did you mean curve?"
VALUES = pl.DataFrame({"shop_id": ["A"], "metric": ["bad_reviews"], "value": ["0.1"], "n": ["9"]})
ORDERS = {"orders": pl.DataFrame({"shop_id": ["A"], "order_id": ["1"]})}


class TestAMisspeltParameter:
    def test_in_a_text(self) -> None:
        assert CURV != TEXT
        with pytest.raises(ss.RuleSetError) as caught:
            parse_ruleset(CURV, "mine.toml")
        assert str(caught.value) == f"mine.toml: {SAID}"

    @pytest.mark.parametrize("as_text", [True, False])
    def test_in_a_file_by_which_shops_are_scored(self, as_text: bool, tmp_path: Path) -> None:
        """Before events are read: there are none."""
        file = tmp_path / "mine.toml"
        file.write_text(CURV, encoding="utf-8")
        named: Any = str(file) if as_text else file
        with pytest.raises(ss.RuleSetError) as caught:
            ss.score(tmp_path / "nothing", platform=PLATFORM, ruleset=named, as_of="2025-06-02")
        assert str(caught.value) == f"{file}: {SAID}"
        with pytest.raises(ss.RuleSetError) as caught:
            ss.score_values(VALUES, platform=PLATFORM, ruleset=named, as_of="2025-06-02")
        assert str(caught.value) == f"{file}: {SAID}"

    def test_in_a_file_that_a_plugin_brings(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "misspelt_rules" / "rulesets"
        folder.mkdir(parents=True)
        (folder.parent / "__init__.py").touch()
        (folder / "service-2025-01-01.toml").write_text(CURV, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        card = evolve(TOY, rulesets="misspelt_rules:rulesets")
        with pytest.raises(ss.RuleSetError) as caught:
            card.ruleset("2025-01-01")
        assert str(caught.value) == f"toy/service: service-2025-01-01.toml: {SAID}"
        sys.modules.pop("misspelt_rules", None)

    def test_in_what_extends_another(self) -> None:
        text = (
            'extends = "toy/service/2025-01-01"\nversion = "mine"\n'
            '[scorers.rank]\ncurv = [[0, 0], [1, 5]]\nsource = "user"\n'
        )
        with pytest.raises(ss.RuleSetError, match=r"mine\.toml: .*curv; did you mean curve\?"):
            parse_ruleset(text, "mine.toml", TOY.look_up)


def middle(**changes: Any) -> ReferenceTables:
    """An assumption for the points in the middle of the curve."""
    plain = {"id": "middle", "kind": "decimal", "value": 3, "low": 0, "high": 9, "reason": "why"}
    return {**plain, **changes}


def assuming(assumption: ReferenceTables, scorer: ReferenceTables) -> Any:
    def change(tables: ReferenceTables) -> None:
        tables["assumptions"].append(assumption)
        tables["scorers"]["rank"] = {"source": "page", **scorer}

    return change


CURVE: ReferenceTables = {
    "kind": "percentile_curve",
    "curve": [[0, 0], [Decimal("0.5"), {"assume": "middle"}], [1, 5]],
}


class TestParametersThatAreAssumptions:
    def test_are_checked_with_their_values(self) -> None:
        parsed(assuming(middle(), CURVE))
        refused(
            assuming(middle(value=6), CURVE), "scorers.rank: 6 points are outside the scale, 0 to 5"
        )
        refused(assuming(middle(value=Decimal("5.5")), CURVE), "5.5 points are outside the scale")

    def test_in_any_place_of_the_numbers(self) -> None:
        """Percentiles rise; an assumption that stands for one rises with its value."""
        curve = {"kind": "percentile_curve", "curve": [[0, 0], [{"assume": "middle"}, 3], [1, 5]]}
        parsed(assuming(middle(value=Decimal("0.5")), curve))
        refused(
            assuming(middle(value=2), curve), "the percentiles of a curve must rise from 0 to 1"
        )

    def test_are_checked_again_where_a_user_assumes_another(self) -> None:
        ruleset = parsed(assuming(middle(), CURVE))
        rules: dict[str, Any] = {"platform": PLATFORM, "ruleset": ruleset, "as_of": "2025-06-02"}
        ss.score_values(VALUES, **rules, assume={"middle": 5})
        with pytest.raises(ss.RuleSetError, match=r"scorers\.rank: 6 points are outside the scale"):
            ss.score_values(VALUES, **rules, assume={"middle": 6})
        with pytest.raises(ss.RuleSetError, match=r"scorers\.rank: 6 points are outside the scale"):
            ss.score(ORDERS, **rules, assume={"middle": 6})

    def test_are_exact_in_what_is_computed_with(self) -> None:
        ruleset = parsed(assuming(middle(value=Decimal("3.1")), CURVE))
        scorer: Any = exact_rules(ruleset).scorers["rank"]
        assert scorer.curve[1] == (Fraction(1, 2), Fraction(31, 10))

    def test_that_nobody_declares(self) -> None:
        with pytest.raises(ss.RuleSetError, match=r"no assumption midle; did you mean middle\?"):
            parsed(
                assuming(
                    middle(id="middle"), {**CURVE, "curve": [[0, {"assume": "midle"}], [1, 5]]}
                )
            )

    def test_which_scorers_there_are(self) -> None:
        """Those whose numbers are missing are not made."""
        table = {"kind": "bands", "missing": "the page keeps it to itself"}
        ruleset = parsed(put("scorers", "reply_bands", value=table))
        assert set(exact_rules(ruleset).scorers) == {"rank"}
        assert set(exact_rules(parsed()).scorers) == {"rank", "reply_bands"}


@frozen
class Steps(ss.Scorer):
    """A kind of a plugin: so many points for every step."""

    step: Fraction = field(converter=lambda number: Fraction(str(number)))
    each: Fraction = field(converter=lambda number: Fraction(str(number)))

    @property
    def possible_points(self) -> tuple[Fraction, ...]:
        return (self.each,)

    def check_direction(self, better: Better) -> None:
        if better != "higher":
            raise ss.RuleSetError("steps go upwards")

    def points(self, values: ss.Rationals, context: ss.Context) -> ss.Points:
        return ss.Points(values.scaled(self.each / self.step), context.has_value)


class Plain(ss.Scorer):
    """A kind whose class says nothing of its parameters but in its signature."""

    def __init__(self, most: int) -> None:
        self.most = most

    def points(self, values: ss.Rationals, context: ss.Context) -> ss.Points:
        return ss.Points(ss.Rationals.constant(self.most, len(values)), context.has_value)


KINDS = {"steps": Steps, "plain": Plain}
OWN = evolve(TOY, scorers={name: f"{__name__}:{kind.__name__}" for name, kind in KINDS.items()})


def with_scorer(**table: Any) -> str:
    """The toy's rules with one more scorer, that fast replies are graded by."""
    from support.ruleset_documents import document, text_of

    tables = document()
    tables["scorers"]["own"] = {"source": "page", **table}
    (entry,) = (m for d in tables["dimensions"] for m in d["metrics"] if m["id"] == "fast_replies")
    entry["scorer"] = "own"
    tables["assumptions"].append(middle())
    return text_of(tables)


class TestKindsOfAPlugin:
    def test_are_made_from_their_parameters(self) -> None:
        text = with_scorer(kind="steps", step=Decimal("0.5"), each={"assume": "middle"})
        ruleset = parse_ruleset(text, "mine.toml", kinds=OWN.own_kinds)
        scorer: Any = exact_rules(ruleset, OWN.own_kinds).scorers["own"]
        assert (scorer.step, scorer.each) == (Fraction(1, 2), 3)
        rules = BoundRuleSet.bind(PLATFORM, OWN, ruleset)
        assert isinstance(rules.exact.scorers["own"], Steps)

    @pytest.mark.parametrize(
        ("table", "words"),
        [
            ({"kind": "steps", "stp": 1, "each": 1}, "unknown key stp; did you mean step?"),
            ({"kind": "steps", "step": 1}, "scorer of kind steps: "),
            ({"kind": "steps", "step": "x", "each": 1}, "scorer of kind steps: "),
            ({"kind": "steps", "step": 1, "each": 6}, "6 points are outside the scale, 0 to 5"),
            ({"kind": "step", "step": 1, "each": 1}, "kind of scorer step; did you mean steps?"),
            ({"kind": "plain", "mst": 3}, "scorer of kind plain: "),
            ({"kind": "plain"}, "scorer of kind plain: "),
        ],
        ids=str,
    )
    def test_are_checked_as_those_of_the_package(
        self, table: ReferenceTables, words: str, tmp_path: Path
    ) -> None:
        text = with_scorer(**table)
        with pytest.raises(ss.RuleSetError) as caught:
            parse_ruleset(text, "mine.toml", kinds=OWN.own_kinds)
        assert str(caught.value).startswith("mine.toml: scorers.own: ")
        assert words in str(caught.value)
        file = tmp_path / "mine.toml"
        file.write_text(text, encoding="utf-8")
        platform = evolve(PLATFORM, scorecards=(OWN,))
        with pytest.raises(ss.RuleSetError) as caught:
            ss.score(tmp_path / "nothing", platform=platform, ruleset=file, as_of="2025-06-02")
        assert str(caught.value).startswith(f"{file}: scorers.own: ")

    def test_are_not_those_of_another_scorecard(self) -> None:
        text = with_scorer(kind="steps", step=1, each=1)
        with pytest.raises(ss.RuleSetError, match="unknown kind of scorer steps"):
            parse_ruleset(text, "mine.toml")

    def test_may_run_against_the_direction_of_a_metric(self) -> None:
        text = with_scorer(kind="steps", step=1, each=1)
        up = parse_ruleset(text, "mine.toml", kinds=OWN.own_kinds)
        BoundRuleSet.bind(PLATFORM, OWN, up)
        down = parse_ruleset(
            text.replace('"scorer" = "rank"', '"scorer" = "own"', 1),
            "m.toml",
            kinds=OWN.own_kinds,
        )
        with pytest.raises(ss.RuleSetError) as caught:
            BoundRuleSet.bind(PLATFORM, OWN, down)
        assert "scorers.own, for metric bad_reviews: steps go upwards" in str(caught.value)
