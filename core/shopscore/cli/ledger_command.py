"""``shopscore ledger``: events that are kept on disk, and scored as known now or on a day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError, StateError, UsageError
from ..messages import listed, message
from . import options, voice
from .help_pages import Group
from .option_values import OutputOptions, ReadOptions, RuleOptions, assumptions
from .progress import Stages
from .run import say, write, write_cells

if TYPE_CHECKING:
    from ..ledger.ledger import Ledger


@click.group("ledger", cls=Group)
def ledger() -> None:
    """Keep events on disk: a day costs a day, and any past day can be asked as it was known then.

    Begin with `init`, then `ingest` what comes each day, and `score`. Needs deltalake:
    `pip install "shopscore[ledger]"`.
    """


_ledger = click.argument("ledger_path", metavar="LEDGER", type=options.INPUT)
_known_at = click.option(
    "--known-at",
    metavar="TIME",
    help="As it was known then: a day (2024-06-30), to its end, or a time.",
)
_wait = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Wait so long for another process that writes.",
)


def _open(path: Path, wait: float = 60.0) -> Ledger:
    from ..ledger.ledger import Ledger

    return Ledger.open(path, wait=wait)


@ledger.command()
@click.argument("ledger_path", metavar="LEDGER", type=options.FILE)
@click.option(
    "--platform",
    "-p",
    "platforms",
    multiple=True,
    required=True,
    metavar="P",
    help="Whose rules will count; several of one clock may share events.",
)
@click.option("--tz", metavar="ZONE", help="Zone of the clock, if not the platform's.")
@voice.speaking
def init(ledger_path: Path, platforms: tuple[str, ...], tz: str | None) -> None:
    """Make an empty ledger in a new folder."""
    from ..ledger.ledger import Ledger

    Ledger.create(ledger_path, platform=platforms, tz=tz)
    say(message("{ledger}: an empty ledger; next: shopscore ledger ingest", ledger=ledger_path))


@ledger.command()
@_ledger
@click.argument("events", type=options.INPUT)
@click.option("--known-at", metavar="TIME", help="When EVENTS were known; default now.")
@options.reading_without_tz
@_wait
@voice.speaking
@options.timings
def ingest(
    ledger_path: Path,
    events: Path,
    known_at: str | None,
    reading: ReadOptions,
    wait: float,
    timings: bool,
) -> None:
    """Add what is new in EVENTS; what is known already changes nothing.

    Files may come in any order, overlap, and correct each other: the newest state of each row counts.
    Either all of it is there when this returns, or nothing.
    """
    from .ledger_pages import show_ingested

    with Stages(timings=timings) as stages:
        found = _open(ledger_path, wait).ingest(
            events,
            known_at=known_at,
            strict=reading.strict,
            shop_id=reading.shop_id,
            industry=reading.industry,
            shop_type=reading.shop_type,
            layouts=reading.layouts,
            progress=stages,
        )
    reading.write_quarantine(found.report)
    show_ingested(found)


@ledger.command("add")
@_ledger
@click.argument("state", type=options.INPUT)
@click.option("--known-at", metavar="TIME", help="When STATE was known; default now.")
@_wait
@voice.speaking
@options.timings
def add(ledger_path: Path, state: Path, known_at: str | None, wait: float, timings: bool) -> None:
    """Add STATE, which was counted elsewhere, such as on Spark: its sums, and no rows.

    STATE is what Tallies.write_parquet wrote. What LEDGER has already is refused, and so are rows
    that come later of what was added so; what changed comes as the difference of two states.
    """
    from .ledger_pages import show_added

    with Stages(timings=timings) as stages:
        found = _open(ledger_path, wait).add_counted(state, known_at=known_at, progress=stages)
    show_added(found)


@ledger.command()
@_ledger
@options.rules
@_known_at
@click.option("--shop", "shops", multiple=True, metavar="ID", help="Show only these shops.")
@options.require
@_wait
@voice.speaking
@options.output("table", "json", "csv", "parquet", "xlsx")
@options.timings
def score(
    ledger_path: Path,
    rules: RuleOptions,
    known_at: str | None,
    shops: tuple[str, ...],
    require: str | None,
    wait: float,
    output: OutputOptions,
    timings: bool,
) -> None:
    """Score every shop of LEDGER, as it is known now or was known on a day.

    The first score by some rules counts what they need; from then on each ingest keeps it up to date.
    """
    from ..results.requirements import Requirements
    from .score_pages import say_notices, write_result

    required = Requirements.parse(require)
    with Stages(timings=timings) as stages:
        result = _open(ledger_path, wait).score(
            rules.as_of, known_at=known_at, progress=stages, **_terms(rules)
        )
        required.check(result, shops)
        stages(message("writing"))
        write_result(result, shops, output)
    say_notices(result, output.form)


def _terms(rules: RuleOptions) -> dict[str, Any]:
    """Return by which rules a ledger is scored, as its methods take them."""
    return {
        "platform": rules.platform,
        "scorecard": rules.scorecard,
        "ruleset": rules.ruleset,
        "assume": assumptions(rules.assume, rules.assume_file),
        "numbers": rules.numbers or None,
        "profile": rules.profile,
        "benchmarks": rules.benchmarks,
        "standards": rules.standards,
    }


@ledger.command()
@_ledger
@options.rules
@click.option(
    "--known-at",
    metavar="TIME",
    required=True,
    help="What was known then is compared with what is known now.",
)
@click.option("--shop", "shops", multiple=True, metavar="ID", help="Show only these shops.")
@_wait
@voice.speaking
@options.output("table", "json", "csv")
def revisions(
    ledger_path: Path,
    rules: RuleOptions,
    known_at: str,
    shops: tuple[str, ...],
    wait: float,
    output: OutputOptions,
) -> None:
    """Compare the scores of a day as they were known with those of now, and list what moved them.

    Listed are the rows that came later, or came again in another state, with the metrics that they
    moved; then the metrics of each shop, then and now. CSV has the metrics only.
    """
    from .ledger_pages import write_revision
    from .score_pages import say_each

    with Stages() as stages:
        found = _open(ledger_path, wait).revision(
            rules.as_of, known_at=known_at, progress=stages, **_terms(rules)
        )
    write_revision(found.of_shops(shops) if shops else found, output)
    say_each(found.notices)


@ledger.command()
@_ledger
@click.option("--from", "start", metavar="DATE", help="The first day; default 30 days in all.")
@click.option("--to", "end", metavar="DATE", help="The last day; default today.")
@options.rules_of_days
@_known_at
@click.option("--shop", "shops", multiple=True, metavar="ID", help="Keep only these shops.")
@voice.speaking
@options.output("table", "json", "csv")
def track(
    ledger_path: Path,
    start: str | None,
    end: str | None,
    rules: RuleOptions,
    known_at: str | None,
    shops: tuple[str, ...],
    output: OutputOptions,
) -> None:
    """Score every shop of LEDGER on each day of a range, by the rules in force on that day."""
    from ..results.csv_text import csv_text
    from .score_pages import say_each
    from .track_pages import show_track

    with Stages() as stages:
        found = _open(ledger_path).track(
            start=start,
            end=end,
            known_at=known_at,
            shop=shops,
            progress=stages,
            **_terms(rules),
        )
    if output.form == "json":
        write(found.to_json(), output.path)
    elif output.form == "csv":
        write_cells(csv_text(found.to_polars()), output.path, mark=output.bom)
    else:
        show_track(found, output.path)
    if output.form != "table":
        say_each(found.notices)


@ledger.command()
@_ledger
@voice.speaking
@options.output("table", "json")
def status(ledger_path: Path, output: OutputOptions) -> None:
    """Show how much LEDGER holds, since when, and each ingest."""
    from .ledger_pages import write_status

    opened = _open(ledger_path)
    write_status(opened.status(), opened.ingests(), output)


@ledger.command()
@_ledger
@voice.speaking
def verify(ledger_path: Path) -> None:
    """Look at every byte of LEDGER, and count every cell again from its rows."""
    from .ledger_pages import show_verification

    with Stages() as stages:
        found = _open(ledger_path).verify(progress=stages)
    show_verification(found)
    if not found.is_good:
        raise click.exceptions.Exit(StateError.exit_code)


@ledger.command()
@_ledger
@_wait
@voice.speaking
def compact(ledger_path: Path, wait: float) -> None:
    """Put the rows of LEDGER together in few files, and count all cells anew.

    It takes as long as reading everything once. What was known on any day is still known.
    """
    with Stages() as stages:
        opened = _open(ledger_path, wait)
        before = opened.status()
        opened.compact(progress=stages)
        after = opened.status()
    said = message("{before} files became {after}", before=before.files, after=after.files)
    say(said)


@ledger.command()
@_ledger
@click.option("--shop", "shops", multiple=True, metavar="ID", help="Forget these shops.")
@click.option(
    "--before",
    metavar="DATE",
    help="Forget orders, with all that names them, of which nothing happened since.",
)
@_wait
@voice.speaking
def forget(ledger_path: Path, shops: tuple[str, ...], before: str | None, wait: float) -> None:
    """Take away all that LEDGER knows of shops, or of what happened before a day.

    No file has a trace of it any more, and no past day either: what was known then is from now on
    what was known of the others.
    """
    from .score_pages import say_each

    if bool(shops) == bool(before):
        said = message("what is to be forgotten? Give either --shop or --before")
        raise UsageError(said)
    with Stages() as stages:
        found = _open(ledger_path, wait).forget(shops or None, before=before, progress=stages)
    if shops and not found.shops:
        raise InputError(message("no such shop in the ledger: {shops}", shops=listed(shops)))
    rows = sum(found.rows.values())
    say(message("forgotten: rows {rows}, shops {shops}", rows=rows, shops=found.shops))
    say_each(found.notices)


@ledger.command()
@_ledger
@click.argument("out", type=options.FILE)
@_known_at
@click.option(
    "--rows-only", is_flag=True, help="Where some came as counted, write the rows of the others."
)
@voice.speaking
def export(ledger_path: Path, out: Path, known_at: str | None, rows_only: bool) -> None:
    """Write the newest state of each row of LEDGER to the folder OUT, as events: a file per stream."""
    with Stages() as stages:
        stages(message("writing"))
        streams = _open(ledger_path).export(out, known_at=known_at, rows_only=rows_only)
    say(message("{folder}: {n} streams", folder=out, n=len(streams)))
