"""Its golden case states what does not come out."""

from shopscore import Platform, Scorecard, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    card = Scorecard(
        id="main",
        zh="主分",
        en="Main score",
        metrics="shopscore_wrong_case.metrics",
        rulesets="shopscore_wrong_case:rulesets",
        cases="shopscore_wrong_case:cases",
    )
    return [
        Platform(
            id="wrong_case",
            zh="虚构平台",
            en="Imaginary",
            zone="Asia/Shanghai",
            currency="CNY",
            scorecards=(card,),
        )
    ]
