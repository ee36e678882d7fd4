"""Its aggregator gives shops without a row a value."""

from shopscore import Platform, Scorecard, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    card = Scorecard(
        id="main",
        zh="主分",
        en="Main score",
        metrics="shopscore_value_of_nothing.metrics",
        rulesets="shopscore_value_of_nothing:rulesets",
    )
    return [
        Platform(
            id="value_of_nothing",
            zh="虚构平台",
            en="Imaginary",
            zone="Asia/Shanghai",
            currency="CNY",
            scorecards=(card,),
        )
    ]
