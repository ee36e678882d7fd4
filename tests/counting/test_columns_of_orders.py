"""Columns of the linked order that a file leaves out: what they have by default, as for orders."""

from __future__ import annotations

import pytest

from shopscore import Tally, col
from shopscore.model.expressions import Expr
from support.small_events import rules_with, tallied
from support.state_cells import cells_of_metrics

DAY = "2024-03-01 10:00:00"
ORDER = {"shop_id": "A", "order_id": "1", "paid_at": DAY}
#: One names the order, one names an order that nobody knows, one names none.
REVIEWS = [
    {"shop_id": "A", "review_id": id, "order_id": order, "reviewed_at": DAY, "rating": "2"}
    for id, order in (("r1", "1"), ("r2", "9"), ("r3", ""))
]


def counted(where: Expr, **cells: str) -> int:
    rules = rules_with(Tally("reviews", day=col.reviewed_at, where=where))
    state = tallied({"orders": [{**ORDER, **cells}], "reviews": REVIEWS}, rules)
    return int(cells_of_metrics(state, rules)["count"].sum())


@pytest.mark.parametrize("cells", [{}, {"needs_shipping": ""}, {"needs_shipping": "true"}], ids=str)
def test_true_by_default(cells: dict[str, str]) -> None:
    assert counted(col.order.needs_shipping, **cells) == 1
    assert counted(~col.order.needs_shipping, **cells) == 0
    assert counted(col.order.needs_shipping.is_null(), **cells) == 2


@pytest.mark.parametrize("cells", [{}, {"is_excluded": ""}, {"is_excluded": "false"}], ids=str)
def test_false_by_default(cells: dict[str, str]) -> None:
    assert counted(col.order.is_excluded, **cells) == 0
    assert counted(~col.order.is_excluded, **cells) == 1
    assert counted(col.order.is_excluded.is_null(), **cells) == 2


@pytest.mark.parametrize("cells", [{}, {"signed_at": ""}], ids=str)
def test_null_without_a_default(cells: dict[str, str]) -> None:
    assert counted(col.order.signed_at.is_null(), **cells) == 3


def test_without_orders_no_row_has_one() -> None:
    rules = rules_with(
        Tally("reviews", day=col.reviewed_at, where=col.order.needs_shipping.is_null())
    )
    state = tallied({"reviews": REVIEWS}, rules)
    assert cells_of_metrics(state, rules)["count"].sum() == 3
