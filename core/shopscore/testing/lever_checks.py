"""Checks of levers and layouts: they fit the streams that they change, or produce."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import ShopscoreError
from ..model.expressions import ColumnRef
from ..model.levers import Lever
from ..model.tallies import Tally
from ..plugins.declarations import Platform
from ..rules.tally_checks import check_tally
from .report import Check
from .subject import Subject, conclude, failed, passed, skipped


def levers(subject: Subject) -> Iterator[Check]:
    """Check that levers read and change columns that exist, by settings that they declare."""
    for platform in subject.own:
        if not platform.levers:
            yield skipped("levers", platform.id, "the platform declares no levers")
            continue
        try:
            declared = platform.all_levers
        except ShopscoreError as error:
            yield failed("levers", platform.id, str(error))
            continue
        faults = (
            f"lever {id}: {fault}"
            for id, lever in declared.items()
            for fault in _faults(platform, lever)
        )
        yield conclude("levers", platform.id, faults)


def layouts(subject: Subject) -> Iterator[Check]:
    """Check that the layouts of export files are valid, on platforms of others as well."""
    added = (platform for platform, addition in subject.additions if addition.exports)
    for platform in {platform.id: platform for platform in (*subject.own, *added)}.values():
        try:
            layouts = platform.layouts
        except (ShopscoreError, OSError, ValueError) as error:
            yield failed("layouts", platform.id, str(error))
            continue
        yield (
            passed("layouts", platform.id)
            if layouts
            else skipped("layouts", platform.id, "the platform declares no layouts")
        )


def _faults(platform: Platform, lever: Lever) -> Iterator[str]:
    streams = platform.all_streams
    if not lever.sources:
        yield "names no source"
    try:
        check_tally(Tally(lever.stream, day=lever.time, where=lever.rows()), streams)
        for name, value in lever.changes().items():
            column = ColumnRef(name)
            if streams[lever.stream].column(name).required and name in streams[lever.stream].key:
                yield f"{name} is a key, which levers must not change"
            check_tally(Tally(lever.stream, day=lever.time, where=value == column), streams)
    except ShopscoreError as error:
        yield str(error)
