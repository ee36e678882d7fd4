"""After-sales tickets of a shop, written by hand, beside one of another shop."""

from __future__ import annotations

import polars as pl

KUAISHOU = {"platform": "kuaishou", "ruleset": "2023", "as_of": "2024-07-01"}
PAID = "2024-06-10 09:00:00"


def order(**cells: str) -> dict[str, str]:
    return {"shop_id": "S1", "order_id": "O1", "paid_at": PAID, "amount": "900", **cells}


def ticket(id: str, **cells: str) -> dict[str, str]:
    """Small, asked for two hours after payment, not shipped; agreed to and closed at 16:00."""
    return {
        "shop_id": "S1", "ticket_id": id, "order_id": "O1", "kind": "refund_only",
        "reason": "other", "applied_at": "2024-06-10 11:00:00", "refund_amount": "100",
        "approved_at": "2024-06-10 14:00:00", "refunded_at": "2024-06-10 15:00:00",
        "closed_at": "2024-06-10 16:00:00", "outcome": "refunded", "shipped": "false",
        "is_custom": "false", "product_id": "P1", **cells,
    }  # fmt: skip


def events(*tickets: dict[str, str]) -> dict[str, pl.DataFrame]:
    """Events of one shop, and a second one."""
    other = {**order(order_id="O9"), "shop_id": "S2"}
    others = {**ticket("T9", order_id="O9"), "shop_id": "S2"}
    return {
        "orders": pl.DataFrame([order(), other]),
        "aftersales": pl.DataFrame([*tickets, others], infer_schema_length=None),
    }
