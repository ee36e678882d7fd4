"""An invented platform for tests and examples: three scored metrics and two rule sets."""

from __future__ import annotations

from ...plugins.additions import Fact
from ...plugins.declarations import Platform, Scorecard
from ...plugins.hooks import hookimpl

PLUGIN_API = 1

#: The platform, which :func:`shopscore.score` takes as it is.
PLATFORM = Platform(
    id="toy",
    zh="玩具平台",
    en="Toy",
    zone="Asia/Shanghai",
    currency="CNY",
    scorecards=(
        Scorecard(
            id="service",
            zh="服务分",
            en="Service score",
            metrics="shopscore.testing.toy.metrics",
            rulesets="shopscore.testing.toy:rulesets",
        ),
    ),
    facts=(Fact("on_holiday", zh="休假", en="On holiday"),),
)


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare the platform, as a plugin does."""
    return [PLATFORM]
