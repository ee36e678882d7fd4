"""Douyin (抖音): the shop experience score (商家体验分) and its metrics, and that of cross-border shops."""

from shopscore import Column, Fact, Platform, Scorecard, Stream, hookimpl

PLUGIN_API = 1

#: When the system decides on a ticket in the merchant's place, as the export tells it.
_AFTERSALES = Stream(
    "aftersales",
    key=("ticket_id",),
    columns=(
        Column("ticket_id", "text", required=True),
        Column("shop_id", "text", required=True),
        Column("decide_due_at", "time", ahead=True),
    ),
)


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    experience = Scorecard(
        id="experience",
        zh="商家体验分",
        en="Shop experience score",
        metrics="shopscore_douyin.metrics",
        metric_sets={
            "2026-05": "shopscore_douyin.metrics_2026_05",
            "2026": "shopscore_douyin.metrics_2026",
        },
        rulesets="shopscore_douyin:rulesets",
        cases="shopscore_douyin:cases/experience",
    )
    cross_border = Scorecard(
        id="global",
        zh="全球购商家体验分",
        en="Shop experience score, cross-border",
        metrics="shopscore_douyin.metrics_2026",
        metric_sets={"2026-05": "shopscore_douyin.metrics_2026_05"},
        rulesets="shopscore_douyin:rulesets",
        cases="shopscore_douyin:cases/global",
    )
    return [
        Platform(
            id="douyin",
            zh="抖音",
            en="Douyin",
            zone="Asia/Shanghai",
            aliases=("抖店", "doudian", "抖音电商"),
            currency="CNY",
            streams=(_AFTERSALES,),
            exports="shopscore_douyin:exports",
            documents="shopscore_douyin:documents",
            levers=("shopscore.levers",),
            tasks=("shopscore_douyin.tasks", "shopscore.tasks"),
            scorecards=(experience, cross_border),
            facts=FACTS,
        )
    ]


FACTS = (
    Fact("suspected_fake", zh="涉嫌虚假交易", en="Suspected of fake orders", sample_share=0.03),
    Fact("products_on_sale", zh="在售商品数", en="Products on sale"),
    Fact("remote_area_service", zh="偏远地区物流服务已开通", en="Service for remote areas is on"),
    Fact("return_insurance", zh="退换货运费险已开通", en="Return insurance is on"),
    Fact(
        "bulky_return_insurance",
        zh="大件退换货运费险已开通",
        en="Return insurance of bulky goods is on",
    ),
    Fact("door_installation_orders", zh="上门安装订单数", en="Orders installed at the door"),
    Fact(
        "door_installation_range_orders",
        zh="上门安装范围内的支付订单数",
        en="Paid orders within the range of installation",
    ),
)
