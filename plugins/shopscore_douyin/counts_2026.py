"""Counts of the versions of 2026 that deductions, stages and the points of small numbers look at."""

from attrs import evolve

from shopscore import (
    Count,
    RateMetric,
    Ratio,
    Tally,
    bilingual,
    col,
    day,
    when,
)

from .readings_2026 import (
    LAST_30,
    RULES,
    cases,
    days_with,
    paid_orders,
    picked_up,
    reviewed,
    to_be_shipped,
    valid_review,
)

# What is taken from the total; violations are counted whatever became of the order.

CONSUMER_HARM_CASES = RateMetric(
    "consumer_harm_cases",
    zh="影响消费者体验",
    en="Harm to buyers: address of returns, invoices",
    better="lower",
    unit="count",
    aggregator=Count(cases("abnormal_return_address", "refuse_invoice"), zero=True),
    window=LAST_30,
    role="deduction",
    sources=RULES,
)


def counted_cases(id: str, zh: str, en: str, kind: str) -> RateMetric:
    """Build the number of violations of a kind, for which points are taken."""
    return RateMetric(
        id,
        zh=zh,
        en=en,
        better="lower",
        unit="count",
        aggregator=Count(cases(kind), zero=True),
        window=LAST_30,
        role="deduction",
        sources=RULES,
    )


ABNORMAL_RETURN_ADDRESS_CASES = counted_cases(
    "abnormal_return_address_cases",
    "异常售后地址",
    "Abnormal address of returns",
    "abnormal_return_address",
)
REFUSE_INVOICE_CASES = counted_cases(
    "refuse_invoice_cases", "拒开发票", "Refused an invoice", "refuse_invoice"
)
FAKE_TRADE_CASES = counted_cases("fake_trade_cases", "虚假交易刷体验分", "Fake trade", "fake_trade")
FALSE_ADVERTISING_CASES = counted_cases(
    "false_advertising_cases", "虚假宣传", "False advertising", "false_advertising"
)
FRAUDULENT_SHIPPING_CASES = counted_cases(
    "fraudulent_shipping_cases", "欺诈发货", "Fraudulent shipping", "fraudulent_shipping"
)
BRAND_CONFUSION_CASES = counted_cases(
    "brand_confusion_cases", "混淆品牌/资质缺失", "Confusion of brands", "brand_confusion"
)

# What decides about stages, and the points of small numbers.

PAID_ORDERS = RateMetric(
    "paid_orders",
    zh="有效支付订单数",
    en="Valid paid orders",
    better="higher",
    unit="count",
    aggregator=Count(paid_orders, zero=True),
    window=LAST_30,
    role="informational",
    sources=RULES,
)

BAD_REVIEWS = RateMetric(
    "bad_reviews",
    zh="1-2星评价数",
    en="Reviews of one or two stars",
    better="lower",
    unit="count",
    aggregator=Count(
        Tally("reviews", day=reviewed, where=valid_review & (col.rating <= 2)), zero=True
    ),
    window=LAST_30,
    role="informational",
    sources=RULES,
)

DAYS_ON_SALE = RateMetric(
    "days_on_sale",
    zh="有在售商品的天数",
    en="Days with a product on sale",
    better="higher",
    unit="count",
    aggregator=Count(days_with("products_on_sale"), zero=True),
    window=LAST_30,
    role="informational",
    sources=RULES,
)

SCORE_ABUSE_CASES = RateMetric(
    "score_abuse_cases",
    zh="不良服务或刷体验分",
    en="Bad service, or manipulation of the score",
    better="lower",
    unit="count",
    aggregator=Count(cases("bad_service", "score_manipulation"), zero=True),
    window=LAST_30,
    role="informational",
    sources=RULES,
)

GROWTH_PICKUP_RATE = RateMetric(
    "growth_pickup_rate",
    zh="揽收达标率（成长期）",
    en="Picked up in time, as new shops are judged",
    better="higher",
    aggregator=Ratio(
        evolve(
            picked_up,
            value=1,
            where=to_be_shipped
            & ~col.fulfilment_compensated
            & when(
                col.is_presale,
                col.picked_up_at <= col.pickup_due_at,
                day(col.picked_up_at) <= day(col.paid_at) + 1,
            ),
        ),
        evolve(picked_up, value=1, where=to_be_shipped),
    ),
    window=LAST_30,
    role="informational",
    sources=RULES,
    note=bilingual(
        "By 23:59:59 of the day after payment, presale by the promised time. The 48 hours of flowers and plants are not told apart.",
        "支付次日 23:59:59 前揽收；预售按承诺时间。花卉绿植、多肉的 48 小时标准未区分。",
    ),
)
