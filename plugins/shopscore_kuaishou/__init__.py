"""Kuaishou (快手): the shop experience score (店铺体验分) and a score of after-sales service."""

from shopscore import Platform, Scorecard, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    experience = Scorecard(
        id="experience",
        zh="快手小店店铺体验分",
        en="Shop experience score",
        metrics="shopscore_kuaishou.experience",
        rulesets="shopscore_kuaishou:rulesets",
        cases="shopscore_kuaishou:cases/experience",
    )
    aftersales = Scorecard(
        id="aftersales",
        zh="售后服务",
        en="After-sales service",
        metrics="shopscore_kuaishou.aftersales",
        rulesets="shopscore_kuaishou:rulesets",
        cases="shopscore_kuaishou:cases/aftersales",
    )
    return [
        Platform(
            id="kuaishou",
            zh="快手",
            en="Kuaishou",
            zone="Asia/Shanghai",
            aliases=("快手小店", "快手电商"),
            currency="CNY",
            exports="shopscore_kuaishou:exports",
            documents="shopscore_kuaishou:documents",
            levers=("shopscore_kuaishou.levers", "shopscore.levers"),
            tasks=("shopscore_kuaishou.tasks", "shopscore.tasks"),
            scorecards=(experience, aftersales),
        )
    ]
