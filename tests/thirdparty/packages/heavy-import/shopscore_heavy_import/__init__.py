"""Listing it would import numpy."""

import numpy as np

from shopscore import Platform, Scorecard, hookimpl

PLUGIN_API = 1
NOTHING = np.zeros(0)


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform."""
    card = Scorecard(
        id="main",
        zh="主分",
        en="Main score",
        metrics="shopscore_heavy_import.metrics",
        rulesets="shopscore_heavy_import:rulesets",
    )
    return [
        Platform(
            id="heavy_import",
            zh="虚构平台",
            en="Imaginary",
            zone="Asia/Shanghai",
            currency="CNY",
            scorecards=(card,),
        )
    ]
