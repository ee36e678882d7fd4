"""``shopscore-plugins``: what is installed, what became of it, and by which rules it scores."""

from __future__ import annotations

import os
import warnings
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import ShopscoreWarning, UsageError, did_you_mean
from ..messages import listed, message
from . import options, voice
from .help_pages import Group
from .option_values import OutputOptions, ReadOptions, RuleOptions
from .run import run, say, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..analysis.learning.learned import LearnedNumbers
    from ..plugins.bound_rules import BoundRuleSet


@click.group(
    "shopscore-plugins", cls=Group, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="shopscore")
def cli() -> None:
    """The plugins that bring platforms and their rule sets."""


@cli.command("list")
@click.option("--no-load", is_flag=True, help="Only look at metadata; import nothing.")
@voice.speaking
@options.output("table", "json")
def list_plugins(no_load: bool, output: OutputOptions) -> None:
    """List every installed plugin with its status; a broken one never hides the others."""
    from ..plugins.loader import load_plugins

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ShopscoreWarning)
        records = load_plugins(os.environ, load=not no_load)
    if output.form == "json":
        from ..results.documents import plugins_document

        write(plugins_document(records), output.path)
        return
    from . import tables

    tables.show(tables.plugins_table(records), output=output.path)


@cli.command()
@options.shown_rules
@click.option("--on", metavar="DATE", help="Only the rule set in force on that day.")
@click.option("--missing", is_flag=True, help="Print a file for --numbers: what is not published.")
@voice.speaking
@options.output("table", "json", toml="missing")
def rules(
    rules: RuleOptions,
    on: str | None,
    missing: bool,
    output: OutputOptions,
) -> None:
    """Show the rules of PLATFORM: weights, windows, scorers, sources and assumptions."""
    from ..plugins.catalog import platform
    from .rule_pages import bind_asked, rules_document, show_rules

    try:
        day = date.fromisoformat(on) if on else None
    except ValueError:
        raise UsageError(
            message("--on {value!r} is not a date; write YYYY-MM-DD", value=on)
        ) from None
    found = bind_asked(platform(str(rules.platform)), rules.scorecard, rules.ruleset, day)
    if missing:
        if len(found) != 1:
            names = listed(r.ruleset.name for r in found)
            said = message("--missing needs one rule set, by -c and -r, among {names}", names=names)
            raise UsageError(said)
        write(_template(found[0]), output.path)
    elif output.form == "json":
        write(rules_document(found), output.path)
    else:
        show_rules(found, output.path)


@cli.command()
@options.valued_rules
@click.option(
    "--from",
    "documents",
    type=options.INPUT,
    metavar="DOCS",
    help="Fill in what these pages of consoles prove (JSON, HAR; a file or folder).",
)
@click.option("--industry", metavar="NAME", help="Of pages of several industries, this one.")
@voice.speaking
@options.output("toml")
def numbers(
    rules: RuleOptions,
    documents: Path | None,
    industry: str | None,
    output: OutputOptions,
) -> None:
    """Print a file for --numbers: every number that PLATFORM does not publish, and where it stands.

    With --from it holds what documents prove: weights as they stand there, the ends between which
    other weights and the bounds of bands lie, and nothing else.
    """
    selected = rules.select().rules
    if documents is None:
        write(_template(selected), output.path)
        return
    from ..analysis.learning.learned import learn_numbers
    from ..analysis.learning.numbers_file import nothing_learned, numbers_file
    from ..reading.documents.loading import read_documents, refuse_no_document

    read = read_documents(documents, platform=selected.platform)
    refuse_no_document((documents,), read, (selected.platform,))
    found = learn_numbers(read, selected)
    learned = _of_industry({one.industry: one for one in found}, industry)
    for against in learned.contradictions:
        say(message("Note: {said}", said=against.said))
    if not learned:
        say(message("Note: {said}", said=nothing_learned(learned)))
    write(numbers_file(learned, voice.lang()), output.path)


