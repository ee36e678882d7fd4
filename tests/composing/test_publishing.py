"""From a total to what is published: conditions, rounding, tiers, and what is added on top."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from shopscore.model.conditions import Adjustment
from shopscore.model.rulesets import Eligibility
from support.graded_columns import (
    cell,
    checked,
    composed,
    condition,
    graded,
    measured,
    published,
    rules,
    tier,
)
from support.value_platform import SHOWN, WEIGHED, rules_of, scored, table, view

F = Fraction


def conditions() -> tuple[Eligibility[Any], ...]:
    return (
        condition("clean", "suppressed", "fakes", "at most", 0),
        condition("enough", "insufficient_orders", "orders", "at least", 30),
    )


def test_statuses_in_the_order_of_the_conditions() -> None:
    ruleset = rules([(1, [1])], eligibility=conditions())
    columns = {"m00": graded("m00", [F(4), F(4), F(4), F(4), None, None])}
    checks = checked(
        ruleset,
        measured(
            fakes=[F(0), F(0), F(1), F(1), F(0), None],
            orders=[F(30), F(29), F(30), F(0), F(30), None],
        ),
    )
    found = published(ruleset, columns, checks)
    assert found.status.tolist() == [
        "scored", "insufficient_orders", "suppressed", "suppressed", "not_computable",
        "insufficient_orders",
    ]  # fmt: skip
    assert found.scored.tolist() == [True] + [False] * 5
    met = {c.eligibility.id: c.verdict.met.tolist() for c in checks}
    assert met["clean"] == [True, True, False, False, True, True]
    assert met["enough"] == [True, False, True, False, True, False]


TIERS = (
    tier("good", "at least", Decimal("4.4")),
    tier("bad", "below", Decimal("4.4")),
    tier("whole", "at least", 4),
)


@given(
    st.lists(st.fractions(0, 5, max_denominator=10**6), min_size=1, max_size=8), st.integers(0, 4)
)
def test_rounding_and_tiers(scores: list[F], places: int) -> None:
    scores = [*scores, F("4.395"), F("4.39499999"), F("4.4"), F("3.995"), F("4.35")]
    ruleset = rules([(1, [1])], tiers=TIERS, decimals=places)
    columns = {"m00": graded("m00", scores)}
    found = published(ruleset, columns)
    rounded = [F(floor(s * 10**places + F(1, 2)), 10**places) for s in scores]
    assert found.score.fractions() == rounded
    assert found.score.floats().tolist() == [float(r) for r in rounded]
    assert found.tiers["good"].tolist() == [r >= F("4.4") for r in rounded]
    assert found.tiers["bad"].tolist() == [r < F("4.4") for r in rounded]
    assert found.tiers["whole"].tolist() == [r >= 4 for r in rounded]


def test_no_tier_without_a_score() -> None:
    ruleset = rules([(1, [1])], tiers=TIERS, eligibility=conditions())
    columns = {"m00": graded("m00", [F(5), F(1), None])}
    checks = checked(ruleset, measured(fakes=[F(1)] * 3, orders=[F(99)] * 3))
    found = published(ruleset, columns, checks)
    assert not any(mask.any() for mask in found.tiers.values())
    free = published(evolve(ruleset, eligibility=()), columns)
    assert free.tiers["good"].tolist() == [True, False, False]
    assert free.tiers["bad"].tolist() == [False, True, False]


# ---------------------------------------------------------------------------------------- bonus

BONUS = '[[bonus]]\nmetric = "extra"\n[[bonus]]\nmetric = "more"\n'
amounts = st.none() | st.fractions(0, 3, max_denominator=60)


@given(st.lists(st.tuples(amounts, amounts, amounts), min_size=1, max_size=8))
def test_a_bonus_is_added_and_ends_at_the_top_of_the_scale(
    rows: list[tuple[F | None, ...]],
) -> None:
    ruleset = rules([(1, [1])], adjustments=(Adjustment("extra"), Adjustment("more")))
    columns = {
        id: graded(id, [row[i] for row in rows]) for i, id in enumerate(("m00", "extra", "more"))
    }
    found, without = composed(ruleset, columns), composed(rules([(1, [1])]), columns)
    assert found.score.known.tolist() == [points is not None for points, _, _ in rows]
    for shop, (points, extra, more) in enumerate(rows):
        if points is not None:
            total = points + (extra or 0) + (more or 0)
            assert found.score.fractions()[shop] == min(total, F(5))
            assert cell(found.dimensions, shop) == {"d0": points}
        assert cell(found.weights, shop) == cell(without.weights, shop)


def test_a_bonus_of_shops_by_hand() -> None:
    """Absent it is nothing; without a total it makes none; tiers see the total with it."""
    tier = '[[tiers]]\nid = "top"\nzh = "顶"\nen = "top"\nat_least = 5\nsource = "page"\n'
    given_: dict[str, tuple[Any, Any, Any]] = {
        "a none": ("4.5", None, None), "b one": ("4.5", "0.2", None), "c both": ("4.5", "0.2", "0.125"),
        "d exactly": ("4.5", "0.25", "0.25"), "e above": ("4.5", "0.3", "9"), "f alone": (None, "3", "1"),
    }  # fmt: skip
    rows = [
        (shop, "food", metric, value, 1)
        for shop, values in given_.items()
        for metric, value in zip(("up", "extra", "more"), values, strict=True)
    ]
    result = scored(table(rows), rules_of(WEIGHED, BONUS, tier))
    assert [s.score_exact for s in result] == ["9/2", "47/10", "193/40", "5", "5", None]
    assert [s.score for s in result] == [4.5, 4.7, 4.83, 5.0, 5.0, None]
    assert [s.status for s in result] == ["scored"] * 5 + ["not_computable"]
    assert [s.tiers for s in result] == [(), (), (), ("top",), ("top",), ()]
    extra, more = view(result, "b one", "extra"), view(result, "b one", "more")
    assert (extra.status, extra.points, extra.weight, extra.dimension) == ("ok", 0.2, None, None)
    assert (more.status, more.points, more.value) == ("no_data", None, None)
    assert view(result, "b one").weight == 1.0


# ------------------------------------------------------------------------------ tiers on a metric


def market(*, below: int | None = 2, times: str = "3") -> str:
    count = "" if below is None else f"or_count_below = {below}\n"
    return (
        '[[tiers]]\nid = "market"\nzh = "市"\nen = "market"\nmetric = "down"\nsource = "page"\n'
        f"times_industry_mean = {times}\n{count}"
    )


def entered(rows: list[tuple[str, str, int, int]], *tier: str) -> list[str]:
    """Shops that reach the tier; rows are shop, industry, how many, of how many."""
    given_ = [(s, i, "down", F(c, n) if n else None, n) for s, i, c, n in rows]
    result = scored(table(given_), rules_of(SHOWN, *tier))
    return [shop.shop_id for shop in result if shop.tiers]


def test_at_most_so_many_times_the_pooled_mean() -> None:
    """6 of 10, and another shop: 3 × 6/29 is above 0.6, 3 × 6/30 is 0.6 itself, 3 × 6/32 below."""
    for others, reached in ((19, True), (20, True), (22, False)):
        rows = [("a", "food", 6, 10), ("b", "food", 0, others)]
        assert entered(rows, market()) == (["a", "b"] if reached else ["b"])
    alone = [("a", "food", 6, 10), ("b", "toys", 0, 10_000)]
    assert entered(alone, market()) == ["a", "b"]  # another industry is no measure


def test_or_a_count_below_the_line() -> None:
    """Of a thousand others none has any: a rate of 1/2 is far above, a count of one is below two."""
    rows = [("a", "food", 1, 2), ("b", "food", 2, 4), ("c", "food", 0, 1000), ("d", "food", 0, 0)]
    assert entered(rows, market()) == ["a", "c"]
    assert entered(rows, market(below=3)) == ["a", "b", "c"]
    assert entered(rows, market(below=None)) == ["c"]
    assert entered(rows, market(below=1)) == ["c"]
    assert entered(rows, market(times="168")) == ["a", "b", "c"]  # 168 × 3/1006 is above 1/2


wholes = st.sampled_from([0, 1, 2, 4, 5, 8, 10, 20, 25, 40, 125])
disputes = st.lists(
    st.tuples(st.sampled_from(["food", "toys"]), st.integers(0, 6), wholes), min_size=1, max_size=9
)


@given(disputes, st.sampled_from(["0.5", "1", "3"]), st.sampled_from([None, 1, 2, 3]))
def test_tiers_on_a_metric(
    found: list[tuple[str, int, int]], times: str, below: int | None
) -> None:
    rows = [(f"S{i}", industry, count, n) for i, (industry, count, n) in enumerate(found)]
    expected = []
    for shop, industry, count, n in rows:
        peers = [(c, m) for _, other, c, m in rows if other == industry and m]
        if n:
            limit = F(times) * F(sum(c for c, _ in peers), sum(m for _, m in peers))
            if F(count, n) <= limit or (below is not None and count < below):
                expected.append(shop)
    assert entered(rows, market(below=below, times=times)) == expected


def test_a_tier_on_a_metric_needs_no_score() -> None:
    """A shop without a total has it, and one with a total may not."""
    rows = [
        ("a", "food", "up", None, 1), ("a", "food", "down", 0, 9),
        ("b", "food", "up", 5, 1), ("b", "food", "down", 1, 9),
    ]  # fmt: skip
    result = scored(
        table(rows), rules_of('informational = ["down"]\n', WEIGHED, market(times="1", below=None))
    )
    assert [(s.status, s.tiers) for s in result] == [
        ("not_computable", ("market",)),
        ("scored", ()),
    ]


def test_a_dimension_without_weight_takes_nothing_from_the_others() -> None:
    """Weights 0.5 and 0: the total is what the first dimension says, and the other is shown."""
    line = '\n[scorers.line]\nkind = "linear"\nline = [[0, 0], [5, 5]]\nsource = "page"\n'
    parts = "".join(
        f'[[dimensions]]\nid = "{id}"\nzh = "维"\nen = "D"\nweight = {weight}\nsource = "page"\n'
        f'metrics = [{{ id = "{metric}", scorer = "line", weight = 1, source = "page" }}]\n'
        for id, weight, metric in (("a", 0.5, "up"), ("z", 0, "other"))
    )
    values = table([("S", "food", "up", 3, 1), ("S", "food", "other", 1, 1)])
    shop = scored(values, rules_of(line, parts))["S"]
    assert (shop.status, shop.score) == ("scored", 3.0)
    assert [(d.id, d.points) for d in shop.dimensions] == [("a", 3.0), ("z", 1.0)]
