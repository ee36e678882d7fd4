"""From a total to what is published: conditions, rounding, tiers, and what is added on top."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

from attrs import evolve
from composing import composed, graded, measured, rules
from hypothesis import given
from hypothesis import strategies as st

from shopscore.composition import eligibility, publish
from shopscore.model.rulesets import Eligibility, Tier

F = Fraction


def conditions() -> tuple[Eligibility, ...]:
    return (
        Eligibility("clean", "fakes", "suppressed", "无", "None", at_most=0),
        Eligibility("enough", "orders", "insufficient_orders", "够", "Enough", at_least=30),
    )


def test_statuses_in_the_order_of_the_conditions() -> None:
    ruleset = rules([(1, [1])], eligibility=conditions())
    columns = {"m00": graded("m00", [F(4), F(4), F(4), F(4), None, None])}
    verdicts = eligibility(
        ruleset,
        measured(
            fakes=[F(0), F(0), F(1), F(1), F(0), None],
            orders=[F(30), F(29), F(30), F(0), F(30), None],
        ),
    )
    published = publish(ruleset, composed(ruleset, columns), verdicts, columns, {})
    assert published.status.tolist() == [
        "scored", "insufficient_orders", "suppressed", "suppressed", "not_computable",
        "insufficient_orders",
    ]  # fmt: skip
    assert published.scored.tolist() == [True] + [False] * 5
    met = {v.condition.id: v.met.tolist() for v in verdicts}
    assert met["clean"] == [True, True, False, False, True, True]
    assert met["enough"] == [True, False, True, False, True, False]


TIERS = (
    Tier("good", "好", "good", at_least=Decimal("4.4")),
    Tier("bad", "坏", "bad", below=Decimal("4.4")),
    Tier("whole", "四", "four", at_least=4),
)


@given(
    st.lists(st.fractions(0, 5, max_denominator=10**6), min_size=1, max_size=8), st.integers(0, 4)
)
def test_rounding_and_tiers(scores: list[F], places: int) -> None:
    scores = [*scores, F("4.395"), F("4.39499999"), F("4.4"), F("3.995"), F("4.35")]
    ruleset = rules([(1, [1])], tiers=TIERS, decimals=places)
    columns = {"m00": graded("m00", scores)}
    published = publish(ruleset, composed(ruleset, columns), (), columns, {})
    rounded = [F(floor(s * 10**places + F(1, 2)), 10**places) for s in scores]
    assert published.scores.fractions() == rounded
    assert published.scores.floats().tolist() == [float(r) for r in rounded]
    assert published.tiers["good"].tolist() == [r >= F("4.4") for r in rounded]
    assert published.tiers["bad"].tolist() == [r < F("4.4") for r in rounded]
    assert published.tiers["whole"].tolist() == [r >= 4 for r in rounded]


def test_no_tier_without_a_score() -> None:
    ruleset = rules([(1, [1])], tiers=TIERS, eligibility=conditions())
    columns = {"m00": graded("m00", [F(5), F(1), None])}
    found = composed(ruleset, columns)
    verdicts = eligibility(ruleset, measured(fakes=[F(1)] * 3, orders=[F(99)] * 3))
    published = publish(ruleset, found, verdicts, columns, {})
    assert not any(mask.any() for mask in published.tiers.values())
    free = publish(evolve(ruleset, eligibility=()), found, (), columns, {})
    assert free.tiers["good"].tolist() == [True, False, False]
    assert free.tiers["bad"].tolist() == [False, True, False]
