"""A user's rule set that says how it differs from an installed one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

import shopscore as ss
from shopscore.errors import CoverageError, RuleSetError
from shopscore.model.assumptions import Number
from shopscore.model.conditions import Combined, Condition, Measure, Operator, Relief
from shopscore.model.evaluations import Evaluation
from shopscore.model.rulesets import RuleSet
from shopscore.model.shop_groups import ShopGroup
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
        assert plain(ruleset, ruleset.tiers[0].condition.bound) == Decimal("4.2")
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
        assert plain(ruleset, ruleset.eligibility[0].condition.bound) == 2

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
            ("[[tiers]]\nid = 'gold'\nbelow = 3\nat_least = 2\n", "at_least, below contradict"),
        ],
    )
    def test_in_what_is_said(self, text: str, word: str) -> None:
        refused(text, word)


#: The ways of saying a bound, and the operator of each.
BOUNDS: dict[str, Operator] = {
    "at_least": "at least",
    "at_most": "at most",
    "below": "below",
    "above": "above",
    "equals": "equal to",
    "times_industry_mean": "at most",
}
#: What a criterion can measure, as it is written.
MEASURES = {
    'metric = "paid_orders"': Measure("value", "paid_orders"),
    'numerator_of = "bad_reviews"': Measure("numerator", "bad_reviews"),
    'n_of = "bad_reviews"': Measure("n", "bad_reviews"),
    'dimension = "goods"': Measure("dimension", "goods"),
    'days_since = "opened_at"': Measure("days since", "opened_at"),
    "total = true": Measure("total"),
}
#: What is asked of small numbers, as it is written.
RELIEFS = {
    "count_at_most = 4": Relief(from_base=40, count_at_most=4),
    'count_at_most = 3\ncount_of = "paid_orders"': Relief(40, 3, count_of="paid_orders"),
    "or_count_below = 5": Relief(40, count_below=5),
    "bound_below_base = 0.5": Relief(40, bound=Decimal("0.5")),
}


def extending(table: str, below: str, above: str) -> RuleSet:
    """A rule set whose table says something, under a file whose table says it in another way."""
    base, _ = TOY.text("2025-01-01")
    written = f'{base}\n{table}\nsource = "page"\n{below}\n'
    return parse_ruleset(f"{HEAD}{table}\n{above}\n", "mine.toml", lambda _: (written, "base.toml"))


class TestOneOfSeveralWays:
    """A table says one of several things in one way: the file's replaces that of the rule set below."""

    CRITERION = '[[criteria]]\nid = "c"\nzh = "条件"\nen = "Condition"'

    @pytest.mark.parametrize("was", BOUNDS)
    @pytest.mark.parametrize("now", BOUNDS)
    def test_the_bound_of_a_criterion(self, was: str, now: str) -> None:
        said = f'metric = "bad_reviews"\n{was} = 2'
        (criterion,) = extending(self.CRITERION, said, f"{now} = 3").criteria
        by_mean = now == "times_industry_mean"
        expected = Condition(Measure("value", "bad_reviews"), BOUNDS[now], 3, by_mean)
        assert criterion.condition == expected
        assert criterion.source == "user"

    @pytest.mark.parametrize("was", BOUNDS)
    @pytest.mark.parametrize("now", BOUNDS)
    def test_bounds_of_other_shops_go_with_the_operator(self, was: str, now: str) -> None:
        """They were said of the operator below; those that the file says itself are there."""
        row = '[[criteria.elsewhere]]\nindustries = ["{}"]\n{} = {}\nsource = "user"'
        said = f'metric = "bad_reviews"\n{was} = 2\n{row.format("toys", was, 1)}'
        (criterion,) = extending(self.CRITERION, said, f"{now} = 3").criteria
        toys, tea = (ShopGroup(frozenset({name})) for name in ("toys", "tea"))
        assert criterion.condition.elsewhere == (((toys, 1),) if was == now else ())
        again = f"{now} = 3\n{row.format('tea', now, 4)}"
        (criterion,) = extending(self.CRITERION, said, again).criteria
        assert criterion.condition.elsewhere == ((tea, 4),)
        (criterion,) = extending(self.CRITERION, said, "source = 'page'").criteria
        assert criterion.condition.elsewhere == ((toys, 1),)

    @pytest.mark.parametrize("was", MEASURES)
    @pytest.mark.parametrize("now", MEASURES)
    def test_what_a_criterion_measures(self, was: str, now: str) -> None:
        """What is asked of small numbers belongs to metrics, and goes with them."""
        kept = Relief(from_base=40, count_at_most=4)
        of_metric = "from_base = 40\ncount_at_most = 4\nwithout_rows = true\n"
        below = f"{was}\nat_least = 2\n" + (of_metric if MEASURES[was].metric else "")
        (criterion,) = extending(self.CRITERION, below, now).criteria
        both = bool(MEASURES[was].metric and MEASURES[now].metric)
        expected = Condition(
            MEASURES[now], "at least", 2, relief=kept if both else None, without_rows=both
        )
        assert criterion.condition == expected

    @pytest.mark.parametrize("was", RELIEFS)
    @pytest.mark.parametrize("now", RELIEFS)
    def test_what_relieves_small_numbers(self, was: str, now: str) -> None:
        below = f'metric = "bad_reviews"\nat_most = 0.1\nfrom_base = 40\n{was}'
        (criterion,) = extending(self.CRITERION, below, now).criteria
        asked = RELIEFS[now]
        if "count_of" in was and "count" in now:  # what is counted stays the same
            asked = evolve(asked, count_of="paid_orders")
        assert criterion.condition.relief == asked

    @pytest.mark.parametrize(
        ("was", "now", "condition"),
        [
            ("at_least = 4", "below = 3", Condition(Measure("total"), "below", 3)),
            ("below = 4", "at_least = 3", Condition(Measure("total"), "at least", 3)),
            (
                "at_least = 4",
                'metric = "bad_reviews"\ntimes_industry_mean = 3',
                Condition(Measure("value", "bad_reviews"), "at most", 3, True),
            ),
            (
                'metric = "bad_reviews"\ntimes_industry_mean = 3\nor_count_below = 2',
                "at_least = 4",
                Condition(Measure("total"), "at least", 4),
            ),
        ],
    )
    def test_a_tier(self, was: str, now: str, condition: Condition[Number]) -> None:
        tier = '[[tiers]]\nid = "t"\nzh = "档"\nen = "Tier"'
        assert extending(tier, was, now).tiers[-1].condition == condition

    def test_a_condition_of_a_score(self) -> None:
        asked = '[[eligibility]]\nid = "e"\nzh = "条"\nen = "E"\nmetric = "paid_orders"'
        said = 'at_least = 3\nstatus = "growth"'
        found = extending(asked, said, "at_most = 2").eligibility[-1]
        assert found.condition == Condition(Measure("value", "paid_orders"), "at most", 2)

    @pytest.mark.parametrize("was", ["all_of", "any_of"])
    @pytest.mark.parametrize("now", ["all_of", "any_of"])
    def test_a_level(self, was: str, now: str) -> None:
        text = f'{self.CRITERION}\nmetric = "paid_orders"\nat_least = 1\nsource = "user"\n'
        level = '[[levels]]\nid = "l"\nzh = "级"\nen = "Level"'
        found = extending(level, f'{was} = ["a"]', f'{now} = ["c"]\n{text}').levels
        assert [(one.needs, one.source) for one in found] == [
            (Combined(now == "all_of", ("c",)), "user")
        ]

    @pytest.mark.parametrize("was", ['weekly = "friday"', "monthly = 20", "quarterly = 2"])
    @pytest.mark.parametrize(
        ("now", "every", "on"),
        [('weekly = "monday"', "week", 0), ("monthly = 3", "month", 3), ("quarterly = 5", "quarter", 5)],
    )  # fmt: skip
    def test_an_evaluation(self, was: str, now: str, every: Any, on: int) -> None:
        said = f'{was}\nprojected = "next"'
        found = extending("[evaluation]", said, now).evaluation
        assert found == Evaluation(every, on, "next", "user")

    def test_a_weight_that_is_a_share_of_the_rest(self) -> None:
        text = "[[dimensions]]\nid = 'service'\nmetrics = [{ id = 'fast_replies', share_of_rest = 3 }]\n"
        entry = mine(text).dimensions[1].metrics[1]
        assert (entry.weight, entry.of_rest) == (3, True)

    @pytest.mark.parametrize(
        ("scorer", "parameters"),
        [
            ('kind = "linear"\nline = [[0, 0], [1, 5]]', {"line": ((0, 0), (1, 5))}),
            ("curve = [[0, 1], [1, 5]]", {"curve": ((0, 1), (1, 5))}),
            ('missing = "unknown"', {}),
        ],
    )
    def test_a_scorer(self, scorer: str, parameters: dict[str, Any]) -> None:
        """Parameters of another kind are replaced, and so are those that turn out to be unknown."""
        below = 'kind = "percentile_curve"\ncurve = [[0, 0], [1, 5]]'
        if "linear" in scorer:
            below = 'kind = "bands"\nbands = [[1, 2], [2, 3]]\nfloor = 1'
        found = extending("[scorers.mine]", below, scorer).scorers["mine"]
        assert found.parameters == parameters
        assert found.source == ("" if "missing" in scorer else "user")

    def test_unknown_numbers_that_somebody_knows(self) -> None:
        unknown = 'kind = "bands"\nmissing = "nobody says"\nmissing_zh = "没有公布"'
        base, _ = TOY.text("2025-01-01")
        text = f"{base}\n[scorers.mine]\n{unknown}\n"
        file = f"{HEAD}[scorers.mine]\nbands = [[1, 2]]\n"
        found = parse_ruleset(file, "mine.toml", lambda _: (text, "base.toml")).scorers["mine"]
        assert (found.missing, found.parameters, found.source) == ("", {"bands": ((1, 2),)}, "user")

    def test_two_ways_in_one_file(self) -> None:
        refused("[evaluation]\nweekly = 'monday'\nmonthly = 3\nsource = 'page'\n", "only one of")
        refused("[[tiers]]\nid = 'gold'\nbelow = 3\nat_least = 2\n", "tiers[gold]: at_least, below")


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
        with pytest.raises(
            CoverageError,
            match=r"toy/service/mine: these rules are for toy/service, and douyin was asked",
        ):
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


CHAINS = {
    "a/b/mid": 'extends = "toy/service/2025-01-01"\nversion = "mid"\n[scale]\ndecimals = 3\n',
    "a/b/round": 'extends = "a/b/again"\nversion = "round"\n',
    "a/b/again": 'extends = "a/b/round"\nversion = "again"\n',
}


class TestChains:
    """A rule set that extends one that extends another."""

    def look_up(self, name: str) -> tuple[str, str]:
        return (CHAINS[name], name) if name in CHAINS else TOY.look_up(name)

    def test_each_changes_the_one_below(self) -> None:
        top = 'extends = "a/b/mid"\nversion = "top"\nen = "Top"\n'
        found = parse_ruleset(top, "top.toml", self.look_up)
        assert (found.version, found.label.en, found.decimals) == ("top", "Top", 3)
        assert found.dimensions == BASE.dimensions

    def test_a_circle_is_refused(self) -> None:
        top = 'extends = "a/b/round"\nversion = "top"\n'
        with pytest.raises(RuleSetError, match="a/b/round → a/b/again → a/b/round"):
            parse_ruleset(top, "top.toml", self.look_up)
