"""What merchants can do, and what may wait on their desk: levers and tasks as a plugin declares them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from attrs import asdict

from ..messages import Message, in_language, listed, message
from ..model.assumptions import Assumption
from ..model.levers import Lever
from ..model.rulesets import Source
from ..model.tasks import Task
from ..plugins.declarations import Platform
from ..plugins.records import PluginRecord
from . import tables, voice

Facts = list[tuple[object, object]]


def levers_and_tasks(record: PluginRecord) -> dict[str, Any]:
    """Return what the platforms of a plugin declare for merchants, as plain data."""
    return {
        "levers": [_lever_facts(p, one) for p in record.platforms for one in p.all_levers.values()],
        "tasks": [_task_facts(p, one) for p in record.platforms for one in p.all_tasks.values()],
    }


def lever_and_task_tables(record: PluginRecord) -> Iterator[tables.Table]:
    """Yield a table for each lever, and then for each task, of a plugin's platforms."""
    for platform in record.platforms:
        yield from (_lever_table(platform, lever) for lever in platform.all_levers.values())
        yield from (_task_table(platform, task) for task in platform.all_tasks.values())


def _lever_facts(platform: Platform, lever: Lever) -> dict[str, Any]:
    return {
        **_head(platform, lever),
        "rows": str(lever.where),
        "cells": {name: str(value) for name, value in lever.cells.items()},
        "claimed_hours": lever.claimed_hours,
        **_choices(lever),
    }


def _task_facts(platform: Platform, task: Task) -> dict[str, Any]:
    return {
        **_head(platform, task),
        "rows": str(task.where),
        "since": str(task.since),
        "deadlines": [str(one) for one in task.deadlines],
        "decided": None if task.decided is None else str(task.decided),
        "done": {name: str(value) for name, value in task.done.items()},
        "missed": {name: str(value) for name, value in task.missed.items()},
        "clears": task.clears,
        "needs": list(task.needs),
        **_choices(task),
    }


def _head(platform: Platform, one: Lever | Task) -> dict[str, Any]:
    return {
        "platform": platform.id,
        "id": one.id,
        "zh": one.zh,
        "en": one.en,
        "stream": one.stream,
    }


def _choices(one: Lever | Task) -> dict[str, Any]:
    """Return what can be chosen, what is assumed, and who says so."""
    return {
        "settings": [
            {
                "id": s.id,
                "kind": s.kind,
                "value": list(s.value) if isinstance(s.value, tuple) else s.value,
                "low": s.low,
                "high": s.high,
                "unit": s.unit or None,
                "reason": s.reason,
                "reason_zh": in_language(s.reason, "zh"),
            }
            for s in one.settings
        ],
        "assumes": list(one.assumes),
        "assumes_zh": [in_language(words, "zh") for words in one.assumes],
        "sources": [asdict(s) for s in one.sources],
    }


def _lever_table(platform: Platform, lever: Lever) -> tables.Table:
    """Return a lever in full: what it changes, and what is assumed where it does."""
    facts = [_rows(lever)]
    facts += [(message("becomes"), f"{name} = {value}") for name, value in lever.cells.items()]
    facts += _taken(lever)
    if lever.claimed_hours is not None:
        claim = message(
            "the platform claims {hours} h per row; no number is made from it",
            hours=lever.claimed_hours,
        )
        facts.append((message("claimed"), claim))
    return _page(message("lever"), platform, lever, facts)


def _task_table(platform: Platform, task: Task) -> tables.Table:
    """Return a task in full: what is open, until when, and what is assumed where it is missed."""
    facts = [_rows(task), (message("since"), str(task.since))]
    facts += [(message("deadline"), str(one)) for one in task.deadlines]
    if task.decided is not None:
        by = message("{time}, by the platform", time=str(task.decided))
        facts.append((message("decided"), by))
    if task.clears:
        facts.append((message("done"), message("the row no longer counts")))
    facts += [(message("done"), f"{name} = {value}") for name, value in task.done.items()]
    facts += [(message("missed"), f"{name} = {value}") for name, value in task.missed.items()]
    if task.needs:
        facts.append((message("needs columns"), listed(task.needs)))
    return _page(message("task"), platform, task, facts + _taken(task))


def _rows(one: Lever | Task) -> tuple[object, object]:
    rows = message("{stream} where {condition}", stream=one.stream, condition=one.where)
    return message("rows"), rows


def _taken(one: Lever | Task) -> Facts:
    settings = (f"{s.id} = {voice.text(_value(s))}" for s in one.settings)
    facts: Facts = [(message("settings"), listed(settings))]
    if one.assumes:
        facts.append((message("assumed"), voice.clauses(map(_told, one.assumes))))
    return facts


def _page(what: Message, platform: Platform, one: Lever | Task, facts: Facts) -> tables.Table:
    names = one.zh if voice.lang() == "zh" else f"{one.zh} · {one.en}"
    rows = [*facts, (message("source"), voice.clauses(_said(one.sources)))]
    return tables.table((what, f"{platform.id}: {one.id} · {names}"), rows)


def _said(sources: Iterable[Source]) -> Iterator[str]:
    return (f"{_told(s.title)} ({s.confidence})" for s in sources)


def _told(text: str) -> str:
    """Return a text of a plugin, or one of the package's own, in the language of the run."""
    return tables.word(voice.text(text))


def _value(setting: Assumption) -> object:
    if isinstance(setting.value, tuple):
        return listed(setting.value) if setting.value else message("none")
    return message("none") if setting.value is None else str(setting.value).lower()
