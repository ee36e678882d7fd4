"""Another distribution has an entry point of the same name."""

from shopscore import Platform, Scorecard, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    card = Scorecard(
        id="main",
        zh="主分",
        en="Main score",
        metrics="shopscore_twin_entry_a.metrics",
        rulesets="shopscore_twin_entry_a:rulesets",
    )
    return [
        Platform(
            id="twin_entry_a",
            zh="虚构平台",
            en="Imaginary",
            zone="Asia/Shanghai",
            currency="CNY",
            scorecards=(card,),
        )
    ]
