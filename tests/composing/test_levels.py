"""Levels: three-valued logic by hand, letter grades, caps and vetoes, the lowest of several."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.composing.conditions import Measures
from shopscore.composing.levels import find_levels
from shopscore.exact.columns import ExactColumn
from shopscore.grading.weighing import MetricValues
from shopscore.model.conditions import Combined, Condition, Measure
from shopscore.model.labels import Label
from shopscore.model.rulesets import Criterion, Level
from shopscore.rules.exact_rules import ExactRuleSet
from support.adjusted_platform import SHOWN, WEIGHED, rules_of, scored_rows

F = Fraction
IDS = ("a", "b", "c", "d")
Truth = bool | None
Part = str | tuple[str, ...]


def both(every: bool, parts: Sequence[Truth]) -> Truth:
    """All of them, or any of them; None is unknown."""
    decides = not every  # one that is not met settles "all of", one that is met "any of"
    if decides in parts:
        return decides
    return None if None in parts else every


def holds(needs: Combined | None, met: dict[str, Truth]) -> Truth:
    if needs is None:
        return True
    parts = [
        met[part] if isinstance(part, str) else both(not needs.every, [met[i] for i in part])
        for part in needs.parts
    ]
    return both(needs.every, parts)


parts = st.sampled_from(IDS) | st.lists(st.sampled_from(IDS), min_size=1, max_size=3).map(tuple)
needs_ = st.builds(Combined, st.booleans(), st.lists(parts, min_size=1, max_size=4).map(tuple))
truths = st.dictionaries(st.sampled_from(IDS), st.none() | st.booleans(), min_size=4, max_size=4)


def found(levels: Sequence[Combined | None], shops: Sequence[dict[str, Truth]]) -> Any:
    """A metric for each criterion: 1 is met, 0 is not, and nobody was asked."""
    metrics = {
        id: MetricValues(
            id,
            ExactColumn.of([None if s[id] is None else F(bool(s[id])) for s in shops]),
            np.ones(len(shops), dtype=np.int64),
            missing=np.array([s[id] is None for s in shops]),
        )
        for id in IDS
    }
    asked = tuple(
        Criterion(id, None, Condition(Measure("value", id), "at least", F(1))) for id in IDS
    )
    rules = ExactRuleSet(
        "rules", F(0), F(5), 2, "mid_percent_rank", "rescale", (), {}, criteria=asked,
        levels=tuple(Level(f"l{i}", Label("级", "Level"), n) for i, n in enumerate(levels)),
    )  # fmt: skip
    return find_levels(rules, Measures(metrics, ["food"] * len(shops)))


@given(
    st.lists(needs_, min_size=1, max_size=4),
    st.booleans(),
    st.lists(truths, min_size=1, max_size=5),
)
@settings(max_examples=400)
def test_certain_and_possible(
    needs: list[Combined], rest: bool, shops: list[dict[str, Truth]]
) -> None:
    levels = [*needs, *([None] if rest else [])]
    judged = found(levels, shops)
    for place, shop in enumerate(shops):
        truth = [holds(level, shop) for level in levels]
        certain = next((i for i, t in enumerate(truth) if t is True), len(levels))
        possible = next((i for i, t in enumerate(truth) if t is not False), len(levels))
        assert (judged.certain[place], judged.possible[place]) == (certain, possible)
        assert judged.known[place] == (certain == possible)


@given(st.lists(needs_, min_size=1, max_size=3), truths)
@settings(max_examples=150)
def test_it_is_sound_whatever_the_unknown_ones_are(
    needs: list[Combined], shop: dict[str, Truth]
) -> None:
    """The true level lies between the two, in every world that there may be."""
    judged = found(needs, [shop])
    open_ = [id for id in IDS if shop[id] is None]
    for world in product([False, True], repeat=len(open_)):
        whole = {**shop, **dict(zip(open_, world, strict=True))}
        truth = [holds(level, whole) for level in needs]
        level = truth.index(True) if True in truth else len(needs)
        assert judged.possible[0] <= level <= judged.certain[0]


def criterion(id: str, keys: str) -> str:
    return f'[[criteria]]\nid = "{id}"\nsource = "page"\n{keys}\n'


def level(id: str, needs: str = "") -> str:
    return f'[[levels]]\nid = "{id}"\nzh = "级"\nen = "{id}"\nsource = "page"\n{needs}\n'


TOTAL = 'total = true\nzh = "总"\nen = "Total"\nat_least = '
GRADES = "".join(
    [
        criterion("good", f"{TOTAL}4.5"),
        criterion("fair", f"{TOTAL}3"),
        level("a", 'all_of = ["good"]'),
        level("b", 'all_of = ["fair"]'),
        level("c"),
    ]
)


@pytest.mark.parametrize(("value", "grade"), [(5, "a"), (F(9, 2), "a"), (F("4.49"), "b"), (3, "b"), (F("2.99"), "c"), (1, "c")])  # fmt: skip
def test_letter_grades(value: Any, grade: str) -> None:
    result = scored_rows([("A", "food", "up", value, 1)], rules_of(WEIGHED, GRADES))
    assert result["A"].level == grade
    assert result["A"].score == float(value)


def test_a_total_that_is_not_known_leaves_the_ends() -> None:
    """Without its only metric a total may be anything from 1 to 5: any grade is possible."""
    rules = rules_of('informational = ["down"]\n', WEIGHED, GRADES)
    result = scored_rows([("A", "food", "down", F(1), 1)], rules)
    shop = result["A"]
    assert (shop.status, shop.score_low, shop.score_high) == ("partial", 1, 5)
    assert shop.levels == {"level": None, "level_certain": "c", "level_possible": "a"}
    assert [c.met for c in shop.criteria] == [None, None]


@pytest.mark.parametrize(("up", "down", "expected"), [(5, 0, "high"), (5, 1, "capped"), (2, 0, "low"), (2, 1, "low")])  # fmt: skip
def test_a_veto_caps_the_level(up: int, down: int, expected: str) -> None:
    texts = (
        criterion("clean", 'metric = "down"\nequals = 0'),
        criterion("good", 'metric = "up"\nat_least = 4'),
        level("high", 'all_of = ["good", "clean"]'),
        level("capped", 'all_of = ["good"]'),
        level("low"),
    )
    rows = [("A", "food", "up", up, 1), ("A", "food", "down", down, 1)]
    assert scored_rows(rows, rules_of(SHOWN, *texts))["A"].level == expected


def test_the_lowest_of_three() -> None:
    """A level asks that each of three reaches it: the lowest decides."""
    limits = {"gold": 4, "silver": 2}
    texts = [
        criterion(f"{id}_{name}", f'metric = "{id}"\nat_least = {limit}')
        for name, limit in limits.items()
        for id in ("up", "down")
    ]
    texts += [level(name, f'all_of = ["up_{name}", "down_{name}"]') for name in limits]
    cells = {"A": (5, 4), "B": (5, 3), "C": (1, 5), "D": (2, 2)}
    rows = [
        (shop, "food", id, value, 1)
        for shop, values in cells.items()
        for id, value in zip(("up", "down"), values, strict=True)
    ]
    result = scored_rows(rows, rules_of(SHOWN, *texts))
    lowest = {shop: min(values) for shop, values in cells.items()}
    expected = {
        shop: next((name for name, limit in limits.items() if low >= limit), None)
        for shop, low in lowest.items()
    }
    assert {shop.shop_id: shop.level for shop in result} == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (level("x", 'all_of = ["cc"]'), "no criterion cc; did you mean c"),
        (level("x", 'all_of = ["c"]\nany_of = ["c"]'), "only one of all_of, any_of"),
        (level("x", "all_of = []"), "all_of names no criterion"),
        (level("x", "all_of = [3]"), "ids of criteria are needed, or lists of some"),
        (level("x", 'all_of = [[["c"]]]'), "ids of criteria are needed, or lists of some"),
        (level("x") + level("y", 'all_of = ["c"]'), "level x needs nothing"),
        (level("x", 'all_of = ["c"]') * 2, "x is declared twice"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(ss.RuleSetError, match=said):
        rules_of(SHOWN, criterion("c", 'metric = "up"\nat_least = 1'), text)
