"""The three items of the shop ratings (店铺评价分), each by itself: every review counts."""

from shopscore import Mean, RateMetric, Tally, bilingual, col

from .readings import LAST_90

SOURCES = ("captured",)


def item(id: str, zh: str, en: str, rating: str) -> RateMetric:
    """Build the mean rating of one item; reviews that do not rate it are skipped."""
    return RateMetric(
        id,
        zh=zh,
        en=en,
        better="higher",
        unit="points",
        aggregator=Mean(Tally("reviews", day=col.reviewed_at, value=col(rating))),
        window=LAST_90,
        sources=SOURCES,
        note=bilingual(
            "The rule was not found: the plain mean of the last 90 days is an assumption.",
            "没有找到规则：取近 90 天的简单平均是假设。",
        ),
    )


DSR_DESCRIPTION = item("dsr_description", "描述相符", "As described", "rating")
DSR_SERVICE = item("dsr_service", "服务态度", "Service", "service_rating")
DSR_LOGISTICS = item("dsr_logistics", "物流服务", "Logistics", "logistics_rating")
