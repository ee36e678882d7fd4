"""Xiaohongshu (小红书): the shop score (店铺分) and its metrics, as a package of its own."""

from shopscore import Platform, Scorecard, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    shop = Scorecard(
        id="shop",
        zh="店铺分",
        en="Shop score",
        metrics="shopscore_xiaohongshu.metrics",
        rulesets="shopscore_xiaohongshu:rulesets",
        cases="shopscore_xiaohongshu:cases",
    )
    return [
        Platform(
            id="xiaohongshu",
            zh="小红书",
            en="Xiaohongshu",
            zone="Asia/Shanghai",
            currency="CNY",
            exports="shopscore_xiaohongshu:exports",
            documents="shopscore_xiaohongshu:documents",
            levers=("shopscore.levers",),
            tasks=("shopscore_xiaohongshu.tasks", "shopscore.tasks"),
            scorecards=(shop,),
        )
    ]
