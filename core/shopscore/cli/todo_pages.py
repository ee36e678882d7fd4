"""Pages of ``shopscore todo``: what is open as a table, and in the other forms."""

from __future__ import annotations

from collections.abc import Iterator

from ..analysis.open_tasks.listing import Todo
from ..analysis.open_tasks.open_task import OpenTask
from ..messages import Message, listed, message, numbered
from ..model.tasks import Task
from ..results.csv_text import csv_text
from . import tables, voice
from .option_values import OutputOptions
from .run import say, spoken, write, write_bytes, write_cells
from .streams import print_document

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def write_todo(todo: Todo, output: OutputOptions) -> None:
    """Write what is open in the form that was asked for."""
    if output.form == "table":
        _show(todo, output)
        return
    if output.form == "json":
        write(todo.to_json(), output.path)
    elif output.form == "csv":
        write_cells(csv_text(todo.to_polars(lang=voice.lang())), output.path, mark=output.bom)
    elif output.path is None:
        print_document(todo.to_ics(lang=voice.lang()))
    else:
        write_bytes(todo.to_ics(lang=voice.lang()).encode(), output.path)
    said = (voice.tell_notice(notice) for notice in todo.notices)
    say(*(line for line in said if line is not None))


def _show(todo: Todo, output: OutputOptions) -> None:
    shown = todo.open[: tables.MANY]
    below = [spoken(voice.note(notice)) for notice in todo.notices]
    tables.show(_table(todo, shown), *below, output=output.path)
    if more := len(todo) - len(shown):
        say(
            numbered(
                "{n} more is open: take --format csv, or name a shop with --shop",
                "{n} more are open: take --format csv, or name a shop with --shop",
                more,
            )
        )


def _table(todo: Todo, shown: tuple[OpenTask, ...]) -> tables.Table:
    """Return a line for each open task; the shop is told where there are several."""
    several = len({one.shop_id for one in shown}) > 1
    columns: list[object] = [message("shop")] if several else []
    columns += [
        message("task"),
        message("id"),
        message("deadline"),
        message("left"),
    ]
    untold = _untold(shown)
    columns.append(message("at risk") if untold is None else message("moves"))
    rows: list[list[object]] = [
        [
            *([one.shop_id] if several else []),
            *_cells(one),
            _points(one) if untold is None else _moved(one, todo),
        ]
        for one in shown
    ]
    return tables.table(
        columns,
        rows,
        right=columns[-2:] if untold is None else columns[-2:-1],
        whole=[message("deadline"), message("left")],
        title=voice.text(_title(todo, several=several)),
        notes=_notes(todo, shown),
        keys=len(columns) - 3,
    )


def _title(todo: Todo, *, several: bool) -> Message:
    shop = "" if several or not todo.open else f"{todo.open[0].shop_id} · "
    return message(
        "{shop}{platform}/{scorecard}/{ruleset} · {now} ({zone}): {open} open, {late} late",
        shop=shop,
        platform=todo.platform,
        scorecard=todo.scorecard,
        ruleset=todo.ruleset,
        now=f"{todo.now:%Y-%m-%d %H:%M}",
        zone=todo.zone,
        open=len(todo),
        late=sum(one.late for one in todo.open),
    )


def _cells(one: OpenTask) -> list[object]:
    return [
        one.task.label,
        one.id,
        "–" if one.deadline is None else f"{one.deadline:%m-%d %H:%M}",
        _left(one.left_seconds),
    ]


def _points(one: OpenTask) -> str:
    points = one.points_at_risk
    return "–" if points is None else tables.decimals(float(points), 3)


def _moved(one: OpenTask, todo: Todo) -> object:
    """Return the metrics that an open task changes."""
    return listed(todo.labels[effect.metric] for effect in one.effects) if one.effects else "–"


def _untold(shown: tuple[OpenTask, ...]) -> Message | None:
    """Return why no points are told of any, where it is the same for all; None where it is not."""
    reasons = {one.reason for one in shown if one.points_at_risk is None}
    every = all(one.points_at_risk is None for one in shown)
    return reasons.pop() if every and len(reasons) == 1 else None


def _left(seconds: int | None) -> Message | str:
    """Return how long is left, or how long it is late, in the two largest units."""
    if seconds is None:
        return "–"
    span = abs(seconds)
    if span >= _DAY:
        said = message("{d} d {h} h", d=span // _DAY, h=span % _DAY // _HOUR)
    else:
        said = message("{h} h {min} min", h=span // _HOUR, min=span % _HOUR // _MINUTE)
    return message("late {span}", span=said) if seconds < 0 else said


def _notes(todo: Todo, shown: tuple[OpenTask, ...]) -> Iterator[tuple[object, object]]:
    """Yield why points are not told, what the system decides, and what was assumed."""
    untold = _untold(shown)
    if untold is not None:
        yield message("at risk"), untold
    for one in shown:
        if one.reason is not None and one.points_at_risk is None and untold is None:
            yield f"{one.shop_id} {one.id}", one.reason
        if one.decided_at is not None:
            said = message("the system decides: {time}", time=f"{one.decided_at:%m-%d %H:%M}")
            yield one.id, said
    for task in dict.fromkeys(one.task for one in shown):
        yield task.label, _assumed(task, todo)


def _assumed(task: Task, todo: Todo) -> str:
    """Return the settings that were taken for a task, and what it takes for granted."""
    chosen = todo.asked[task]
    settings = (
        f"{s.id} = {chosen[s.id]} {s.unit}".strip()
        for s in task.own_settings
        if chosen[s.id] is not None
    )
    assumed = message("assumed: {what}", what=voice.clauses(task.assumes))
    return voice.clauses((*settings, assumed))
