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
@click.option("--no-load", is_flag=True, help="Only look at metadata; import nothing.")
@options.formats("table", "json")
@options.output
def list_plugins(no_load: bool, form: str, output: Path | None) -> None:
    """Every installed plugin with its status; a broken one never hides the others."""
    from ..plugins.loader import load_plugins

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ShopscoreWarning)
        records = load_plugins(os.environ, load=not no_load)
    if form == "json":
        from ..results.documents import plugins_document

        write(plugins_document(records), output)
        return
    from . import tables

    tables.show(tables.plugins_table(records), output=output)


@cli.command()
@click.argument("platform")
@click.option("--scorecard", "-c", metavar="C", help="Which of its scores; default all.")
@click.option("--ruleset", "-r", metavar="V|FILE", help="A version or a TOML file; default all.")
@click.option("--on", metavar="DATE", help="Only the rule set in force on that day.")
@click.option("--missing", is_flag=True, help="Print a file for --numbers: what is not published.")
@options.language
@options.formats("table", "json")
@options.output
def rules(
    platform: str,
    scorecard: str | None,
    ruleset: str | None,
    on: str | None,
    missing: bool,
    lang: str,
    form: str,
    output: Path | None,
) -> None:
    """The rules of PLATFORM: weights, windows, scorers, sources and assumptions."""
    from ..plugins.catalog import platform as find
    from ..rules.numbers_toml import numbers_template
    from .rule_pages import bind_asked, rules_document, show_rules

    try:
        day = date.fromisoformat(on) if on else None
    except ValueError:
        raise UsageError(f"--on {on!r} is not a date; write YYYY-MM-DD") from None
    found = bind_asked(find(platform), scorecard, ruleset, day)
    if missing:
        if len(found) != 1:
            names = ", ".join(r.ruleset.name for r in found)
            raise UsageError(f"--missing needs one rule set, by -c and -r, among {names}")
        write(numbers_template(found[0].ruleset), output)
    elif form == "json":
        write(rules_document(found), output)
    else:
        show_rules(found, lang, output)


@cli.command()
@click.argument("name")
@options.formats("table", "json")
@options.output
def show(name: str, form: str, output: Path | None) -> None:
    """All that is known of plugin NAME: its place, its hooks, what it declares, its traceback."""
    from .plugin_pages import find_records, records_document, show_records

    found = find_records(name)
    if form == "json":
        write(records_document(found), output)
    else:
        show_records(found, output)


@cli.command()
@click.argument("platform")
@click.argument("old", metavar="V1")
@click.argument("new", metavar="V2")
@click.option("--scorecard", "-c", metavar="C", help="Which of its scores; default the first.")
@click.option("--events", type=options.FILE, metavar="EVENTS", help="Also score these by both.")
@click.option("--as-of", metavar="DATE", help="With --events: day of publication.")
@options.formats("table", "json")
@options.output
def diff(
    platform: str,
    old: str,
    new: str,
    scorecard: str | None,
    events: Path | None,
    as_of: str | None,
    form: str,
    output: Path | None,
) -> None:
    """What changes from rule set V1 of PLATFORM to V2, and what that does to your shops."""
    from .. import read_events, score
    from ..plugins.selection import select_rules
    from .rule_diffs import diff_document, show_diff

    before, after = (select_rules(platform, scorecard, v, as_of)[0] for v in (old, new))
    scored = None
    if events is not None:
        read = read_events(events, platform=platform)
        scored = (
            score(read, platform=platform, scorecard=scorecard, ruleset=old, as_of=as_of),
            score(read, platform=platform, scorecard=scorecard, ruleset=new, as_of=as_of),
        )
    if form == "json":
        write(diff_document(before, after, scored), output)
    else:
        show_diff(before, after, scored, output)


@cli.command()
@click.argument("name")
@options.formats("table", "json")
@options.output
def check(name: str, form: str, output: Path | None) -> None:
    """Run the conformance kit on plugin NAME; exit 1 if a check fails."""
    from ..results.documents import dumped
    from ..testing import check_plugin
    from .plugin_pages import show_report
    from .progress import Stages

    with warnings.catch_warnings(), Stages() as stages:
        warnings.simplefilter("ignore", ShopscoreWarning)
        stages("checking")
        report = check_plugin(name)
    if form == "json":
        write(dumped(report.to_dict()), output)
    else:
        show_report(report, output)
    if not report.ok:
        raise click.exceptions.Exit(1)


@cli.command()
@click.argument("name")
def new(name: str) -> None:
    """Make ./shopscore-NAME, a ready plugin package: metrics, rules, a golden case, tests, CI."""
    from .run import say
    from .scaffolding import make_package

    target = make_package(name, Path())
    say(
        f"{target} is ready. Next:",
        f'  pip install -e "./{target}[testing]"',
        f"  shopscore-plugins check {name}",
        f"  pytest {target}",
    )


def main() -> None:
    """The entry point of ``shopscore-plugins``."""
    run(cli)
