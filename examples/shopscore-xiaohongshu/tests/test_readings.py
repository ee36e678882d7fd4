"""Every metric once more: slow and plain, row by row with fractions, from the words of the rules.

The events are those that shopscore's own tests are tried on. They are found beside this package
in the repository; anywhere else these tests are skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
import shopscore as ss

pytest.importorskip("oracle.random_events", reason="random events live in shopscore's repository")

from oracle.event_loading import load
from oracle.random_events import random_events, write_folder

AS_OF = date(2024, 6, 30)
DAY, HOUR = 86400, 3600
TODAY = (AS_OF - date(1970, 1, 1)).days

Row = Any


class Shop:
    """The rows of one shop that count: what is excluded, or linked to it, is left out."""

    def __init__(self, rows: dict[str, list[dict[str, Any]]], shop_id: str) -> None:
        mine = {
            stream: [SimpleNamespace(**row) for row in stream_rows if row["shop_id"] == shop_id]
            for stream, stream_rows in rows.items()
        }
        self._by_id = {order.order_id: order for order in mine["orders"]}
        self.orders = [order for order in mine["orders"] if not order.is_excluded]
        self.reviews = self._not_excluded(mine["reviews"])
        self.tickets = self._not_excluded(mine["aftersales"])
        self.sessions = mine["conversations"]

    def _not_excluded(self, rows: list[Row]) -> list[Row]:
        return [row for row in rows if not getattr(self.order_of(row), "is_excluded", False)]

    def order_of(self, row: Row) -> Row | None:
        return self._by_id.get(row.order_id)

    def paid_or(self, row: Row, own: int) -> int:
        """When the order of the row was paid, else the row's own time."""
        order = self.order_of(row)
        return own if order is None or order.paid_at is None else order.paid_at


def in_window(time: int | None, first: int, last: int) -> bool:
    return time is not None and first <= TODAY - time // DAY <= last


def rate(
    above: Iterable[int | None], below: Iterable[int | None], first: int, last: int
) -> tuple[Fraction | None, int]:
    """Times above and below the line, counted where they lie in the window."""
    count = sum(in_window(time, first, last) for time in above)
    n = sum(in_window(time, first, last) for time in below)
    return (Fraction(count, n) if n else None), n


def mean_hours(
    spans: Iterable[tuple[int | None, int]], first: int, last: int
) -> tuple[Fraction | None, int]:
    """The mean of (day, seconds) in hours."""
    seconds = [span for day, span in spans if in_window(day, first, last)]
    n = len(seconds)
    return (Fraction(sum(seconds), n * HOUR) if n else None), n


def paid(shop: Shop) -> list[int | None]:
    return [order.paid_at for order in shop.orders]


def bad_review_rate(shop: Shop) -> tuple[Fraction | None, int]:
    bad = [shop.paid_or(r, r.reviewed_at) for r in shop.reviews if r.rating in (1, 2, 3)]
    return rate(bad, paid(shop), 15, 104)


def order_days(shop: Shop, reason: str) -> Iterator[int]:
    """One day for each order, known or not, and for each ticket that names none."""
    chosen: dict[tuple[str, str], Row] = {}
    for ticket in shop.tickets:
        if ticket.reason == reason:
            unit = ("order", ticket.order_id) if ticket.order_id else ("ticket", ticket.ticket_id)
            rival: Row = chosen.setdefault(unit, ticket)
            if (ticket.applied_at, ticket.ticket_id) < (rival.applied_at, rival.ticket_id):
                chosen[unit] = ticket
    return (shop.paid_or(ticket, ticket.applied_at) for ticket in chosen.values())


def quality_aftersale_rate(shop: Shop) -> tuple[Fraction | None, int]:
    return rate(order_days(shop, "quality"), paid(shop), 15, 104)


def logistics_negative_rate(shop: Shop) -> tuple[Fraction | None, int]:
    return rate(order_days(shop, "logistics"), paid(shop), 15, 104)


def pay_to_pickup_hours(shop: Shop) -> tuple[Fraction | None, int]:
    both = [o for o in shop.orders if None not in (o.paid_at, o.picked_up_at)]
    return mean_hours([(o.picked_up_at, o.picked_up_at - o.paid_at) for o in both], 1, 30)


def pickup_to_sign_hours(shop: Shop) -> tuple[Fraction | None, int]:
    both = [o for o in shop.orders if None not in (o.picked_up_at, o.signed_at)]
    return mean_hours([(o.signed_at, o.signed_at - o.picked_up_at) for o in both], 1, 90)


def settled(shop: Shop, kind: str) -> list[Row]:
    return [
        t
        for t in shop.tickets
        if t.kind == kind and t.approved_at is not None and not t.platform_intervened
    ]


def refund_only_hours(shop: Shop) -> tuple[Fraction | None, int]:
    tickets = settled(shop, "refund_only")
    return mean_hours([(t.closed_at, t.approved_at - t.applied_at) for t in tickets], 1, 30)


