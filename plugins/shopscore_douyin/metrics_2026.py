"""The metrics of the shop experience score in the versions of 2026, each over the last 30 days.

Numbers that the platform does not publish are ``assumed("…")``; the rule set supplies them, or a
user from the back office.
"""

from collections.abc import Sequence
from typing import Any

from attrs import evolve, frozen

from shopscore import (
    Aggregator,
    BandedMean,
    Count,
    Days,
    Expr,
    Mean,
    Once,
    RateMetric,
    Ratio,
    SumOverSum,
    Tally,
    Total,
    assumed,
    bilingual,
    col,
    day,
    fact_on,
    first_of,
    has_row,
    number,
    time_of_day,
    when,
)

HOUR, DAY = 3600, 86_400
NUMBER_SCALE = 1_000_000  # numbers of shop facts are kept in millionths
LAST_30, LAST_TWO = Days(1, 30), Days(1, 2)
RULES = ("rules",)


def next_clock(time: Expr, hour: int) -> Expr:
    """Build the next time of day at a full hour: today where it is still to come, else tomorrow."""
    today = day(time) * DAY + hour * HOUR
    return when(time_of_day(time) < hour * HOUR, today, today + DAY)


def at_night(time: Expr, first_hour: int, until_hour: int) -> Expr:
    """Build the condition that a time lies in a night, from one full hour until another."""
    clock = time_of_day(time)
    return (clock >= first_hour * HOUR) | (clock < until_hour * HOUR)


def seconds_since(start: Expr, end: Expr) -> Expr:
    """Build a duration; what ends in the night before its clock starts took no time."""
    return when(end < start, 0, end - start)


paid_orders = Tally("orders", day=col.paid_at)
signed_orders = Tally("orders", day=col.signed_at)

# Pick-up: the clock of orders paid from 18:00:00 to 05:59:59 starts at the next 06:00.
pickup_clock = when(at_night(col.paid_at, 18, 6), next_clock(col.paid_at, 6), col.paid_at)
to_be_shipped = col.paid_at.is_not_null() & col.needs_shipping
picked_up = Tally(
    "orders",
    day=col.picked_up_at,
    where=to_be_shipped & ~col.is_presale,
    value=seconds_since(pickup_clock, col.picked_up_at),
)
#: Longer than any band: a compensated order has the least points, however soon it was picked up.
NEVER = 10**9

# In time by the clock or by the word of the platform; one of the two is enough to know.
by_clock = col.signed_at <= col.delivery_due_at
on_time = first_of(by_clock | col.delivery_on_time, by_clock, col.delivery_on_time)

# Reviews count on the day on which the order was signed for; a review of no order on its own day.
linked = col.order.order_id.is_not_null()
of_signed_order = col.order.signed_at.is_not_null() | (~linked & assumed("goods_rating.unlinked"))
valid_review = col.is_valid & of_signed_order
reviewed = first_of(col.order.signed_at, col.reviewed_at)

# Tickets: an order counts once; one of no order by itself, on the day of the request.
ticket_day = first_of(col.order.paid_at, col.applied_at)
ticket_of_order = Once.per_order(earliest=(col.applied_at, col.ticket_id))


def orders_with_ticket(where: Expr) -> Tally:
    """Build the tally of orders with a ticket that meets a condition, each order once."""
    return Tally("aftersales", day=ticket_day, where=where, once=ticket_of_order)


# Refunds that succeeded: of shipped orders, unless the platform handled them, and of returns.
refunded = (col.outcome == "refunded") & (
    ((col.kind == "refund_only") & col.shipped & ~col.platform_intervened)
    | (col.kind == "return_refund")
)
review_clock = when(at_night(col.applied_at, 23, 8), next_clock(col.applied_at, 8), col.applied_at)
waiting_for_merchant = (
    col.approved_at - col.applied_at + first_of(col.refunded_at - col.return_signed_at, 0)
)
handling_limit = when(
    col.kind == "refund_only",
    assumed("aftersale.refund_only_hours"),
    assumed("aftersale.return_refund_hours"),
)

