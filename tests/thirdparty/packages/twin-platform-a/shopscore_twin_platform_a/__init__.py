"""Another plugin declares the same platform."""

from shopscore import Platform, Scorecard, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    card = Scorecard(
        id="main",
        zh="主分",
        en="Main score",
        metrics="shopscore_twin_platform_a.metrics",
        rulesets="shopscore_twin_platform_a:rulesets",
    )
    return [
        Platform(
            id="twinland",
            zh="虚构平台",
            en="Imaginary",
            zone="Asia/Shanghai",
            currency="CNY",
            scorecards=(card,),
        )
    ]