def return_refund_hours(shop: Shop) -> tuple[Fraction | None, int]:
    spans = []
    for ticket in settled(shop, "return_refund"):
        span = ticket.approved_at - ticket.applied_at
        if ticket.return_signed_at is not None and ticket.refunded_at is not None:
            span += ticket.refunded_at - ticket.return_signed_at
        spans.append((ticket.closed_at, span))
    return mean_hours(spans, 1, 90)


def aftersale_refusal_rate(shop: Shop) -> tuple[Fraction | None, int]:
    refused = [
        t.closed_at for t in shop.tickets if (t.outcome, t.liability) == ("closed", "merchant")
    ]
    return rate(refused, [t.closed_at for t in shop.tickets], 1, 90)


def im_3min_reply_rate(shop: Shop) -> tuple[Fraction | None, int]:
    to_human = [s for s in shop.sessions if s.to_human]
    answered = [s for s in to_human if s.first_reply_at is not None]
    quick = [s.started_at for s in answered if s.first_reply_at - s.started_at <= 3 * 60]
    return rate(quick, [s.started_at for s in to_human], 1, 30)


def im_satisfaction_rate(shop: Shop) -> tuple[Fraction | None, int]:
    asked = [s for s in shop.sessions if s.satisfaction is not None]
    content = [s.started_at for s in asked if s.satisfaction in (4, 5)]
    return rate(content, [s.started_at for s in asked], 1, 30)


READINGS: dict[str, Callable[[Shop], tuple[Fraction | None, int]]] = {
    function.__name__: function
    for function in (
        bad_review_rate,
        quality_aftersale_rate,
        logistics_negative_rate,
        pay_to_pickup_hours,
        pickup_to_sign_hours,
        refund_only_hours,
        return_refund_hours,
        aftersale_refusal_rate,
        im_3min_reply_rate,
        im_satisfaction_rate,
    )
}


@pytest.fixture(scope="module", params=range(4))
def scored(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[ss.Result, dict[str, list[dict[str, Any]]]]:
    """Random events: the package's result, and the rows as the oracle's loader reads them."""
    folder = tmp_path_factory.mktemp("events")
    write_folder(random_events(request.param, shops=6, orders=150, as_of=AS_OF), folder)
    result = ss.score(folder, platform="xiaohongshu", ruleset="2025-inferred", as_of=AS_OF)
    return result, load(folder).rows


def test_the_rules_have_these_ten_metrics() -> None:
    rules = ss.platform("xiaohongshu").scorecard("shop").ruleset("2025-inferred")
    assert list(rules.metric_ids) == list(READINGS)


@pytest.mark.parametrize("metric", READINGS)
def test_values_and_n(
    scored: tuple[ss.Result, dict[str, list[dict[str, Any]]]], metric: str
) -> None:
    result, rows = scored
    compared = 0
    for view in result:
        value, n = READINGS[metric](Shop(rows, view.shop_id))
        found = next(m for m in view.metrics if m.id == metric)
        assert found.n == n, view.shop_id
        assert found.value == (None if value is None else float(value)), view.shop_id
        compared += value is not None
    assert compared >= 3


def test_the_score_is_composed_as_the_rules_say(
    scored: tuple[ss.Result, dict[str, list[dict[str, Any]]]],
) -> None:
    """5 × percentile; equal shares within a part; 0.4, 0.3, 0.3; what is missing is left out."""
    weights = {"goods": Fraction(4, 10), "logistics": Fraction(3, 10), "service": Fraction(3, 10)}
    result, rows = scored
    exact: dict[str, dict[str, tuple[Fraction, str]]] = {}
    for view in result:
        shop = Shop(rows, view.shop_id)
        for metric, reading in READINGS.items():
            value, _ = reading(shop)
            if value is not None:
                exact.setdefault(metric, {})[view.shop_id] = (value, view.industry)
    for view in result:
        parts: dict[str, list[Fraction]] = {}
        for m in view.metrics:
            mine = exact[m.id].get(view.shop_id)
            peers = [v for v, industry in exact[m.id].values() if industry == view.industry]
            if mine is None or len(peers) < 2:
                continue
            lower = sum(v < mine[0] for v in peers) + Fraction(
                sum(v == mine[0] for v in peers) - 1, 2
            )
            percentile = lower / (len(peers) - 1)
            if m.id not in ("im_3min_reply_rate", "im_satisfaction_rate"):
                percentile = 1 - percentile
            parts.setdefault(m.dimension or "", []).append(5 * percentile)
        if not parts:
            assert view.status == "not_computable"
            continue
        whole = sum(weights[part] for part in parts)
        total = sum(weights[part] * sum(p) / len(p) for part, p in parts.items()) / whole
        assert view.score_exact == str(total)
        assert view.score == float(Fraction((total * 10 + Fraction(1, 2)).__floor__(), 10))
