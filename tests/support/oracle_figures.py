"""What oracle and package say of the metrics of three platforms, in one shape."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path

from attrs import frozen

import shopscore as ss
from oracle.event_loading import Loaded, load
from oracle.metric_rows import text
from oracle.platform_metrics import Figures, kuaishou, pinduoduo, tmall
from oracle.random_events import Events
from oracle.random_platform_events import write_folder

ORACLES = {"kuaishou": kuaishou, "tmall": tmall, "pinduoduo": pinduoduo}
KEYS = (
    "kuaishou/experience/2023",
    "kuaishou/aftersales/aftersales-unofficial",
    "tmall/experience/2025-06-30",
    "tmall/experience/2026-03-16",
    "tmall/aftersales/2022",
    "tmall/dsr/dsr",
    "pinduoduo/service/2022",
    "pinduoduo/dsr/dsr",
)
Value = tuple[Fraction | None, int]
"""(value, n)"""

Values = dict[str, dict[str, Value]]
"""Metric → shop → value; every shop is there, without a value if need be."""


@frozen(eq=False, slots=False)
class Reading:
    """The same events, read by the oracle and by the package.

    The three platforms have one clock and no streams of their own: they read a folder alike.
    """

    folder: Path
    loaded: Loaded
    events: ss.Events

    @cached_property
    def industries(self) -> dict[str, str]:
        """Every shop of any accepted row, sorted; without a row in `shops`: unknown."""
        named = {text(row, "shop_id"): text(row, "industry") for row in self.loaded.rows["shops"]}
        seen = {text(row, "shop_id") for rows in self.loaded.rows.values() for row in rows}
        return {shop: named.get(shop, "unknown") for shop in sorted(seen)}

    @cache  # noqa: B019 - readings live as long as the tests
    def figures(self, platform: str, as_of: date) -> dict[str, Figures]:
        """All that the oracle says of a platform."""
        return ORACLES[platform](self.loaded, as_of)

    def by_oracle(self, key: str, as_of: date) -> Values:
        """As the oracle computes them."""
        platform, _, ruleset = key.partition("/")
        return {
            metric: {
                shop: (figure.value, figure.n) if (figure := figures.get(shop)) else (None, 0)
                for shop in self.industries
            }
            for metric, figures in self.figures(platform, as_of)[ruleset].items()
        }

    def score(self, key: str, as_of: date, **options: object) -> ss.Result:
        """As the package scores them; without options the same result for all who ask."""
        return self._score(key, as_of, **options) if options else self._scored(key, as_of)

    @cache  # noqa: B019 - as above
    def _scored(self, key: str, as_of: date) -> ss.Result:
        return self._score(key, as_of)

    def _score(self, key: str, as_of: date, **options: object) -> ss.Result:
        platform, scorecard, ruleset = key.split("/")
        return ss.score(
            self.events,
            platform=platform,
            scorecard=scorecard,
            ruleset=ruleset,
            as_of=as_of,
            **options,  # type: ignore[arg-type]
        )


def read(events: Events, folder: Path) -> Reading:
    """Write a folder of the events, and read it by both."""
    write_folder(events, folder)
    return Reading(folder, load(folder), ss.read_events(folder, platform="kuaishou"))


def by_package(result: ss.Result) -> Values:
    """The exact values of a result; a bonus is no metric of the pages' tables."""
    shops = result.shops["shop_id"].to_list()
    values: Values = {}
    for id, graded in result.graded.items():
        measured = graded.measured
        exact = measured.column.fractions()
        values[id] = dict(zip(shops, zip(exact, measured.n.tolist(), strict=True), strict=True))
    values.pop("bonus_points", None)
    return values
