"""Pages of ``shopscore score`` and ``validate``: a result in each form, the books, and notices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ..messages import message, numbered
from ..notices import Notice
from ..reading.report import LoadReport
from ..results.csv_text import csv_text
from ..results.result import Result
from ..results.views import ShopView
from ..results.workbooks import parquet, workbook
from . import tables, voice
from .criteria_tables import criteria_table
from .option_values import OutputOptions
from .run import say, spoken, write, write_bytes, write_cells
from .shop_tables import shop_table, shops_table

#: Notices whose numbers and reasons stand in the tables of the books.
_IN_TABLES = ("rows_set_aside", "cells_emptied")


def write_result(result: Result, shops: tuple[str, ...], output: OutputOptions) -> None:
    """Write a result, or only some of its shops, in the form that was asked for."""
    if output.form == "json":
        write(result.json_pieces(shops), output.path)
        return
    if output.form == "table":
        _show_result(result, shops, output.path)
        return
    frame = result.to_polars(lang=voice.lang())
    if shops:
        frame = frame[result.only(shops)]
    if output.form == "csv":
        write_cells(csv_text(frame), output.path, mark=output.bom)
    elif output.form == "xlsx":
        write_bytes(workbook(frame, result.notices), output.path)
    else:
        write_bytes(parquet(frame), output.path)


def _show_result(result: Result, shops: tuple[str, ...], path: Path | None) -> None:
    if shops or len(result) == 1:
        views = [result[id] for id in dict.fromkeys(shops)] or list(result)
        shown_shops = (part for view in views for part in _about(result, view))
        about = [notice for notice in result.notices if not shops or notice.concerns(shops)]
        tables.show(*shown_shops, *_footer(about), output=path)
        return
    shown = [view for view, _ in zip(result, range(tables.MANY), strict=False)]
    tables.show(shops_table(result, shown), *_footer(result.notices), output=path)
    if len(result) > len(shown):
        more = len(result) - len(shown)
        say(
            numbered(
                "{n} more shop: name it with --shop, or take --format csv",
                "{n} more shops: name some with --shop, or take --format csv",
                more,
            )
        )


def _about(result: Result, view: ShopView) -> Iterator[tables.Table]:
    """Yield the tables of one shop."""
    yield shop_table(result, view)
    if view.criteria:
        yield criteria_table(result, view)


def _footer(notices: Iterable[Notice]) -> list[str]:
    """Return notices as the lines below a table: quiet runs and files have them too."""
    return [spoken(voice.note(notice)) for notice in notices]


def show_books(report: LoadReport, path: Path | None) -> None:
    """Show the books of reading, the first cells set aside or repaired, and what to know."""
    more = (tables.words_table(report), tables.incidents_table(report))
    parts = [tables.books_table(report), *(part for part in more if part is not None)]
    below = (notice for notice in report.notices if notice.code not in _IN_TABLES)
    tables.show(*parts, *_footer(below), output=path)


def say_notices(result: Result, form: str) -> None:
    """Say on standard error what to know about a result, but for what stands below its table."""
    if form != "table":
        say_each(result.notices)
    say_besides(result)
    if result.rules.ruleset.dimensions and not result.published.total.any():
        say(message("No shop has a score; --format json gives the reason for each."))


def say_besides(result: Result) -> None:
    """Say on standard error what no notice tells: which rows were set aside, what was assumed."""
    if result.report is not None and len(result.report.set_aside):
        say(message("shopscore validate shows which rows were set aside, and why"))
    for assumption in result.rules.assumptions:
        if assumption.overridden:
            id = result.rules.ruleset.full_id(assumption.id)
            say(message("Assumed: {id} = {value}", id=id, value=assumption.value))


def say_each(notices: Iterable[Notice]) -> None:
    """Say notices on standard error, but for those that the log of the run has."""
    say(*(line for notice in notices if (line := voice.tell_notice(notice)) is not None))
