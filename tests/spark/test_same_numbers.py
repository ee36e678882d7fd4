"""Any number of partitions: the numbers of one run over everything."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

import shopscore as ss
import shopscore.spark
from shopscore.testing.toy import PLATFORM as TOY
from support.on_spark import AS_OF, bazaar, notices, of_platform, shops_in

MASTER = "local[2]"
#: Some of the installed ones: all of them are counted on a cluster, see test_cluster.
PLATFORMS = [*ss.platforms()[::4], TOY, bazaar()]


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.id)
def test_platform(
    platform: ss.Platform, streams: dict[str, pl.DataFrame], rows: dict[str, Any]
) -> None:
    """Shops, books, and the notices of reading: sums over partitions are those of the whole."""
    card = platform.scorecards[0]
    rules = {"platform": platform, "ruleset": card.versions[0]}
    parts = 1 + sum(map(ord, platform.id)) % 9
    counted = shopscore.spark.tally(of_platform(platform, rows), partitions=parts, **rules)
    state = counted.collect()
    events = ss.read_events(of_platform(platform, streams), platform=platform)
    whole = ss.score(events, as_of=AS_OF, **rules)
    assert shops_in(ss.score(state, as_of=AS_OF, shops=counted.shops, **rules)) == shops_in(whole)
    assert counted.report.books == events.report.books
    assert all(books.balanced for books in counted.report.books.values())
    assert notices(counted.report) == notices(events.report)
    assert counted.report.ignored == events.report.ignored
    counted.unpersist()
