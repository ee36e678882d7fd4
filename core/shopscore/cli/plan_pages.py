"""Page of ``shopscore score --explain-plan``: what is counted while rows are read, and what later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..counting.plan_facts import plan_facts
from ..errors import UsageError
from ..messages import Message, listed, message, numbered
from ..plugins.selection import Selection
from ..results.documents import PLAN, dumped
from ..scoring import counting_pass
from . import tables, voice
from .option_values import OutputOptions
from .run import write

_FORMS = ("table", "json")


def explain_plan(selection: Selection, output: OutputOptions) -> None:
    """Write how rows would be counted for a score; nothing is read.

    Raises:
        UsageError: for a form that is one of scores only.
    """
    if output.form not in _FORMS:
        raise UsageError(
            message("a plan is a table or JSON, and not {form}: name --format", form=output.form)
        )
    facts = plan_facts(counting_pass(selection))
    name = selection.rules.ruleset.name
    if output.form == "json":
        write(_document(name, facts), output.path)
    else:
        _show(name, facts, output.path)


def _document(name: str, facts: Mapping[str, Any]) -> str:
    """Return the plan as ``shopscore.plan/1``."""
    return dumped({"schema": PLAN, "ruleset": name, **facts})


def _show(name: str, facts: Mapping[str, Any], output: Path | None) -> None:
    head = message(
        "{ruleset}, published on {day}: up to {rows} rows are read at a time",
        ruleset=name,
        day=facts["as_of"],
        rows=f"{facts['rows_at_a_time']:,}",
    )
    held = message(
        "Events of Parquet files of more than {size} MB are read so. Those of smaller ones, and of"
        " other files and dataframes, are held with all their columns, and counted afterwards: the"
        " score is the same. A score in JSON holds all rows, for its digest of them.",
        size=facts["kept_whole_bytes"] >> 20,
    )
    pages = (part for stream in facts["streams"] for part in _page(stream))
    tables.show(voice.text(head), voice.text(held), "", *pages, output=output)


def _page(stream: Mapping[str, Any]) -> Iterator[Any]:
    if not stream["at_once"] and not stream["at_end"]:
        yield voice.text(message("{stream}: nothing is counted", stream=stream["stream"]))
    at_once = message("{stream}: counted while rows are read", stream=stream["stream"])
    at_end = message("{stream}: counted at the end", stream=stream["stream"])
    for title, tallies in ((at_once, stream["at_once"]), (at_end, stream["at_end"])):
        if tallies:
            yield _table(title, tallies)
    yield from _columns(stream)
    yield ""


def _table(title: Message, tallies: list[Mapping[str, Any]]) -> tables.Table:
    """Return the windows of tallies, with their conditions and reasons below them."""
    columns = (
        message("no."),
        message("counts"),
        message("first day"),
        message("last day"),
        message("days weigh"),
        message("metrics"),
    )
    rows = [
        (
            "" if i else number,
            "" if i else _counts(tally),
            window["first_day"],
            window["last_day"],
            message("by their age") if window["weighted"] else message("alike"),
            listed(window["metrics"]),
        )
        for number, tally in enumerate(tallies, 1)
        for i, window in enumerate(tally["windows"])
    ]
    usual = (voice.text(message("alike")),)
    notes = [*_notes(tallies)]
    return tables.table(columns, rows, title=voice.text(title), usual=usual, notes=notes)


def _counts(tally: Mapping[str, Any]) -> Message:
    if tally["distinct"] is not None:
        return message("distinct keys")
    return message("rows") if tally["value"] is None else message("a sum")


def _notes(tallies: Iterable[Mapping[str, Any]]) -> Iterator[tuple[object, object]]:
    """Yield on which day rows count, which rows, what is added up, and why that waits."""
    every = [*enumerate(tallies, 1)]
    for number, tally in every:
        yield number, message("on the day of {time}", time=tally["day"])
    for number, tally in every:
        if tally["where"] is not None:
            yield number, message("where {condition}", condition=tally["where"])
    for number, tally in every:
        if tally["value"] is not None:
            yield number, message("the sum of {value}", value=tally["value"])
    for number, tally in every:
        yield from ((number, _why(reason, tally)) for reason in tally["waits_for"])


def _why(reason: str, tally: Mapping[str, Any]) -> Message:
    """Return why a tally is counted at the end."""
    match reason:
        case "order":
            return message("since it looks at the order that a row names")
        case "once":
            return _once(tally["once"])
        case "distinct":
            return _distinct(tally["distinct"])
        case "shop_fact":
            return message("since it looks at a fact of the shop's day")
        case "other_rows":
            streams = listed(tally["other_streams"])
            return message("since it looks at rows of {streams}", streams=streams)
    return message("since rows of excluded orders are left out")


def _once(once: Mapping[str, Any]) -> Message:
    among = message(", among those where {condition}", condition=once["among"])
    return numbered(
        "since of rows with the same {per} only the first by {by} counts{among}",
        "since of rows with the same {per} only the first {n} by {by} count{among}",
        once["first"],
        per=listed(once["per"]),
        by=listed(once["by"]),
        among="" if once["among"] is None else among,
    )


def _distinct(distinct: Mapping[str, Any]) -> Message:
    return numbered(
        "since it counts each {per} that a row has",
        "since it counts each {per} that at least {n} rows have",
        distinct["at_least"],
        per=listed(distinct["per"]),
    )


def _columns(stream: Mapping[str, Any]) -> Iterator[Message]:
    """Yield what becomes of the columns."""
    if stream["kept_whole"]:
        yield message("All columns are kept: there are few rows for each shop.")
        return
    said = (
        ("kept", message("kept to the end")),
        ("integers", message("of these, ids that are integers where they are written so")),
        ("counted", message("counted, then dropped")),
        ("checked", message("only checked, then dropped")),
    )
    for kind, what in said:
        if stream[kind]:
            columns = listed(stream[kind])
            yield message("{about}: {said}", about=what, said=columns)
