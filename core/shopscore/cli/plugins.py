"""``shopscore-plugins``: what is installed, what became of it, and by which rules it scores."""

from __future__ import annotations

import os
import warnings
from datetime import date
from pathlib import Path

import click

from ..errors import ShopscoreWarning, UsageError
from . import options
from .run import run, write


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shopscore")
def cli() -> None:
    """The plugins that bring platforms and their rule sets."""


@cli.command("list")
@options.formats("table", "json")
@options.output
def list_plugins(form: str, output: Path | None) -> None:
    """Every installed plugin with its status; a broken one never hides the others."""
    from ..plugins.loader import load_plugins

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ShopscoreWarning)
        records = load_plugins(os.environ)
    if form == "json":
        from ..documents import plugins_document

        write(plugins_document(records), output)
        return
    from . import tables

    tables.show(tables.plugins_table(records), output=output)


@cli.command()
@click.argument("platform")
@click.option("--scorecard", "-c", metavar="C", help="Which of its scores; default all.")
@click.option("--ruleset", "-r", metavar="V", help="Which version; default all.")
@click.option("--on", metavar="DATE", help="Only the rule set in force on that day.")
@options.language
@options.formats("table", "json")
@options.output
def rules(
    platform: str,
    scorecard: str | None,
    ruleset: str | None,
    on: str | None,
    lang: str,
    form: str,
    output: Path | None,
) -> None:
    """The rules of PLATFORM: weights, windows, scorers, sources and assumptions."""
    from ..catalog import platform as find
    from .rule_pages import chosen, rules_document, show_rules

    try:
        day = date.fromisoformat(on) if on else None
    except ValueError:
        raise UsageError(f"--on {on!r} is not a date; write YYYY-MM-DD") from None
    found = chosen(find(platform), scorecard, ruleset, day)
    if form == "json":
        write(rules_document(found), output)
    else:
        show_rules(found, lang, output)


def main() -> None:
    """The entry point of ``shopscore-plugins``."""
    run(cli)
