from __future__ import annotations

from datetime import date

import pytest

import shopscore as ss
from shopscore.samples import generate

DAY = "2022-07-01"
END = date(2022, 6, 30)


@pytest.fixture(scope="session")
def events() -> ss.Events:
    """Events of twelve shops, some of them with too few orders, one suspected of fake ones."""
    frames = generate(shops=12, orders=1200, seed=3, end=END, facts={"suspected_fake": 0.2})
    return ss.read_events(frames, platform="douyin")


@pytest.fixture(scope="session")
def results(events: ss.Events) -> dict[str, ss.Result]:
    """A result by every rule set that is installed, by its name."""
    return {
        f"{card.name}/{version}": ss.score(
            events, platform=platform, scorecard=card.id, ruleset=version, as_of=DAY
        )
        for platform in ss.platforms()
        for card in platform.scorecards
        for version in card.versions
    }


@pytest.fixture(scope="session")
def result(results: dict[str, ss.Result]) -> ss.Result:
    return results["douyin/experience/2022"]
