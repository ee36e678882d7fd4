"""The toy platform's metrics, and one that is a bonus."""

from __future__ import annotations

from attrs import evolve

from shopscore.testing.toy.metrics import BAD_REVIEWS, FAST_REPLIES, PAID_ORDERS, PICKUP_HOURS

METRICS = (BAD_REVIEWS, FAST_REPLIES, PAID_ORDERS, PICKUP_HOURS)
EXTRA_ORDERS = evolve(PAID_ORDERS, id="extra_orders", role="bonus")
