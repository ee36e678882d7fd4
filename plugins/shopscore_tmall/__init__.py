"""Tmall and Taobao (天猫/淘宝): the experience score, the after-sales index and the shop ratings."""

from shopscore import Column, Fact, Platform, Scorecard, Stream, hookimpl

PLUGIN_API = 1

#: Whether the buyer is one whom the platform trusts (优+).
_ORDERS = Stream(
    "orders",
    key=("order_id",),
    columns=(
        Column("order_id", "text", required=True),
        Column("shop_id", "text", required=True),
        Column("buyer_trusted", "bool", default=False),
    ),
)


def _scorecard(id: str, zh: str, en: str, **metric_sets: str) -> Scorecard:
    return Scorecard(
        id=id,
        zh=zh,
        en=en,
        metrics=f"shopscore_tmall.{id}",
        rulesets="shopscore_tmall:rulesets",
        cases=f"shopscore_tmall:cases/{id}",
        metric_sets=metric_sets,
    )


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    return [
        Platform(
            id="tmall",
            zh="天猫/淘宝",
            en="Tmall and Taobao",
            zone="Asia/Shanghai",
            aliases=("taobao",),
            currency="CNY",
            streams=(_ORDERS,),
            exports="shopscore_tmall:exports",
            documents="shopscore_tmall:documents",
            levers=("shopscore.levers",),
            tasks=("shopscore_tmall.tasks", "shopscore.tasks"),
            scorecards=(
                _scorecard(
                    "experience",
                    "店铺真实体验分",
                    "Real experience score",
                    own_windows="shopscore_tmall.own_windows",
                ),
                _scorecard("aftersales", "售后综合指标", "After-sales index"),
                _scorecard("dsr", "店铺动态评分", "Detailed seller ratings"),
            ),
            facts=(
                Fact(
                    "disaster", zh="灾害豁免日", en="Day exempted for a disaster", sample_share=0.1
                ),
                Fact(
                    "tmall_bonus",
                    zh="特色服务加分",
                    en="Bonus for special services",
                    sample_share=0.2,
                    sample_value=0.05,
                ),
            ),
        )
    ]
