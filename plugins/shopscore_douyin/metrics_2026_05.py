"""The metrics of the shop experience score until 2026-07-13, which took points for four kinds of harm."""

from shopscore import Count, RateMetric

from .metrics_2026 import (
    AFTERSALE_REACH_RATE,
    BAD_REVIEWS,
    DAYS_ON_SALE,
    DELIVERY_REACH_RATE,
    FAKE_TRADE_CASES,
    GOODS_RATING,
    GROWTH_PICKUP_RATE,
    IM_RESPONSE_SECONDS,
    LOGISTICS_RETURN_RATE,
    PAID_ORDERS,
    PICKUP_TIME_SCORE,
    QUALITY_RETURN_RATE,
    REMOTE_AREA_ORDERS,
    SCORE_ABUSE_CASES,
)
from .readings_2026 import LAST_30, RULES, cases

__all__ = [
    "AFTERSALE_REACH_RATE",
    "BAD_REVIEWS",
    "CONSUMER_HARM_CASES",
    "DAYS_ON_SALE",
    "DELIVERY_REACH_RATE",
    "FAKE_TRADE_CASES",
    "GOODS_RATING",
    "GROWTH_PICKUP_RATE",
    "IM_RESPONSE_SECONDS",
    "LOGISTICS_RETURN_RATE",
    "PAID_ORDERS",
    "PICKUP_TIME_SCORE",
    "QUALITY_RETURN_RATE",
    "REMOTE_AREA_ORDERS",
    "SCORE_ABUSE_CASES",
]

CONSUMER_HARM_CASES = RateMetric(
    "consumer_harm_cases",
    zh="影响消费者体验",
    en="Harm to buyers: mockery, address of returns, refusals",
    better="lower",
    unit="count",
    aggregator=Count(
        cases("mock_customer", "abnormal_return_address", "refuse_aftersale", "refuse_invoice"),
        zero=True,
    ),
    window=LAST_30,
    role="deduction",
    sources=RULES,
)