# Conversations with a human, begun from 08:00:00 to 22:59:59.
to_human_by_day = col.to_human & time_of_day(col.started_at).between(8 * HOUR, 23 * HOUR - 1)
with_rounds = to_human_by_day & col.rounds.is_not_null()
UNANSWERED_SECONDS = 600
seconds_of_rounds = (
    first_of(col.reply_seconds, 0) + first_of(col.unanswered_rounds, 0) * UNANSWERED_SECONDS
)


@frozen
class MeanOfRounds(Aggregator):
    """The sum of one value divided by the number of rounds, on which the mean rests."""

    part: Tally
    rounds: Tally

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """What is summed: seconds, and rounds."""
        return self.part, self.rounds

    def combine(self, sums: Sequence[Any], counts: Sequence[Any]) -> tuple[Any, Any, Any]:  # noqa: ARG002
        """Return the seconds, and the rounds twice."""
        return sums[0], sums[1], sums[1]


def per_round(seconds: Expr) -> MeanOfRounds:
    """Build the mean of seconds over all rounds of sessions with a human."""
    return MeanOfRounds(
        Tally("conversations", day=col.started_at, where=with_rounds, value=seconds),
        Tally("conversations", day=col.started_at, where=with_rounds, value=col.rounds),
    )


def cases(*kinds: str) -> Tally:
    """Build the tally of violations of some kinds; excluded orders have nothing to do with them."""
    return Tally("violations", day=col.happened_at, where=col.kind.is_in(*kinds))


def days_with(fact: str) -> Tally:
    """Build the tally of days on which something was true of the shop."""
    return Tally("shop_facts", day=col.date, where=(col.name == fact) & (col.value >= number(1)))


def told(fact: str) -> Tally:
    """Build the tally of a number that is told of days."""
    return Tally("shop_facts", day=col.date, where=col.name == fact, value=col.value)


def paid_while(fact: str) -> Tally:
    """Build the tally of orders that were paid on a day on which something was true of the shop."""
    return Tally("orders", day=col.paid_at, where=fact_on(fact, col.paid_at) >= number(1))


# Goods.

GOODS_RATING = RateMetric(
    "goods_rating",
    zh="商品综合评分",
    en="Goods rating",
    better="higher",
    unit="index",
    aggregator=Mean(Tally("reviews", day=reviewed, where=valid_review, value=col.rating)),
    window=LAST_30,
    sources=RULES,
    note=bilingual(
        "The mean of one to five stars. Reviews of orders that were not signed for do not count.",
        "一至五星的平均值。未签收订单的评价不计入。",
    ),
)

QUALITY_RETURN_RATE = RateMetric(
    "quality_return_rate",
    zh="商品品质退货率",
    en="Returns for quality",
    better="lower",
    aggregator=Ratio(
        Tally(
            "orders",
            day=col.signed_at,
            where=has_row("aftersales", col.reason == "quality"),
        ),
        signed_orders,
    ),
    window=LAST_30,
    sources=RULES,
)

# Logistics.

PICKUP_TIME_SCORE = RateMetric(
    "pickup_time_score",
    zh="揽收时长平均得分",
    en="Points for the time to pick-up",
    better="higher",
    unit="points",
    aggregator=BandedMean(
        evolve(picked_up, value=when(col.fulfilment_compensated, NEVER, picked_up.value)),
        assumed("pickup.points"),
        floor=50,
        per=HOUR,
    ),
    window=LAST_30,
    sources=RULES,
    note=bilingual(
        "Of orders paid from 18:00:00 to 05:59:59 the time runs from the next 06:00.",
        "18:00:00 至 05:59:59 支付的订单，从下一个 06:00 起算。",
    ),
)

PICKUP_HOURS = RateMetric(
    "pickup_hours",
    zh="平均揽收时长",
    en="Time to pick-up",
    better="lower",
    unit="hours",
    aggregator=Mean(picked_up, per=HOUR),
    window=LAST_30,
    sources=RULES,
    note=bilingual(
        "Of orders paid from 18:00:00 to 05:59:59 the time runs from the next 06:00; what was picked up before that took no time.",
        "18:00:00 至 05:59:59 支付的订单，从下一个 06:00 起算；在此之前揽收的按 0 计。",
    ),
)

