"""Tasks that are asked: those that are switched on, and of which events can tell what is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import numpy.typing as npt

from ...messages import Message, message
from ...model.assumptions import AssumptionValue
from ...model.tasks import Task
from ...plugins.bound_rules import BoundRuleSet
from ...plugins.declarations import Platform
from ...reading.events import Events
from ...value_classes import frozen
from .finding import find_open, why_not_asked
from .moment import known_at, seconds_of

#: Settings of tasks, by the id of the task.
Settings = Mapping[str, Mapping[str, object]]


@frozen(eq=False)
class TasksAsked:
    """The tasks that events can answer, with the settings that are taken; and why not the others."""

    asked: Mapping[Task, Mapping[str, AssumptionValue]]
    not_asked: Mapping[Task, Message]

    @classmethod
    def of(cls, platform: Platform, events: Events, settings: Settings) -> TasksAsked:
        """Find them among the tasks of a platform; those that are switched off are in neither."""
        asked: dict[Task, Mapping[str, AssumptionValue]] = {}
        not_asked: dict[Task, Message] = {}
        for id, task in platform.all_tasks.items():
            values = task.numbers(settings.get(id, {}))
            if not values["on"]:
                continue
            if why := why_not_asked(task, events):
                not_asked[task] = why
            else:
                asked[task] = values
        return cls(asked, not_asked)


@frozen(eq=False)
class OpenCounts:
    """How many tasks are open for each of some shops; None with the reason why nobody can tell."""

    counts: npt.NDArray[np.int64] | None
    why: Message | None = None
    shops: tuple[str, ...] = ()


def count_open(events: Events, rules: BoundRuleSet, moment: datetime) -> OpenCounts:
    """Count what :func:`shopscore.todo` lists at a moment, without the points at risk."""
    now = seconds_of(moment)
    known = known_at(events, now)
    tasks = TasksAsked.of(rules.platform, known, {})
    if not tasks.asked:
        for task, why in tasks.not_asked.items():
            return OpenCounts(
                None, message("not looked for: {task} ({why})", task=task.label, why=why)
            )
        return OpenCounts(None, message("the platform declares no tasks"))
    counts = np.zeros(len(known.shops), dtype=np.int64)
    for task in tasks.asked:
        found = find_open(task, {}, known, rules, now)
        if found is not None:
            shops = known.frames[task.stream]["shop"].gather(found.rows).to_numpy()
            counts += np.bincount(shops, minlength=len(counts))
    return OpenCounts(counts, shops=tuple(known.shops["shop_id"]))
