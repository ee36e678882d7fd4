"""What the shops of an industry have together: tallies are added up, and then combined."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from support.pooled_platform import IDS, PLATFORM, rules_of

F = Fraction
#: Of June and of May: how many orders, how many of them late, hours until signed, amount in cents.
Orders = Sequence[tuple[str, int, int, int, int]]

A: Orders = [("2024-06-30", 2, 1, 1, 1000), ("2024-05-31", 4, 1, 1, 700)]
B: Orders = [("2024-06-29", 10, 1, 4, 100), ("2024-05-31", 10, 5, 2, 900)]

#: By hand; ``fractions`` is what adding numerators and denominators of the two shops would give.
BY_HAND = {
    #            A         B          together                          fractions
    "rate": (F(1, 2), F(1, 10), F(2, 12), F(2, 12)),
    # 2 orders of 1 hour and 10 of 4
    "p50": (F(1), F(4), F(4), F(5, 2)),
    # A: 1/2 after 1/4. B: 1/10 after 5/10. Together 2/12 after 6/14
    "change": (F(1), F(-4, 5), F(2, 12) / F(6, 14) - 1, F(-38, 52)),
    # A has fewer than 3 orders in June: 2 of 6. Together there are 12 in June
    "back": (F(2, 6), F(1, 10), F(2, 12), F(3, 16)),
    # the worst of the last three days; together it is that of A
    "worst": (F(1, 2), F(1, 10), F(1, 2), F(2, 12)),
    "squared": (F(1, 4), F(1, 100), F(4, 144), F(2, 104)),
    # 5.00 of 20.00 and 1.00 of 10.00
    "refunded": (F(1, 4), F(1, 10), F(6, 30), F(6, 30)),
    # what a shop has on average, not what all have
    "orders": (F(2), F(10), F(6), F(6)),
    "sales": (F(20), F(10), F(15), F(15)),
}  # fmt: skip


def events(shops: dict[str, Orders], refunds: dict[str, str]) -> dict[str, Any]:
    orders = [
        (shop, f"{day}-{i}", f"{day} 08:00:00", i < late, f"{day} {8 + hours:02}:00:00", cents)
        for shop, found in shops.items()
        for day, many, late, hours, cents in found
        for i in range(many)
    ]
    names = ["shop_id", "order_id", "paid_at", "is_presale", "signed_at", "amount"]
    return {
        "shops": pl.DataFrame({"shop_id": [*shops], "industry": ["toys"] * len(shops)}),
        "orders": pl.DataFrame(orders, schema=names, orient="row").with_columns(
            amount=(pl.col("amount") / 100).cast(pl.String)
        ),
        "aftersales": pl.DataFrame({
            "shop_id": [*refunds], "ticket_id": ["1"] * len(refunds),
            "kind": ["refund_only"] * len(refunds), "refund_amount": [*refunds.values()],
            "applied_at": ["2024-06-20 10:00:00"] * len(refunds),
        }),
    }  # fmt: skip


REFUNDS = {"A": "5", "B": "1"}


def scored(shops: dict[str, Orders], mean: str = "pooled", **options: Any) -> ss.Result:
    refunds = {shop: REFUNDS.get(shop, "1") for shop in shops}
    return ss.score(
        events(shops, refunds), platform=PLATFORM, ruleset=rules_of(mean), as_of="2024-07-01",
        **options,
    )  # fmt: skip


def means(result: ss.Result) -> dict[str, Fraction | None]:
    return {id: result.compared[id].means.fractions()[0] for id in IDS}


def test_by_hand() -> None:
    result = scored({"A": A, "B": B})
    values = {id: tuple(result.measured[id].column.fractions()) for id in IDS}
    assert values == {id: (a, b) for id, (a, b, *_) in BY_HAND.items()}
    assert means(result) == {id: mean for id, (*_, mean, _) in BY_HAND.items()}
    assert {id for id, (*_, mean, other) in BY_HAND.items() if mean != other} == {
        "p50", "change", "back", "worst", "squared",
    }  # fmt: skip
    # a tier is at most once the mean: of the same means
    met = {id: tuple(v is not None and v <= BY_HAND[id][2] for v in values[id]) for id in IDS}
    tiers = {id: tuple(id in shop.tiers for shop in result) for id in IDS}
    assert tiers == met


def test_the_mean_of_shops_is_of_their_values() -> None:
    found = means(scored({"A": A, "B": B}, "shops"))
    assert found == {id: (a + b) / 2 for id, (a, b, *_) in BY_HAND.items()}


def test_a_state_gives_the_same() -> None:
    rules, options = rules_of(), {"platform": PLATFORM, "as_of": "2024-07-01"}
    both = [
        ss.tally(ss.resolve(events({shop: own}, {shop: REFUNDS[shop]}), platform=PLATFORM, ruleset=rules))
        for shop, own in (("A", A), ("B", B))
    ]  # fmt: skip
    shops = pl.DataFrame({"shop_id": ["A", "B"], "industry": ["toys", "toys"]})
    result = ss.score(both[0] + both[1], ruleset=rules, shops=shops, **options)
    assert means(result) == means(scored({"A": A, "B": B}))


@pytest.mark.parametrize(
    ("many", "mean"),
    [
        (12, F(4)),  # 24 orders: the twelfth was signed for after 4 hours
        (13, None),  # of 25 the thirteenth is beyond the last edge
    ],
)
def test_rows_count_also_where_a_shop_has_no_value_of_them(many: int, mean: F | None) -> None:
    """C's orders take nine hours, and the histogram ends at four."""
    result = scored({"A": A, "B": B, "C": [("2024-06-28", many, 0, 9, 100)]})
    assert result.measured["p50"].column.fractions() == [1, 4, None]
    assert result.compared["p50"].means.fractions() == [mean, mean, None]
    shop = result["A"]
    assert ("p50" in shop.tiers, "p50" in shop.possible_tiers) == (mean is not None, mean is None)
    assert shop["p50"].industry_mean == (None if mean is None else 4.0)