DELIVERY_REACH_RATE = RateMetric(
    "delivery_reach_rate",
    zh="运单配送时效达成率",
    en="Delivered in time",
    better="higher",
    aggregator=Ratio(
        Tally(
            "orders",
            day=col.delivery_due_at,
            where=on_time & ~col.fulfilment_compensated,
        ),
        Tally("orders", day=col.delivery_due_at),
    ),
    window=LAST_30,
    sources=RULES,
)

LOGISTICS_RETURN_RATE = RateMetric(
    "logistics_return_rate",
    zh="发货物流品退率",
    en="Returns for logistics",
    better="lower",
    aggregator=Ratio(
        orders_with_ticket((col.reason == "logistics") & col.compensated), paid_orders
    ),
    window=LAST_30,
    sources=RULES,
)

DAMAGE_RETURN_RATE = RateMetric(
    "damage_return_rate",
    zh="商品/包装破损退货订单率",
    en="Returns for damage",
    better="lower",
    aggregator=Ratio(orders_with_ticket(col.reason == "damage"), paid_orders),
    window=LAST_30,
    sources=RULES,
)

# Service.

AFTERSALE_REACH_RATE = RateMetric(
    "aftersale_reach_rate",
    zh="售后处理时长达成率",
    en="Refunds handled in time",
    better="higher",
    aggregator=Ratio(
        Tally(
            "aftersales",
            day=col.closed_at,
            where=refunded & (waiting_for_merchant <= handling_limit * HOUR),
        ),
        Tally("aftersales", day=col.closed_at, where=refunded),
    ),
    window=LAST_30,
    sources=RULES,
)

AFTERSALE_REVIEW_HOURS = RateMetric(
    "aftersale_review_hours",
    zh="售后平均审核时长",
    en="Time to review a request",
    better="lower",
    unit="hours",
    aggregator=Mean(
        Tally(
            "aftersales",
            day=col.closed_at,
            where=refunded,
            value=seconds_since(review_clock, col.approved_at),
        ),
        per=HOUR,
    ),
    window=LAST_30,
    sources=RULES,
    note=bilingual(
        "Of requests from 23:00:00 to 07:59:59 the time runs from the next 08:00; what was agreed to before that took no time.",
        "23:00:00 至 07:59:59 的申请，从下一个 08:00 起算；在此之前同意的按 0 计。",
    ),
)

IM_RESPONSE_SECONDS = RateMetric(
    "im_response_seconds",
    zh="飞鸽平均响应时长",
    en="Time to a reply",
    better="lower",
    unit="seconds",
    aggregator=per_round(seconds_of_rounds),
    window=LAST_30,
    sources=RULES,
    note=bilingual(
        "The mean of all rounds of sessions with a human; a round without an answer counts 600 seconds.",
        "人工会话全部轮次的平均值；未回复的轮次按 600 秒计。",
    ),
)

IM_DISSATISFACTION_RATE = RateMetric(
    "im_dissatisfaction_rate",
    zh="飞鸽会话不满意率",
    en="Dissatisfied with the service",
    better="lower",
    aggregator=Ratio(
        Tally("conversations", day=col.started_at, where=to_human_by_day & (col.satisfaction <= 3)),
        Tally(
            "conversations",
            day=col.started_at,
            where=to_human_by_day & col.satisfaction.is_not_null(),
        ),
    ),
    window=LAST_30,
    sources=RULES,
)

