"""WeChat Shop (微信小店, 视频号小店): the shop experience score (店铺体验分)."""

from shopscore import Platform, Scorecard, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    experience = Scorecard(
        id="experience",
        zh="店铺体验分",
        en="Shop experience score",
        metrics="shopscore_wechat.experience",
        rulesets="shopscore_wechat:rulesets",
        cases="shopscore_wechat:cases/experience",
    )
    return [
        Platform(
            id="wechat",
            zh="微信小店",
            en="WeChat Shop",
            zone="Asia/Shanghai",
            aliases=("视频号小店", "weixin"),
            currency="CNY",
            documents="shopscore_wechat:documents",
            levers=("shopscore.levers",),
            tasks=("shopscore_wechat.tasks", "shopscore.tasks"),
            scorecards=(experience,),
        )
    ]
