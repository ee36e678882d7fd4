"""Checks on levers and layouts: they fit the streams that they change, or make."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import ShopscoreError
from ..model.expressions import ColumnRef
from ..model.levers import Lever
from ..model.streams import CANONICAL, merge_streams
from ..model.tallies import Tally
from ..plugins.declarations import Platform
from ..rules.tally_checks import check_tally
from .report import Check
from .subject import Subject, conclude, failed, passed, skipped


def levers(subject: Subject) -> Iterator[Check]:
    """``levers``: conditions and cells over columns that exist, settings that are declared."""
    for platform in subject.platforms:
        if platform.id not in {p.id for p in subject.record.platforms}:
            continue
        if not platform.levers:
            yield skipped("levers", platform.id, "the platform declares no levers")
            continue
        try:
            every = platform.all_levers
        except ShopscoreError as error:
            yield failed("levers", platform.id, str(error))
            continue
        faults = (
            f"lever {id}: {why}" for id, each in every.items() for why in _faults(platform, each)
        )
        yield conclude("levers", platform.id, faults)


def layouts(subject: Subject) -> Iterator[Check]:
    """``layouts``: the layouts of export files can be read."""
    for platform in subject.platforms:
        if platform.id not in {p.id for p in subject.record.platforms}:
            continue
        try:
            there = platform.layouts
        except (ShopscoreError, OSError, ValueError) as error:
            yield failed("layouts", platform.id, str(error))
            continue
        yield (
            passed("layouts", platform.id)
            if there
            else skipped("layouts", platform.id, "the platform declares no layouts")
        )


def _faults(platform: Platform, lever: Lever) -> Iterator[str]:
    streams = merge_streams(CANONICAL, platform.streams)
    if not lever.sources:
        yield "names no source"
    try:
        check_tally(Tally(lever.stream, day=lever.time, where=lever.rows()), streams)
        for name, value in lever.changes().items():
            column = ColumnRef(name)
            if streams[lever.stream].column(name).required and name in streams[lever.stream].key:
                yield f"{name} is a key, which nobody changes"
            check_tally(Tally(lever.stream, day=lever.time, where=value == column), streams)
    except ShopscoreError as error:
        yield str(error)
