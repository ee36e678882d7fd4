"""The platforms of a ledger: those whose rules count its events, on one clock."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from ..errors import UsageError
from ..messages import listed, message
from ..model.merging import merge_streams
from ..plugins.catalog import platform as find_platform
from ..plugins.declarations import Platform
from ..reading.rows.clocks import find_zone

#: A platform, or several, by id or themselves.
Platforms = str | Platform | Iterable[str | Platform]


def find_platforms(platform: Platforms) -> tuple[Platform, ...]:
    """Return platforms, each once."""
    every = (platform,) if isinstance(platform, str | Platform) else tuple(platform)
    found = [one if isinstance(one, Platform) else find_platform(one) for one in every]
    return tuple({one.id: one for one in found}.values())


def zone_of(platforms: tuple[Platform, ...], tz: str | None) -> str:
    """Return the zone of the clock of some platforms.

    Raises:
        UsageError: where they are on several.
    """
    zones = {tz} if tz else {one.zone for one in platforms}
    if len(zones) != 1:
        said = message(
            "platforms {platforms}: the events of one ledger are on one clock, and these are on"
            " {zones}: name platforms of one clock, or say tz=",
            platforms=listed(one.id for one in platforms),
            zones=listed(sorted(zones)),
        )
        raise UsageError(said)
    return find_zone(zones.pop()).key


def all_together(platforms: tuple[Platform, ...]) -> Platform:
    """Return a platform that has the streams and layouts of several, by which events are read."""
    first, *others = platforms
    if not others:
        return first
    streams = tuple(merge_streams(*(one.all_streams.values() for one in platforms)).values())
    return evolve(first, streams=streams)
