"""JD (京东): the star card of shops (店铺星级)."""

from shopscore import Platform, Scorecard, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    star = Scorecard(
        id="star",
        zh="店铺星级",
        en="Shop stars",
        metrics="shopscore_jd.star",
        rulesets="shopscore_jd:rulesets",
        cases="shopscore_jd:cases/star",
    )
    return [
        Platform(
            id="jd",
            zh="京东",
            en="JD",
            zone="Asia/Shanghai",
            aliases=("jingdong", "jd.com"),
            currency="CNY",
            documents="shopscore_jd:documents",
            levers=("shopscore.levers",),
            tasks=("shopscore_jd.tasks", "shopscore.tasks"),
            scorecards=(star,),
        )
    ]
