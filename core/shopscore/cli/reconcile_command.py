"""``shopscore reconcile``: the computed numbers of a shop beside those that its console shows."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click
from attrs import evolve

from . import options, voice
from .help_pages import Command
from .option_values import OutputOptions, ReadOptions, RuleOptions
from .progress import Stages


@click.command(cls=Command)
@click.argument("events", type=options.INPUT)
@click.argument("documents", metavar="DOCS", type=options.INPUT)
@options.rules_of_documents
@click.option("--shop", metavar="ID", help="Which shop, where DOCS are of several.")
@options.reading
@voice.speaking
@options.output("table", "json", "csv")
def reconcile(
    events: Path,
    documents: Path,
    rules: RuleOptions,
    shop: str | None,
    reading: ReadOptions,
    output: OutputOptions,
) -> None:
    """Lay the numbers of a shop beside those of its console, and try what would explain them.

    DOCS are what the console answered, saved; without --as-of the newest day that they are of.
    Where numbers part, other days, rows, assumptions and rules are tried, and shown with how well
    the numbers fit then. Nothing of that is adopted.
    """
    from ..analysis.reconciling.matching import reconcile_page
    from ..analysis.reconciling.page_of_day import find_page
    from ..reading.documents.loading import read_documents
    from .answers import write_answer
    from .reconcile_pages import show_reconciliation
    from .score_pages import say_each

    with Stages() as stages:
        declared, _ = rules.find_scorecard()
        shop_id = reading.shop_id or shop
        read = read_documents(documents, platform=declared, shop_id=shop_id, tz=reading.tz)
        page = find_page(read, declared, shop, rules.as_of)
        selection = evolve(rules, as_of=page.day.isoformat()).select()
        checked = reading.check(reading.read(events, declared, stages))
        found = reconcile_page(checked, page, selection, rules.read_tables(), stages)
    write_answer(found, output, partial(show_reconciliation, found))
    if output.form != "table":
        say_each(found.notices)
