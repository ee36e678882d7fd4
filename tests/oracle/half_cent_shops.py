"""Shops whose exact score lies exactly on a half cent, where the way of rounding shows.

All shops are peers with equal reviews, pick-ups and delivery. They differ in quality returns and
complaints alone, each of which ranks them without ties, so that with five shops

    score = 3 + 2 · (0.25 · 1/2 + 0.25 · q/4 + 0.15 · 1/2 + 0.35 · c/4) = 3.40 + 0.125 q + 0.175 c

for the ranks q and c from 0 (worst) to 4 (best). An odd q + c makes a half cent.
"""

from __future__ import annotations

from datetime import date, timedelta

RANKS = {"H1": (1, 0), "H2": (2, 1), "H3": (0, 3), "H4": (4, 2), "H5": (3, 4)}
"""The ranks (q, c) of every shop. Half up differs from half even for H1, H2 and H3, and from
Python's `round` of the float for H1, H3 and H5."""

ORDERS = 40
NEVER_CLOSED = dict.fromkeys(
    ("approved_at", "closed_at", "liability", "return_signed_at", "refunded_at"), ""
)


def half_cent_events(as_of: date = date(2024, 6, 30)) -> dict[str, list[dict[str, str]]]:
    """Five shops as above: H1 3.525, H2 3.825, H3 3.925, H4 4.25 (no half cent), H5 4.475.

    Nothing is missing: no ticket is closed, and there are conversations, but no row of them.
    """
    day = as_of - timedelta(days=20)
    events: dict[str, list[dict[str, str]]] = {
        "shops": [], "orders": [], "reviews": [], "aftersales": [], "complaints": [],
        "conversations": [], "shop_facts": [],
    }  # fmt: skip
    for shop, (quality, complaints) in RANKS.items():
        events["shops"].append({"shop_id": shop, "industry": "apparel"})
        for number in range(ORDERS):
            events["orders"].append(_order(shop, number, day))
        review = {"shop_id": shop, "review_id": "R1", "order_id": "O0", "rating": "1"}
        events["reviews"].append({**review, "reviewed_at": f"{day} 21:00:00"})
        for number in range(4 - quality):
            ticket = {"shop_id": shop, "ticket_id": f"T{number}", "order_id": f"O{number}"}
            what = {"kind": "refund_only", "reason": "quality", "applied_at": f"{day} 21:00:00"}
            events["aftersales"].append({**ticket, **what, **NEVER_CLOSED})
        for number in range(4 - complaints):
            complaint = {"shop_id": shop, "complaint_id": f"C{number}", "order_id": f"O{number}"}
            events["complaints"].append({**complaint, "complained_at": f"{day} 21:00:00"})
    return events


def _order(shop: str, number: int, day: date) -> dict[str, str]:
    """Paid, picked up and delivered on one day."""
    return {
        "shop_id": shop,
        "order_id": f"O{number}",
        "paid_at": f"{day} 08:00:00",
        "picked_up_at": f"{day} 10:00:00",
        "signed_at": f"{day} 20:00:00",
    }
