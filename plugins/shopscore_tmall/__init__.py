"""Tmall and Taobao (天猫/淘宝): the experience score, the after-sales index and the shop ratings."""

from shopscore import Fact, Platform, Scorecard, hookimpl

PLUGIN_API = 1


def _scorecard(id: str, zh: str, en: str) -> Scorecard:
    return Scorecard(
        id=id,
        zh=zh,
        en=en,
        metrics=f"shopscore_tmall.{id}",
        rulesets="shopscore_tmall:rulesets",
        cases=f"shopscore_tmall:cases/{id}",
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
            exports="shopscore_tmall:exports",
            documents="shopscore_tmall:documents",
            levers=("shopscore.levers",),
            scorecards=(
                _scorecard("experience", "店铺真实体验分", "Real experience score"),
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
