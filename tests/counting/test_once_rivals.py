"""Which rows compete where one counts: those whose condition holds, not those that nobody can tell."""

from __future__ import annotations

from shopscore import Once, Tally, col
from shopscore.model.expressions import Expr
from support.small_events import rules_with, tallied
from support.state_cells import cells_of_metrics

ORDERS = [{"shop_id": "A", "order_id": "1", "paid_at": "2024-02-28 00:00:00"}]
EARLIEST = (col.applied_at, col.ticket_id)
#: Not told where there is no approval.
LATE = col.approved_at - col.applied_at >= 3600


def counted(approvals: str, among: Expr | None = None) -> int:
    """How many late tickets of one order count. Each applied at 10:00 of a day, and was approved

    at once (``.``), late (``L``), or never (``?``).
    """
    per_order = Once.per_order(earliest=EARLIEST)
    once = per_order if among is None else Once(per_order.per, per_order.by, 1, among=among)
    hours = {".": "10:00:00", "L": "12:00:00", "?": ""}
    tickets = []
    for number, letter in enumerate(approvals, start=1):
        day, hour = f"2024-03-0{number}", hours[letter]
        tickets.append(
            {
                "shop_id": "A",
                "ticket_id": f"t{number}",
                "order_id": "1",
                "kind": "return_refund",
                "applied_at": f"{day} 10:00:00",
                "approved_at": f"{day} {hour}" if hour else "",
            }
        )
    tally = Tally("aftersales", day=col.applied_at, where=LATE, once=once)
    rules = rules_with(tally)
    state = tallied({"orders": ORDERS, "aftersales": tickets}, rules)
    return int(cells_of_metrics(state, rules)["count"].sum())


def test_a_row_that_cannot_be_told_takes_no_place() -> None:
    assert counted("LL") == 1
    assert counted(".L") == 1
    assert counted("?L") == 1
    assert counted("?.") == 0


def test_among_says_who_competes() -> None:
    """The first ticket that was approved decides, and counts where it was late."""
    approved = col.approved_at >= 0
    assert counted(".L", approved) == 0
    assert counted("L.", approved) == 1
    assert counted("?L", approved) == 1
    assert counted("?.L", approved) == 0
