"""The tasks of the installed platforms, as parts of a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markdown_tables import code, table

import shopscore
from shopscore.model.tasks import Task


def tasks() -> Iterator[str]:
    """The tasks of every platform: first those that several share."""
    every = [(p, task) for p in shopscore.platforms() for task in p.all_tasks.values()]
    users: dict[int, list[Any]] = {}
    for platform, task in every:
        users.setdefault(id(task), []).append(platform)
    shared = {task.id: task for _, task in every if len(users[id(task)]) > 1}
    if shared:
        yield "## For any platform"
        yield "The module `shopscore.tasks`."
        for task in shared.values():
            names = ", ".join(f"{p.en} ({code(p.id)})" for p in users[id(task)])
            yield from _task(task, f"Taken by {names}.")
    for platform in shopscore.platforms():
        own = [task for task in platform.all_tasks.values() if len(users[id(task)]) == 1]
        if own:
            yield f"## {platform.en}"
        for task in own:
            yield from _task(task)


def _task(task: Task, users: str = "") -> Iterator[str]:
    cells = [f"`{name}` becomes `{value}`" for name, value in task.missed.items()]
    done = [f"`{name}` becomes `{value}`" for name, value in task.done.items()]
    facts = [
        ("open", f"`{task.stream}` where `{task.where}`"),
        ("since", f"`{task.since}`"),
        ("until", "; ".join(f"`{one}`" for one in task.deadlines)),
        ("decided by the platform", "" if task.decided is None else f"`{task.decided}`"),
        ("counted as bad", "it counts already" if task.clears else "; ".join(cells)),
        ("in time", "it no longer counts" if task.clears else "; ".join(done)),
        ("not looked for without", ", ".join(map(code, task.needs))),
        ("assumed", "; ".join(task.assumes)),
        ("source", "; ".join(f"{s.title} ({s.confidence})" for s in task.sources)),
    ]
    yield f"### `{task.id}`"
    yield " ".join(filter(None, (f"{task.en} · {task.zh}.", users)))
    yield "\n".join(f"- {name}: {said}" for name, said in facts if said)
    if task.own_settings:
        rows = [
            (
                code(s.id),
                "none" if s.value is None else f"{s.value} {s.unit}".strip(),
                f"{s.low} to {s.high}",
                str(s.reason),
            )
            for s in task.own_settings
        ]
        yield table(("setting", "without a choice", "takes", "meaning"), rows)
