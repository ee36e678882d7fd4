"""The three items of the detailed seller ratings (店铺动态评分), each by itself.

Of one buyer's orders in one shop and month only the first three count, with all their reviews.
These orders are chosen among all reviews, whether or not they rate the item, so that the
choice is the same for all three items.
"""

from shopscore import Days, Mean, Once, RateMetric, Tally, col, first_of, lit, month, when

LAST_180 = Days(1, 180)
SOURCES = ("described",)

buyer = first_of(col.buyer_id, col.order.buyer_id)
month_of_order = when(
    col.order_id.is_null(),
    lit(None),  # no order is known: the review counts by itself
    month(first_of(col.order.completed_at, col.reviewed_at)),
)
FIRST_THREE_ORDERS = Once(
    per=(buyer, month_of_order),
    by=(col.order.completed_at, col.order_id),
    first=3,
    among=col.reviewed_at.is_not_null(),  # every review
)


def item(id: str, zh: str, en: str, rating: str) -> RateMetric:
    """Build the mean rating of one item; reviews that do not rate it are skipped."""
    return RateMetric(
        id,
        zh=zh,
        en=en,
        better="higher",
        unit="points",
        aggregator=Mean(
            Tally("reviews", day=col.reviewed_at, value=col(rating), once=FIRST_THREE_ORDERS)
        ),
        window=LAST_180,
        sources=SOURCES,
    )


DSR_DESCRIPTION = item("dsr_description", "描述相符", "As described", "rating")
DSR_SERVICE = item("dsr_service", "服务态度", "Service", "service_rating")
DSR_LOGISTICS = item("dsr_logistics", "物流服务", "Logistics", "logistics_rating")
