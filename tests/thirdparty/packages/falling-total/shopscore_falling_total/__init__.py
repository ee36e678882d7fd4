"""Its totals fall although the points of a dimension rise."""

from shopscore import Platform, Scorecard, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    card = Scorecard(
        id="main",
        zh="主分",
        en="Main score",
        metrics="shopscore_falling_total.metrics",
        rulesets="shopscore_falling_total:rulesets",
        compositions={"upside_down": "shopscore_falling_total.compositions:UpsideDown"},
    )
    return [
        Platform(
            id="falling_total",
            zh="虚构平台",
            en="Imaginary",
            zone="Asia/Shanghai",
            currency="CNY",
            scorecards=(card,),
        )
    ]
