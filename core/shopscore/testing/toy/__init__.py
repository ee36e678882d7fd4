"""A platform that does not exist: three metrics, two rule sets, no claims about anybody."""

from __future__ import annotations

from ...plugins.declarations import Fact, Platform, Scorecard
from ...plugins.hooks import hookimpl

PLUGIN_API = 1

#: The platform; hand it to :func:`shopscore.score` as it is.
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
