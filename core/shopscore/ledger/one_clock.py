"""The platforms of a ledger: those whose rules count its events, on one clock."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import fields

from ..errors import UsageError
from ..messages import listed, message
from ..model.layouts import Layout
from ..model.merging import merge_streams
from ..plugins.catalog import platform as find_platform
from ..plugins.declarations import Platform
from ..reading.rows.clocks import find_zone
from ..value_classes import frozen

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


@frozen(slots=False)
class Together(Platform):
    """A platform by which the events of ``several`` are read: with the streams and layouts of all."""

    several: tuple[Platform, ...] = ()

    @classmethod
    def of(cls, platforms: tuple[Platform, ...]) -> Together:
        """Return it; names and whatever else is read of events are those of the first platform.

        Raises:
            DeclarationError: where streams contradict each other.
        """
        first = {one.name: getattr(platforms[0], one.name) for one in fields(Platform)}
        streams = merge_streams(*(one.all_streams.values() for one in platforms))
        return cls(**first | {"streams": tuple(streams.values()), "several": platforms})

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """The layouts of all: a file that fits those of two platforms is refused."""
        return tuple(layout for one in self.several for layout in one.layouts)