# --------------------------------------------------------------------------- values beside


def typed(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    names = ("shop_id", "metric", "value", "n", "industry")
    cells = [(*row, "toys") for row in rows]
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")


def left_out(result: ss.Result) -> tuple[str, ...]:
    said = [n for n in result.notices if n.code == "rows_unknown"]
    return said[0].metrics if said else ()


def test_beside_events_a_rate_counts_with_its_rows_and_another_value_not_at_all() -> None:
    """C: 1/4 of 8 rows. 2/12 and 2/8 are 4/20; orders (2 + 10 + 6)/3."""
    values = typed(*((("C", id, "0.25", "8")) for id in IDS if id not in ("orders", "sales")),
                   ("C", "orders", "6", ""), ("C", "sales", "30", ""))  # fmt: skip
    result = scored({"A": A, "B": B}, values=values)
    expected = {id: mean for id, (*_, mean, _) in BY_HAND.items()}
    # 2000 of A's money is of 2 rows, 1000 of B's of 10: what a row adds is not the same
    assert means(result) == expected | {"rate": F(4, 20), "orders": F(6), "sales": F(20)}
    assert left_out(result) == ("p50", "change", "back", "worst", "squared", "refunded")


def test_values_alone_are_weighed_by_their_rows() -> None:
    values = typed(
        *((shop, id, value, n) for id in ("rate", "p50") for shop, value, n in
          (("A", "0.5", "2"), ("B", "0.1", "10"), ("C", "0.9", ""))),
        ("A", "orders", "2", "2"), ("B", "orders", "10", ""),
    )  # fmt: skip
    options: dict[str, Any] = {"platform": PLATFORM, "as_of": "2024-07-01"}
    result = ss.score_values(values, ruleset=rules_of(), **options)
    assert means(result) == dict.fromkeys(IDS) | {"rate": F(1, 6), "p50": F(1, 6), "orders": F(6)}
    assert left_out(result) == ("rate", "p50")
    shops = ss.score_values(values, ruleset=rules_of("shops"), **options)
    assert means(shops)["rate"] == F(1, 2)
    assert left_out(shops) == ()
