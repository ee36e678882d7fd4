"""Douyin (抖音): the shop experience score (店铺体验分) and its metrics."""

from shopscore import Fact, Platform, Scorecard, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    experience = Scorecard(
        id="experience",
        zh="商家体验分",
        en="Shop experience score",
        metrics="shopscore_douyin.metrics",
        rulesets="shopscore_douyin:rulesets",
        cases="shopscore_douyin:cases",
    )
    suspected = Fact(
        "suspected_fake", zh="涉嫌虚假交易", en="Suspected of fake orders", sample_share=0.03
    )
    return [
        Platform(
            id="douyin",
            zh="抖音",
            en="Douyin",
            zone="Asia/Shanghai",
            aliases=("抖店", "doudian", "抖音电商"),
            currency="CNY",
            exports="shopscore_douyin:exports",
            documents="shopscore_douyin:documents",
            levers=("shopscore.levers",),
            scorecards=(experience,),
            facts=(suspected,),
        )
    ]