def _of_industry(found: Mapping[str, LearnedNumbers], industry: str | None) -> LearnedNumbers:
    """Return what was learned of an industry, or of the only one.

    Raises:
        UsageError: where there are several and none is named, or where it is not there.
    """
    if industry is None and len(found) > 1:
        said = message(
            "the shops are of {n} industries, and a numbers file is for those of one: choose"
            " --industry, of {names}; score takes --numbers several times",
            n=len(found),
            names=listed(found),
        )
        raise UsageError(said)
    chosen = next(iter(found)) if industry is None else industry
    if chosen not in found:
        said = message(
            "no document is of a shop of {industry}{guess}; they are of {names}",
            industry=chosen,
            guess=did_you_mean(chosen, found),
            names=listed(found),
        )
        raise UsageError(said)
    return found[chosen]


def _template(rules: BoundRuleSet) -> str:
    from ..rules.numbers_template import numbers_template

    labels = {id: bound.metric.label for id, bound in rules.metrics.items()}
    return numbers_template(rules.ruleset, voice.lang(), labels)


@cli.command()
@click.argument("name")
@voice.speaking
@options.output("table", "json")
def show(name: str, output: OutputOptions) -> None:
    """Show all that is known of plugin NAME: its file, its hooks, what it declares, its traceback."""
    from .plugin_pages import find_records, records_document, show_records

    records = find_records(name)
    if output.form == "json":
        write(records_document(records), output.path)
    else:
        show_records(records, output.path)


@cli.command()
@options.compared_rules
@click.argument("old", metavar="V1")
@click.argument("new", metavar="V2")
@click.option(
    "--events",
    type=options.INPUT,
    metavar="EVENTS",
    help="Also score these by both: events, documents of a console, or a folder of either.",
)
@options.plain_reading
@voice.speaking
@options.output("table", "json")
def diff(
    rules: RuleOptions,
    old: str,
    new: str,
    events: Path | None,
    reading: ReadOptions,
    output: OutputOptions,
) -> None:
    """Show what changes from rule set V1 of PLATFORM to V2, and what that does to your shops."""
    from .progress import Stages
    from .rule_diffs import diff_document, score_by_both, show_diff

    rules = rules.with_scorecard_of(old, new)
    before, after = (rules.with_ruleset(version).select() for version in (old, new))
    scored = None
    if events is not None:
        with Stages() as stages:
            scored = score_by_both(events, (before, after), reading, stages)
    if output.form == "json":
        write(diff_document(before.rules, after.rules, scored), output.path)
    else:
        show_diff(before.rules, after.rules, scored, output.path)


@cli.command()
@click.argument("name")
@voice.speaking
@options.output("table", "json")
def check(name: str, output: OutputOptions) -> None:
    """Run the conformance kit on plugin NAME; exit 1 if a check fails."""
    from ..results.documents import dumped
    from ..testing import check_plugin
    from .plugin_pages import show_report
    from .progress import Stages

    with warnings.catch_warnings(), Stages() as stages:
        warnings.simplefilter("ignore", ShopscoreWarning)
        stages(message("checking"))
        report = check_plugin(name)
    if output.form == "json":
        write(dumped(report.to_dict()), output.path)
    else:
        show_report(report, output.path)
    if not report.ok:
        raise click.exceptions.Exit(1)


@cli.command()
@click.argument("name")
@click.option("--full", is_flag=True, help="With an example of everything that a plugin can bring.")
@voice.speaking
def new(name: str, full: bool) -> None:
    """Make ./shopscore-NAME, a ready plugin package: metrics, rules, a golden case, tests, CI."""
    from .scaffolding import make_package

    target = make_package(name, Path(), full=full)
    say(
        message("{folder} is ready. Next:", folder=target),
        f'  pip install -e "./{target}[testing]"',
        f"  shopscore-plugins check {name}",
        f"  pytest {target}",
    )


def main() -> None:
    """Run ``shopscore-plugins``."""
    run(cli)
