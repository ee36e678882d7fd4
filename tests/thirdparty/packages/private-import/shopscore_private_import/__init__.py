"""It imports what is not public."""

from shopscore import Platform, Scorecard, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    card = Scorecard(
        id="main",
        zh="主分",
        en="Main score",
        metrics="shopscore_private_import.metrics",
        rulesets="shopscore_private_import:rulesets",
    )
    return [
        Platform(
            id="private_import",
            zh="虚构平台",
            en="Imaginary",
            zone="Asia/Shanghai",
            currency="CNY",
            scorecards=(card,),
        )
    ]
