"""Checks of tasks: they fit the streams that they read, and name a source."""

from __future__ import annotations

from collections.abc import Iterator

from ..analysis.open_tasks.finding import needs_of_task
from ..errors import ShopscoreError
from ..model.tasks import Task
from ..plugins.declarations import Platform
from ..rules.tally_checks import check_tally
from .report import Check
from .subject import Subject, conclude, failed, skipped


def tasks(subject: Subject) -> Iterator[Check]:
    """Check that tasks read and change columns that exist, by settings that they declare."""
    for platform in subject.platforms:
        if platform.id not in {p.id for p in subject.record.platforms}:
            continue
        if not platform.tasks:
            yield skipped("tasks", platform.id, "the platform declares no tasks")
            continue
        try:
            declared = platform.all_tasks
        except ShopscoreError as error:
            yield failed("tasks", platform.id, str(error))
            continue
        faults = (
            f"task {id}: {fault}"
            for id, task in declared.items()
            for fault in _faults(platform, task)
        )
        yield conclude("tasks", platform.id, faults)


def _faults(platform: Platform, task: Task) -> Iterator[str]:
    streams = platform.all_streams
    if not task.sources:
        yield "names no source"
    if not (task.deadlines or task.assumes):
        yield "has neither a deadline nor says what it assumes"
    try:
        for tally in needs_of_task(task, task.bound()):
            check_tally(tally, streams)
        for name in (*task.needs, *task.done, *task.missed):
            streams[task.stream].column(name)
        for name in dict.fromkeys((*task.done, *task.missed)):
            if name in streams[task.stream].key:
                yield f"{name} is a key, which a row keeps"
    except ShopscoreError as error:
        yield str(error)
