"""The template of a numbers file, filled in; and states, which know whose numbers they were counted for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.model.rulesets import revision_of
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.rules.coverage import coverage, missing_numbers
from shopscore.rules.exact_rules import exact_rules
from shopscore.rules.numbers_template import numbers_template
from support.incomplete_rulesets import (
    KUAISHOU,
    LACKING,
    PUBLISHED,
    TMALL,
    files,
    filled,
    filled_in,
)


@pytest.mark.parametrize("ruleset", LACKING, ids=lambda r: r.name)
def test_the_template_can_be_filled_in(ruleset: ss.RuleSet, tmp_path: Path) -> None:
    """Untouched it gives nothing; filled in, nothing lacks."""
    template = numbers_template(ruleset)
    untouched, path = files(tmp_path, untouched=template, filled=filled_in(template))
    same = filled(ruleset, untouched).ruleset
    assert missing_numbers(same) == missing_numbers(ruleset)
    assert coverage(exact_rules(same)) == coverage(exact_rules(ruleset))
    found = filled(ruleset, path).ruleset
    assert missing_numbers(found) == ()
    assert coverage(exact_rules(found)) is None
    weights = [w for d, m in exact_rules(found).entries for w in (d.weight, m.weight)]
    assert all(weight is not None for weight in weights)
    for other in LACKING:
        corrects = f"{other.platform}/{other.scorecard}/{revision_of(other.version)[0]}"
        if ruleset.name not in (other.name, corrects):
            with pytest.raises(ss.InputError, match="not for"):
                filled(other, path)


@pytest.mark.parametrize("ruleset", LACKING, ids=lambda r: r.name)
def test_a_template_that_nobody_filled_in_is_no_source(ruleset: ss.RuleSet, tmp_path: Path) -> None:
    template = numbers_template(ruleset)
    industry = template.replace('# industries = ["…"]', 'industries = ["women"]')
    untouched, own, whole = files(
        tmp_path, untouched=template, industry=industry, filled=filled_in(template)
    )
    assert filled(ruleset, [untouched, own]).used == ()
    assert filled(ruleset, [untouched, own]).variants == ()
    (used,) = filled(ruleset, [untouched, whole]).used
    assert used.file == str(whole)


@pytest.mark.parametrize("ruleset", [*LACKING, PUBLISHED], ids=lambda r: r.name)
def test_comments_of_the_template_are_chinese_too(ruleset: ss.RuleSet) -> None:
    english, chinese = numbers_template(ruleset), numbers_template(ruleset, "zh")
    assert tomllib.loads(english) == tomllib.loads(chinese)
    assert len(english.splitlines()) == len(chinese.splitlines())
    comments = re.findall(r"#(.*)", chinese.replace(ruleset.name, ""))
    keys = r"weight|points|worth|scorer|scorers\.NAME|industries|kind|bands|floor"
    keys += r"|shop_types|bound|pickup|aftersale\.[a-z_]+"
    assert not re.findall(r"[a-z]{3,}", re.sub(keys, "", " ".join(comments)))


def test_what_lacks_nothing_has_an_empty_template() -> None:
    template = numbers_template(PUBLISHED)
    assert "[" not in re.sub(r"^#.*$", "", template, flags=re.MULTILINE)
    assert filled(PUBLISHED, tomllib.loads(template)).ruleset.dimensions == PUBLISHED.dimensions


def test_rule_sets_that_lack_something_are_known() -> None:
    assert {ruleset.name for ruleset in LACKING} >= {TMALL.name, KUAISHOU.name}
    assert PUBLISHED not in LACKING


# ---------------------------------------------------------------- what is counted stays the same

EVENTS = {
    "orders": [{"shop_id": "A", "order_id": "1", "paid_at": "2024-06-01 10:00:00"}],
    "conversations": [
        {"shop_id": "A", "session_id": "1", "started_at": "2024-06-01 10:00:00",
         "first_reply_at": "2024-06-01 10:00:09"},
    ],
}  # fmt: skip


def counted(numbers: Any, shop: str = "A") -> ss.Tallies:
    frames = {
        name: pl.DataFrame([{**row, "shop_id": shop} for row in rows])
        for name, rows in EVENTS.items()
    }
    return ss.tally(ss.resolve(frames, platform="kuaishou", ruleset="2023", numbers=numbers))


def goods_of(points: int) -> dict[str, Any]:
    return {"dimensions": [{"id": id, "points": points} for id in ("goods", "logistics")]}


@pytest.mark.parametrize("ruleset", LACKING, ids=lambda r: r.name)
def test_the_same_tallies_are_counted(ruleset: ss.RuleSet, tmp_path: Path) -> None:
    platform = ss.platform(ruleset.platform)
    card = platform.scorecard(ruleset.scorecard)
    (path,) = files(tmp_path, filled=filled_in(numbers_template(ruleset)))
    with_, without = (
        BoundRuleSet.bind(platform, card, rules).tallies
        for rules in (filled(ruleset, path), ruleset)
    )
    assert with_
    needed = [t.key for t in with_ if t not in without]
    assert [t.key for t in without] == [t.key for t in with_ if t.key not in needed]
    needing = {id for a in ruleset.assumptions.values() for id in a.needed_by}
    assert bool(needed) == bool(needing), "what cannot be counted without a number of the rules"


def scored(state: ss.Tallies, numbers: Any) -> ss.Result:
    return ss.score(state, platform="kuaishou", ruleset="2023", as_of="2024-06-10", numbers=numbers)


def test_a_state_takes_any_numbers(tmp_path: Path) -> None:
    """Numbers are no part of what is counted: they may be given when a state is scored."""
    (path,) = files(tmp_path, given='[[dimensions]]\nid = "goods"\npoints = 4\n')
    state, bare = counted(goods_of(4)), counted(None)
    assert state == bare
    assert len(state.cells)
    # A has no tickets and no peers: of service nothing is known
    assert scored(bare, None)["A"].coverage == 0
    assert scored(bare, goods_of(4))["A"].coverage == 0.75
    assert scored(bare, path)["A"].coverage == 0.375
    assert scored(state, None)["A"].coverage == 0, "it keeps no numbers"


def test_states_of_any_numbers_add_up() -> None:
    a, b = counted(goods_of(4), "A"), counted(None, "B")
    first, second = (scored(state, goods_of(1)) for state in (a + b, b + a))
    assert [s.shop_id for s in first] == ["A", "B"]
    assert first.to_json() == second.to_json()
