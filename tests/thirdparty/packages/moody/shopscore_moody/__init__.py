"""Its numbers differ from process to process."""

from shopscore import Platform, Scorecard, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    card = Scorecard(
        id="main",
        zh="主分",
        en="Main score",
        metrics="shopscore_moody.metrics",
        rulesets="shopscore_moody:rulesets",
    )
    return [
        Platform(
            id="moody",
            zh="虚构平台",
            en="Imaginary",
            zone="Asia/Shanghai",
            currency="CNY",
            scorecards=(card,),
        )
    ]