PLATFORM_HELP_RATE = RateMetric(
    "platform_help_rate",
    zh="平台求助率",
    en="Buyers who ask the platform for help",
    better="lower",
    aggregator=Ratio(
        Tally(
            "orders",
            day=col.paid_at,
            where=has_row("escalations", col.escalated_at.is_not_null()),
        ),
        Tally(
            "orders",
            day=col.paid_at,
            where=has_row("aftersales", col.applied_at.is_not_null())
            | has_row("conversations", col.to_human),
        ),
    ),
    window=LAST_30,
    sources=RULES,
    note=bilingual(
        "Only orders are counted: what names no order is left out.",
        "只统计订单：没有关联订单的售后、会话和求助不计入。",
    ),
)

# What is added to points and the total.

REMOTE_AREA_ORDERS = RateMetric(
    "remote_area_orders",
    zh="偏远地区物流服务订单数",
    en="Orders of the service for remote areas",
    better="higher",
    unit="count",
    aggregator=Count(
        Tally(
            "orders",
            day=col.signed_at,
            where=(fact_on("remote_area_service", col.paid_at) >= number(1))
            & ~has_row("aftersales", col.applied_at.is_not_null()),
        ),
        zero=True,
    ),
    window=LAST_30,
    role="bonus",
    sources=RULES,
    note=bilingual(
        "Signed orders without a ticket that were paid on a day with the shop fact remote_area_service = 1; no event says which parcels went that way.",
        "在店铺事实 remote_area_service = 1 的日子支付、已签收且无售后的订单；事件不能说明哪些包裹走了该服务。",
    ),
)

NEXT_DAY_SHARE = RateMetric(
    "next_day_share",
    zh="明日达订单占比",
    en="Orders delivered the next day",
    better="higher",
    aggregator=Ratio(Tally("orders", day=col.signed_at, where=col.next_day), signed_orders),
    window=LAST_30,
    role="bonus",
    sources=RULES,
)

RETURN_INSURANCE_DAYS = RateMetric(
    "return_insurance_days",
    zh="退换货运费险开通天数（近2日）",
    en="Days with return insurance, of the last two",
    better="higher",
    unit="count",
    aggregator=Count(days_with("return_insurance"), zero=True),
    window=LAST_TWO,
    role="bonus",
    sources=RULES,
)

BULKY_RETURN_INSURANCE_DAYS = RateMetric(
    "bulky_return_insurance_days",
    zh="大件退换货运费险开通天数（近2日）",
    en="Days with return insurance of bulky goods, of the last two",
    better="higher",
    unit="count",
    aggregator=Count(days_with("bulky_return_insurance"), zero=True),
    window=LAST_TWO,
    role="bonus",
    sources=RULES,
)

RETURN_INSURED_ORDERS = RateMetric(
    "return_insured_orders",
    zh="退换货运费险订单数",
    en="Orders with return insurance",
    better="higher",
    unit="count",
    aggregator=Count(paid_while("return_insurance"), zero=True),
    window=LAST_30,
    role="informational",
    sources=RULES,
)

BULKY_RETURN_INSURED_ORDERS = RateMetric(
    "bulky_return_insured_orders",
    zh="大件退换货运费险订单数",
    en="Orders with return insurance of bulky goods",
    better="higher",
    unit="count",
    aggregator=Count(paid_while("bulky_return_insurance"), zero=True),
    window=LAST_30,
    role="informational",
    sources=RULES,
)

DOOR_INSTALLATION_SHARE = RateMetric(
    "door_installation_share",
    zh="上门安装订单占比",
    en="Orders installed at the door",
    better="higher",
    aggregator=SumOverSum(told("door_installation_orders"), told("door_installation_range_orders")),
    window=LAST_30,
    role="bonus",
    sources=RULES,
    note=bilingual(
        "Installed orders within range by paid orders within range, each told as a shop fact of the day.",
        "范围内已上门安装的订单 ÷ 范围内的支付订单，两者都按日写在店铺事实中。",
    ),
)

DOOR_INSTALLATION_ORDERS = RateMetric(
    "door_installation_orders",
    zh="上门安装订单数",
    en="Orders installed at the door, number",
    better="higher",
    unit="count",
    aggregator=Total(told("door_installation_orders"), per=NUMBER_SCALE, zero=True),
    window=LAST_30,
    role="informational",
    sources=RULES,
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
