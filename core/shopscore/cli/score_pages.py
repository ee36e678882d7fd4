"""Pages of ``shopscore score`` and ``validate``: a result in each form, the books, and notices."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from ..messages import numbered
from ..reading.report import LoadReport
from ..results.csv_text import csv_text
from ..results.hints import rules_command
from ..results.result import Result
from . import tables
from .options import OutputOptions
from .run import say, write, writing


def write_result(result: Result, shops: tuple[str, ...], output: OutputOptions, lang: str) -> None:
    """Write a result, or only some of its shops, in the form that was asked for."""
    if output.form == "json":
        write(result.to_json(shops), output.path)
        return
    if output.form == "table":
        _show_result(result, shops, lang, output.path)
        return
    frame = result.to_polars()
    if shops:
        frame = frame[result.only(shops)]
    if output.form == "csv":
        write(csv_text(frame).rstrip("\n"), output.path)
    elif output.path is not None:
        with writing(output.path):
            frame.write_parquet(output.path)


def _show_result(result: Result, shops: tuple[str, ...], lang: str, path: Path | None) -> None:
    if shops:
        views = [result[id] for id in dict.fromkeys(shops)]
        tables.show(*(tables.shop_table(result, view, lang) for view in views), output=path)
        return
    listed = [view for view, _ in zip(result, range(tables.MANY), strict=False)]
    tables.show(tables.shops_table(result, listed, lang), output=path)
    if len(result) > len(listed):
        more = len(result) - len(listed)
        say(
            numbered(
                "{n} more shop: name it with --shop, or take --format csv",
                "{n} more shops: name some with --shop, or take --format csv",
                more,
            )
        )


def show_books(report: LoadReport, lang: str, path: Path | None) -> None:
    """Show the books of reading, and the first cells that were set aside or repaired."""
    more = (tables.words_table(report, lang), tables.incidents_table(report, lang))
    parts = [tables.books_table(report, lang), *(part for part in more if part is not None)]
    tables.show(*parts, output=path)


def say_notices(result: Result) -> None:
    """Say on standard error what to know about a result."""
    ruleset = result.rules.ruleset
    say(*(f"Note: {notice}" for notice in result.notices))
    if result.report is not None:
        told = frozenset(notice.message for notice in result.notices)
        say_reading_notices(result.report, "; shopscore validate says why", told)
    changed = [a for a in result.rules.assumptions if a.overridden]
    say(
        f"Rule set {ruleset.name} ({ruleset.status}) rests on {len(result.rules.assumptions)}"
        f" assumptions; {rules_command(result.rules)} lists them."
    )
    say(*(f"Assumed: {ruleset.full_id(a.id)} = {a.value}" for a in changed))
    if ruleset.dimensions and not result.published.total.any():
        say(*_no_data(result), "No shop has a score; --format json gives the reason for each.")


def _no_data(result: Result) -> Iterator[str]:
    """Name the metrics that no shop can have, since columns are missing."""
    for id, graded in result.graded.items():
        if graded.measured.missing_columns:
            yield f"No data: {id} needs {', '.join(graded.measured.missing_columns)}"


def say_reading_notices(report: LoadReport, why: str = "", told: Collection[str] = ()) -> None:
    """Say on standard error what to know about what was read, but for what was told already."""
    say(*(f"Note: {notice}" for notice in report.notices if notice.message not in told))
    for name, columns in sorted(report.ignored.items()):
        say(f"Note: {name}: columns that are not used: {', '.join(columns)}")
    if len(report.set_aside):
        say(f"Note: {len(report.set_aside)} rows were set aside{why}")
