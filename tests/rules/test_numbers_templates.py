"""The template of a numbers file, filled in; and states, which know whose numbers they were counted for."""

from __future__ import annotations

import json
import re
import tomllib
from itertools import permutations
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.plugins.bound_rules import BoundRuleSet
from shopscore.rules.coverage import coverage, missing_numbers
from shopscore.rules.exact_rules import exact_rules
from shopscore.rules.numbers_toml import numbers_template
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
        if other.name != ruleset.name:
            with pytest.raises(ss.InputError, match="not for"):
                filled(other, path)


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
    with_, without = filled(ruleset, path), ruleset
    assert (
        BoundRuleSet.bind(platform, card, with_).key
        == BoundRuleSet.bind(platform, card, without).key
    )


def test_a_state_knows_its_numbers() -> None:
    state, bare = counted(goods_of(4)), counted(None)
    assert state.cells.equals(bare.cells)
    assert len(state.cells)
    assert ss.score(state, as_of="2024-06-10")["A"].coverage is None
    assert ss.score(bare, as_of="2024-06-10")["A"].coverage == 0.25
    with pytest.raises(ss.UsageError, match="know their rules"):
        ss.score(bare, as_of="2024-06-10", numbers=goods_of(4))


@pytest.mark.slow
def test_states_with_other_numbers_are_refused(tmp_path: Path) -> None:
    """A sum must not take the numbers of whoever came first; a file of other bytes is another one."""
    points = "".join(f'[[dimensions]]\nid = "{id}"\npoints = 4\n' for id in ("goods", "logistics"))
    given = files(
        tmp_path, a=points, b=points.replace("4", "4.0"), c=f'industries = ["men"]\n{points}'
    )
    for one, other in permutations([None, goods_of(4), goods_of(1), *given], 2):
        with pytest.raises(ss.StateError):
            counted(one, "A") + counted(other, "B")


def test_states_with_the_same_numbers_add_up(tmp_path: Path) -> None:
    """The same bytes under another name are the same numbers."""
    text = '[[dimensions]]\nid = "goods"\npoints = 4\n'
    given = files(tmp_path, a=text, b=text)
    for numbers in ([None] * 2, [goods_of(4)] * 2, given):
        a, b = counted(numbers[0], "A"), counted(numbers[1], "B")
        first, second = (ss.score(state, as_of="2024-06-10") for state in (a + b, b + a))
        assert [s.shop_id for s in first] == ["A", "B"]
        documents = [json.loads(result.to_json()) for result in (first, second)]
        assert documents[0]["shops"] == documents[1]["shops"]
        assert documents[0]["missing_numbers"] == documents[1]["missing_numbers"]
