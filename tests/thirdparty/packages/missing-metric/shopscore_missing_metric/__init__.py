"""A rule set weighs a metric that is not there."""

from shopscore import Platform, Scorecard, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    card = Scorecard(
        id="main",
        zh="主分",
        en="Main score",
        metrics="shopscore_missing_metric.metrics",
        rulesets="shopscore_missing_metric:rulesets",
    )
    return [
        Platform(
            id="missing_metric",
            zh="虚构平台",
            en="Imaginary",
            zone="Asia/Shanghai",
            currency="CNY",
            scorecards=(card,),
        )
    ]
