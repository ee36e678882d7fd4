"""What the platform's after-sales assistant (ATOM 售后小助手) can do for a shop, by source s000."""

from decimal import Decimal

from shopscore import Assumption, Lever, Source, assumed, bilingual, col, first_of, when

HOUR = 3600

ATOM = Source(
    "s000",
    bilingual(
        "Kuaishou shop experience score: merchant guide of 2023-08-02 (source 000)",
        "快手店铺体验分：2023-08-02 的商家指南（资料 000）",
    ),
    "S",
)

amount = first_of(col.refund_amount, col.order_amount)
since_payment = col.applied_at - col.order.paid_at
agreed_later = col.approved_at - col.applied_at

#: Agreed at once, and closed earlier by the same time; a ticket never agreed to ends at once.
refunded_at_once = {
    "approved_at": col.applied_at,
    "refunded_at": first_of(col.refunded_at - agreed_later, col.applied_at),
    "closed_at": when(
        col.approved_at.is_null(),
        col.applied_at,
        first_of(col.closed_at - agreed_later, col.closed_at),
    ),
    "outcome": "refunded",
}

FAST_REFUND = Lever(
    "atom_fast_refund",
    zh="极速退款",
    en="Agree at once to small refunds soon after payment",
    stream="aftersales",
    time=col.applied_at,
    product=col.product_id,
    amount=amount,
    where=(col.kind == "refund_only")
    & (amount < 300_00)
    & (since_payment < 6 * HOUR)
    & (~col.shipped | ~assumed("only_unshipped"))
    & ~col.is_custom,
    cells=refunded_at_once,
    own_settings=(
        Assumption(
            "only_unshipped",
            "boolean",
            True,
            "Only before the goods are shipped: an assumption; the source names amount and time only.",
        ),
    ),
    assumes=(
        bilingual(
            "requests that were never agreed to are agreed to as well", "从未同意过的申请也予以同意"
        ),
    ),
    sources=(ATOM,),
    claimed_hours=Decimal("2.1"),
)

SEVEN_DAY_RETURN = Lever(
    "atom_7day_return",
    zh="7天无理由自动退货退款",
    en="Agree at once to returns without a reason",
    stream="aftersales",
    time=col.applied_at,
    product=col.product_id,
    amount=amount,
    where=(col.kind == "return_refund") & (col.reason == "no_reason") & ~col.is_custom,
    cells={"approved_at": col.applied_at},
    assumes=(
        bilingual(
            "only the return is agreed to at once: the later steps take as long as before",
            "只是立即同意退货：之后各步骤所需时间不变",
        ),
    ),
    sources=(ATOM,),
    claimed_hours=Decimal("2.9"),
)

within_hours = assumed("within_hours").is_null() | (since_payment < assumed("within_hours") * HOUR)
WITHIN_HOURS = Assumption(
    "within_hours",
    "integer",
    None,
    "Only requests within this time after payment.",
    1,
    nullable=True,
    unit="h",
)

UNSHIPPED_REFUND = Lever(
    "atom_unshipped_refund",
    zh="发货前自动仅退款",
    en="Agree at once to refunds before shipping",
    stream="aftersales",
    time=col.applied_at,
    product=col.product_id,
    amount=amount,
    where=(col.kind == "refund_only") & ~col.shipped & ~col.is_custom & within_hours,
    cells=refunded_at_once,
    own_settings=(WITHIN_HOURS,),
    assumes=(
        bilingual(
            "requests that were never agreed to are agreed to as well", "从未同意过的申请也予以同意"
        ),
    ),
    sources=(ATOM,),
)

SHIPPED_RETURN = Lever(
    "atom_shipped_return",
    zh="发货后自动退货退款",
    en="Agree at once to returns after shipping",
    stream="aftersales",
    time=col.applied_at,
    product=col.product_id,
    amount=amount,
    where=(col.kind == "return_refund") & col.shipped & ~col.is_custom & within_hours,
    cells={"approved_at": col.applied_at},
    own_settings=(WITHIN_HOURS,),
    assumes=(
        bilingual(
            "only the return is agreed to at once: the later steps take as long as before",
            "只是立即同意退货：之后各步骤所需时间不变",
        ),
    ),
    sources=(ATOM,),
)
