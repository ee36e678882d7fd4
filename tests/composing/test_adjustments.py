"""What is added to a total and taken from it: with a cap and without, within the scale."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.plugins.bound_rules import BoundRuleSet
from support.adjusted_platform import PLATFORM, SHOWN, WEIGHED, rules_of, scored

F = Fraction


def bonus(metric: str, more: str = "") -> str:
    return f'[[bonus]]\nmetric = "{metric}"\n{more}'


def deduction(metric: str, more: str = "") -> str:
    return f'[[deduction]]\nmetric = "{metric}"\n{more}'


def cap(number: Any) -> str:
    return f'cap = {number}\nsource = "page"\n'


# ------------------------------------------------------------------------------------------ golden


@pytest.mark.parametrize(
    ("texts", "values", "exact"),
    [
        # added and taken, whole
        ([bonus("extra")], {"up": "3", "extra": "0.5"}, "7/2"),
        ([deduction("fine")], {"up": "3", "fine": "0.5"}, "5/2"),
        ([bonus("extra"), deduction("fine")], {"up": "3", "extra": "1", "fine": "0.25"}, "15/4"),
        # no more than the cap, and the cap itself
        ([bonus("extra", cap("0.3"))], {"up": "3", "extra": "0.5"}, "33/10"),
        ([bonus("extra", cap("0.5"))], {"up": "3", "extra": "0.5"}, "7/2"),
        ([bonus("extra", cap("0.7"))], {"up": "3", "extra": "0.5"}, "7/2"),
        ([bonus("extra", cap(0))], {"up": "3", "extra": "0.5"}, "3"),
        ([deduction("fine", cap("0.3"))], {"up": "3", "fine": "0.5"}, "27/10"),
        ([deduction("fine", cap("0.3"))], {"up": "3", "fine": "0.1"}, "29/10"),
        # each by itself
        (
            [bonus("extra", cap("0.3")), bonus("more"), deduction("fine", cap(1)), deduction("blame")],
            {"up": "3", "extra": "9", "more": "0.4", "fine": "9", "blame": "0.2"},
            "5/2",
        ),
        # the ends of the scale, 1 and 5
        ([bonus("extra")], {"up": "4.9", "extra": "0.2"}, "5"),
        ([deduction("fine")], {"up": "1.1", "fine": "0.2"}, "1"),
        ([deduction("fine")], {"up": "2", "fine": "99"}, "1"),
        # the sum is cut, not its steps: 4.9 + 3 − 2.5, whatever stands first
        ([bonus("extra"), deduction("fine")], {"up": "4.9", "extra": "3", "fine": "2.5"}, "5"),
        ([deduction("fine"), bonus("extra")], {"up": "4.9", "extra": "3", "fine": "3.5"}, "22/5"),
        ([deduction("fine"), bonus("extra")], {"up": "1.1", "extra": "1", "fine": "0.9"}, "6/5"),
        # a dash says that there is none
        ([bonus("extra"), deduction("fine")], {"up": "3", "extra": None, "fine": None}, "3"),
        ([bonus("extra", cap(0)), deduction("fine", cap(0))], {"up": "3"}, "3"),
        ([bonus("extra")], {"up": None, "extra": "1"}, None),
    ],
)  # fmt: skip
def test_by_hand(texts: list[str], values: dict[str, Any], exact: str | None) -> None:
    (shop,) = scored({"S": values}, rules_of(*texts, WEIGHED))
    assert shop.score_exact == exact
    assert shop.status == ("not_computable" if exact is None else "scored")


@pytest.mark.parametrize(
    ("texts", "values", "low", "high"),
    [
        # from nothing to the cap, or to the end of the scale, 1 to 5
        ([bonus("extra", cap("0.3"))], {"up": "3"}, "3", "33/10"),
        ([bonus("extra")], {"up": "3"}, "3", "5"),
        ([deduction("fine", cap("0.3"))], {"up": "3"}, "27/10", "3"),
        ([deduction("fine")], {"up": "3"}, "1", "3"),
        ([bonus("extra", cap(3))], {"up": "3"}, "3", "5"),
        ([bonus("extra")], {"up": "5"}, "5", "5"),
        # beside one that is known: 3 + 1.5 − 0.5, and 3 − 9 with whatever makes up for it
        ([bonus("extra"), deduction("fine", cap("0.5"))], {"up": "3", "extra": "1.5"}, "4", "9/2"),
        ([bonus("extra"), deduction("fine")], {"up": "3", "fine": "9"}, "1", "5"),
        ([bonus("extra", cap(7)), deduction("fine")], {"up": "3", "fine": "9"}, "1", "1"),
        ([bonus("extra"), deduction("fine")], {"up": "3"}, "1", "5"),
    ],
)  # fmt: skip
def test_what_is_missing_may_be_anything_up_to_its_cap(
    texts: list[str], values: dict[str, Any], low: str, high: str
) -> None:
    result = scored({"S": values}, rules_of(*texts, WEIGHED))
    (shop,) = result
    assert (shop.status, shop.score, shop.score_exact, shop.coverage) == ("partial", None, None, 1)
    (row,) = result.to_polars().select("score_low_exact", "score_high_exact").rows()
    assert row == (low, high)
    assert shop.reason == "the input of a bonus or a deduction is missing"
    assert shop.reason.text("zh") == "缺少加分或扣分的数据"
    missing = {id for text in texts for id in ("extra", "fine") if id in text} - set(values)
    (notice,) = (n for n in result.notices if n.code == "missing_input")
    assert set(notice.metrics) == missing
    with pytest.raises(ss.RequirementError, match="required: complete"):
        scored({"S": values}, rules_of(*texts, WEIGHED), require="complete")


def test_a_missing_bonus_makes_no_total_where_there_is_none() -> None:
    (shop,) = scored({"S": {"up": None}}, rules_of(bonus("extra"), WEIGHED))
    assert (shop.status, shop.score_low) == ("not_computable", None)


def test_a_missing_metric_is_told_first() -> None:
    rules = rules_of(bonus("extra", cap("0.3")), deduction("fine"), WEIGHED)
    (shop,) = scored({"S": {"fine": "1"}}, rules)
    assert (shop.status, shop.coverage, shop.score_low, shop.score_high) == ("partial", 0, 1, 4.3)
    assert shop.reason == "the input of weighted metrics is missing"


def test_tiers_of_a_total_with_a_missing_bonus() -> None:
    tiers = "".join(
        f'[[tiers]]\nid = "{id}"\nzh = "档"\nen = "tier"\nat_least = {least}\nsource = "page"\n'
        for id, least in (("three", 3), ("four", 4), ("five", 5))
    )
    (shop,) = scored({"S": {"up": "3.5"}}, rules_of(bonus("extra", cap(1)), tiers, WEIGHED))
    assert (shop.tiers, shop.possible_tiers) == (("three",), ("four",))


def test_dimensions_and_weights_are_as_without_it() -> None:
    values = {"S": {"up": "3", "extra": "1", "fine": "0.5"}}
    (with_,) = scored(values, rules_of(bonus("extra"), deduction("fine"), WEIGHED))
    (shop,) = scored({"S": {"up": "3"}}, rules_of(WEIGHED))
    assert (with_.dimensions, with_.score, shop.score) == (shop.dimensions, 3.5, 3.0)
    shown = {m.id: (m.status, m.value, m.points, m.weight, m.dimension) for m in with_.metrics}
    assert shown == {
        "up": ("ok", 3.0, 3.0, 1.0, "all"),
        "extra": ("ok", 1.0, 1.0, None, None),
        "fine": ("ok", 0.5, 0.5, None, None),
    }


def test_tiers_see_the_total_with_it() -> None:
    tier = '[[tiers]]\nid = "low"\nzh = "低"\nen = "low"\nbelow = 2\nsource = "page"\n'
    result = scored(
        {"a": {"up": "2.5", "fine": "0.5"}, "b": {"up": "2.5", "fine": "0.6"}},
        rules_of(deduction("fine"), tier, WEIGHED),
    )
    assert [shop.tiers for shop in result] == [(), ("low",)]


# --------------------------------------------------------------------------- random, by plain loops

amounts = st.none() | st.integers(0, 300).map(lambda n: F(n, 100))
caps = st.none() | st.sampled_from(["0", "0.25", "0.5", "1", "2.75"])
points = st.none() | st.integers(100, 500).map(lambda n: F(n, 100))
METRICS = (("extra", 1), ("more", 1), ("fine", -1), ("blame", -1))


@given(
    st.lists(st.tuples(points, amounts, amounts, amounts, amounts), min_size=1, max_size=6),
    st.tuples(caps, caps, caps, caps),
)
@settings(max_examples=25)
def test_against_plain_fractions(rows: list[Any], limits: tuple[str | None, ...]) -> None:
    texts = [
        (bonus if sign > 0 else deduction)(id, "" if limit is None else cap(limit))
        for (id, sign), limit in zip(METRICS, limits, strict=True)
    ]
    shops = {
        f"S{i}": dict(zip(("up", "extra", "more", "fine", "blame"), row, strict=True))
        for i, row in enumerate(rows)
    }
    result = scored(shops, rules_of(*texts, WEIGHED))
    for shop, values in shops.items():
        total = values["up"]
        if total is None:
            assert result[shop].score_exact is None
            continue
        for (id, sign), limit in zip(METRICS, limits, strict=True):
            amount = F(0) if values[id] is None else values[id]
            if limit is not None and amount > F(limit):
                amount = F(limit)
            total = total + amount if sign > 0 else total - amount
        total = min(max(total, F(1)), F(5))
        assert result[shop].score_exact == str(total)


def total_of(up: F, amounts: Sequence[F], limits: Sequence[str | None]) -> F:
    for (_, sign), amount, limit in zip(METRICS, amounts, limits, strict=True):
        up += sign * (amount if limit is None else min(amount, F(limit)))
    return min(max(up, F(1)), F(5))


MISSING = "missing"
#: More than all others together, so that one without a cap reaches the end of the scale.
PLENTY = F(100)


@pytest.mark.slow
@given(
    st.integers(100, 500).map(lambda n: F(n, 100)) | st.just(MISSING),
    st.tuples(*[amounts | st.just(MISSING)] * 4),
    st.tuples(caps, caps, caps, caps),
)
@settings(max_examples=60, deadline=None)
def test_the_ends_are_the_lowest_and_the_highest_completion(
    up: F | str, cells: tuple[F | str | None, ...], limits: tuple[str | None, ...]
) -> None:
    texts = [
        (bonus if sign > 0 else deduction)(id, "" if limit is None else cap(limit))
        for (id, sign), limit in zip(METRICS, limits, strict=True)
    ]
    given_ = dict(zip(("up", *(id for id, _ in METRICS)), (up, *cells), strict=True))
    row = {id: value for id, value in given_.items() if value != MISSING}
    if not row:
        return
    result = scored({"S": row}, rules_of(*texts, WEIGHED))
    ups = (F(1), F(5)) if isinstance(up, str) else (up,)
    choices = [(F(0), PLENTY) if isinstance(cell, str) else (cell or F(0),) for cell in cells]
    totals = [total_of(first, rest, limits) for first in ups for rest in product(*choices)]
    open_ = isinstance(up, str) or any(
        isinstance(cell, str) and limit != "0" for cell, limit in zip(cells, limits, strict=True)
    )
    table = result.to_polars()
    assert table["status"].to_list() == ["partial" if open_ else "scored"]
    assert table["score_low_exact"].to_list() == [str(min(totals))]
    assert table["score_high_exact"].to_list() == [str(max(totals))]


# ------------------------------------------------------------------------------- what caps may be

TOP = """
[[assumptions]]
id = "top"
kind = "decimal"
value = 0.5
low = 0
high = 2
reason = "the page does not say how much"
"""
SIZE = """
[[assumptions]]
id = "size"
kind = "choice"
value = "small"
choices = ["small", "large"]
reason = "the page does not say which"
"""


def test_a_cap_may_be_an_assumption() -> None:
    rules = rules_of(TOP, bonus("extra", 'cap = { assume = "top" }\n'), WEIGHED)
    values = {"S": {"up": "3", "extra": "1"}}
    assert scored(values, rules)["S"].score_exact == "7/2"
    assert scored(values, rules, assume={"top": "0.75"})["S"].score_exact == "15/4"
    assert scored(values, rules, assume={"top": 2})["S"].score_exact == "4"
    assert [a.id for a in scored(values, rules).rules.assumptions] == ["top"]


def test_a_cap_may_depend_on_a_choice() -> None:
    text = 'cap = { assume = "size", small = 0.25, large = 0.75 }\nsource = "page"\n'
    rules = rules_of(SIZE, deduction("fine", text), WEIGHED)
    values = {"S": {"up": "3", "fine": "1"}}
    assert scored(values, rules)["S"].score_exact == "11/4"
    assert scored(values, rules, assume={"size": "large"})["S"].score_exact == "9/4"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (bonus("extra", "cap = 1\n"), ["bonus[1]", "cap = 1 needs a source"]),
        (deduction("fine", "cap = 1\n"), ["deduction[1]", "cap = 1 needs a source"]),
        (deduction("fine", cap(-1)), ["the cap of fine is negative"]),
        (deduction("fine", cap('"much"')), ["deduction[1]", "wrong type"]),
        (deduction("fine", "cup = 1\n"), ["deduction[1]", "unknown key cup; did you mean cap?"]),
        ("[[deduction]]\ncap = 1\n", ["deduction[1]", "key metric is missing"]),
        ('[[deductions]]\nmetric = "fine"\n', ["unknown key deductions; did you mean deduction?"]),
        (deduction("fine") + deduction("fine"), ["metric fine is declared twice"]),
        (bonus("fine") + deduction("fine"), ["metric fine is declared twice"]),
        (deduction("fine", 'source = "pgae"\n'), ["source pgae is not among"]),
        (deduction("fine", 'cap = { assume = "tpo" }\n'), ["no assumption tpo; did you mean top?"]),
        (deduction("fine", 'cap = { assume = "size" }\n'), ["size is a choice, and must be a number"]),
        (
            deduction("fine", 'cap = { assume = "size", small = 1 }\nsource = "page"\n'),
            ["a number for each choice of size is needed"],
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_meant(text: str, words: list[str]) -> None:
    with pytest.raises(ss.RuleSetError) as caught:
        rules_of(TOP, SIZE, text, WEIGHED)
    assert str(caught.value).startswith(("adjusted.toml: ", "adjusted/values/1: "))
    for word in words:
        assert word in str(caught.value)


def test_a_cap_may_not_be_missing() -> None:
    text = TOP.replace("value = 0.5", "nullable = true")
    with pytest.raises(ss.RuleSetError, match="top supplies a number that is needed"):
        rules_of(text, deduction("fine", 'cap = { assume = "top" }\n'), WEIGHED)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (bonus("fine"), "metric fine has the role deduction, not bonus"),
        (deduction("extra"), "metric extra has the role bonus, not deduction"),
        (deduction("down"), "metric down has the role scored, not deduction"),
        (bonus("down"), "metric down has the role scored, not bonus"),
        (deduction("fin"), "no metric fin in support.adjusted_platform; did you mean fine?"),
    ],
)
def test_a_metric_with_another_role_is_refused(text: str, words: str) -> None:
    rules = rules_of(text, WEIGHED)
    with pytest.raises(ss.RuleSetError) as caught:
        BoundRuleSet.bind(PLATFORM, PLATFORM.scorecard(), rules)
    assert words in str(caught.value)
    with pytest.raises(ss.RuleSetError) as caught:
        scored({"S": {"up": "3"}}, rules)
    assert words in str(caught.value)


def test_what_is_a_deduction_is_not_weighed() -> None:
    rules = rules_of(WEIGHED.replace('"up"', '"fine"'))
    with pytest.raises(ss.RuleSetError, match="has the role deduction, and cannot have a weight"):
        scored({"S": {"fine": "3"}}, rules)


# ----------------------------------------------------------------------------- rules of ones own


def test_a_rule_set_that_extends_caps_what_is_added(tmp_path: Path) -> None:
    """Its numbers need no source: the user is."""
    path = tmp_path / "mine.toml"
    path.write_text(
        'extends = "tmall/experience/2026-03-16"\nversion = "mine"\n'
        '[[bonus]]\nmetric = "bonus_points"\ncap = 0.5\n',
        encoding="utf-8",
    )
    card = ss.platform("tmall").scorecard("experience")
    from shopscore.plugins.selection import read_ruleset

    (adjustment,) = read_ruleset(path, card).adjustments
    assert (adjustment.metric, adjustment.sign, adjustment.source) == ("bonus_points", 1, "user")
    assert str(adjustment.cap) == "0.5"


def test_without_a_total_there_is_nothing_to_add_to() -> None:
    """The values stand there, and are enough to be scored."""
    result = scored({"a": {"fine": "1"}, "b": {"fine": None}}, rules_of(SHOWN, deduction("fine")))
    assert [(shop.status, shop.score) for shop in result] == [
        ("scored", None),
        ("not_computable", None),
    ]
