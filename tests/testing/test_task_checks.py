"""The check of tasks: those of the plugins pass, and each fault is found."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

import shopscore as ss
from shopscore import Platform, Source, Task, col
from shopscore.plugins.conflicts import platforms_of
from shopscore.testing.subject import Subject
from shopscore.testing.task_checks import tasks

NOTE = Source("note", "An example", "I")
PARTS: dict[str, Any] = {
    "zh": "看", "en": "Look", "stream": "reviews", "since": col.reviewed_at,
    "where": col.rating <= 2, "deadlines": (col.reviewed_at + 60,), "sources": (NOTE,),
}  # fmt: skip


def subject(*declared: Task) -> Subject:
    """The plugin of a platform that has these tasks."""
    record = next(r for r in ss.plugin_records() if r.name == "kuaishou")
    platform = evolve(record.platforms[0])
    platform.__dict__["all_tasks"] = {task.id: task for task in declared}
    return Subject(evolve(record, platforms=(platform,)), (platform,))


@pytest.mark.parametrize("platform", ss.platforms(), ids=lambda p: p.id)
def test_the_tasks_of_every_platform(platform: Platform) -> None:
    records = ss.plugin_records()
    (record,) = (r for r in records if platform.id in {p.id for p in r.platforms})
    checks = list(tasks(Subject(record, platforms_of(records))))
    assert {check.status for check in checks} == {"passed"}, checks
    for task in platform.all_tasks.values():
        assert task.assumes
        assert task.deadlines
        assert all(source.confidence in "SOPTI" for source in task.sources)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"where": col.stars <= 2}, "has no column stars"),
        ({"deadlines": (col.rating + col.product_id,)}, "needs integers"),
        ({"missed": {"review_id": "x"}}, "review_id is a key"),
        ({"missed": {"star": 1}}, "has no column star"),
        ({"needs": ("star",)}, "has no column star"),
        ({"sources": ()}, "names no source"),
        ({"deadlines": ()}, "neither a deadline"),
        ({"stream": "review"}, "review"),
    ],
)
def test_faults(parts: dict[str, Any], said: str) -> None:
    (check,) = tasks(subject(Task("look", **{**PARTS, **parts})))
    assert check.status == "failed"
    assert said in check.message


def test_nothing_to_check() -> None:
    (check,) = tasks(subject(Task("look", **PARTS)))
    assert check.status == "passed"
