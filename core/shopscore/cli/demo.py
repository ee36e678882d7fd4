"""Sample events, and the demonstration: their scores, and the numbers behind the best and worst."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import CoverageError, UsageError
from ..messages import message, translate
from ..plugins.catalog import platform as find_platform
from ..plugins.catalog import platforms
from ..plugins.declarations import Platform
from ..plugins.samples import extend_sample
from ..results.result import Result
from ..writing import refuse_filled_folder
from . import voice
from .progress import Stages
from .run import say

#: So long after rules came into force the 120 days of a sample lie within them.
_AFTER = timedelta(days=180)


def last_day(platform: str | None, usual: str) -> str:
    """Return the last day of a sample: one on which the newest rules of a platform are in force."""
    if platform is None:
        return usual
    newest = find_platform(platform).scorecard().newest()
    days = [date.fromisoformat(usual)]
    if newest.effective_from is not None:
        days.append(newest.effective_from + _AFTER)
    last = max(days)
    return min(last, newest.effective_to or last).isoformat()


def make_sample(
    out: Path, shops: int, orders: int, seed: int, end: str, platform: str | None = None
) -> None:
    """Generate and write events, with those that the rules of a platform read besides.

    Raises:
        UsageError: for impossible numbers or dates.
        InputError: where files lie in the folder, or none can be written.
    """
    from ..samples import generate, write_csv

    refuse_filled_folder(out)  # before anything is made
    facts = {
        fact.name: (fact.sample_share, fact.sample_value) for p in platforms() for fact in p.facts
    }
    declared = None if platform is None else find_platform(platform)
    try:
        frames = generate(
            shops=shops,
            orders=orders,
            seed=seed,
            end=date.fromisoformat(end),
            facts=facts,
            places=() if declared is None else declared.sample_places,
        )
    except (ValueError, OverflowError) as error:
        raise UsageError(message("no such sample: {reason}", reason=error)) from None
    if declared is not None:
        frames |= extend_sample(declared, frames, seed)
    write_csv(frames, out)


def make_agency(out: Path, seed: int, end: str | None) -> None:
    """Write the folder of an agency, and say what is in it.

    Raises:
        UsageError: for an impossible date.
        InputError: where files lie in the folder, or none can be written.
    """
    from ..workspace.agency.folders import write_agency

    try:
        written = write_agency(out, seed=seed, end=None if end is None else date.fromisoformat(end))
    except (ValueError, OverflowError) as error:
        raise UsageError(message("no such sample: {reason}", reason=error)) from None
    shops = sum(len(one.shops) for one in written)
    last = max(one.end for one in written) if written else end
    say(
        message(
            "{shops} shops on {platforms} platforms, 120 days to {end}: {folder}",
            shops=shops,
            platforms=len(written),
            end=last,
            folder=out,
        ),
        message("shopscore init {folder} writes the file that says what lies there", folder=out),
    )


def show_demo(end: str) -> None:
    """Score a sample by the first installed platform that has a total, else by the first."""
    from .. import score
    from . import tables
    from .shop_tables import shop_table, shops_table

    installed = platforms()
    if not installed:
        raise CoverageError(
            message("no platform is installed; shopscore-plugins list shows the plugins")
        )
    as_of = date.fromisoformat(end) + timedelta(days=1)
    platform = next((one for one in installed if _has_total(one, as_of)), installed[0])
    version = _version(platform, as_of)
    with TemporaryDirectory(prefix="shopscore-demo-") as folder, Stages() as stages:
        stages(message("making a sample"))
        make_sample(Path(folder), 40, 6000, 0, end)
        result = score(
            _with_industries(Path(folder)),
            platform=platform.id,
            ruleset=version,
            as_of=as_of,
            progress=stages,
        )
    scored = sorted((s for s in result if s.score is not None), key=lambda s: -(s.score or 0))
    tables.show(shops_table(result, [*scored[:6], *scored[-6:]]))
    if scored:
        tables.show(*(shop_table(result, shop) for shop in (scored[0], scored[-1])))
    _say_more(result, len(scored))


def _with_industries(folder: Path) -> Path:
    """Return a folder whose made-up industries are named in the language of the run."""
    import polars as pl

    file = folder / "shops.csv"
    shops = pl.read_csv(file, infer_schema=False)
    names = {word: translate(word, voice.lang()) for word in shops["industry"].unique()}
    shops.with_columns(pl.col("industry").replace(names)).write_csv(file)
    return folder


def _say_more(result: Result, scored: int) -> None:
    """Say what was shown, and how to go on."""
    say(
        message(
            "{shops} made-up shops by {ruleset} as of {day}:",
            shops=len(result),
            ruleset=result.rules.ruleset.name,
            day=result.as_of,
        ),
        message(
            "the best and the worst of {scored} scored ones; {others} have no score.",
            scored=scored,
            others=len(result) - scored,
        ),
        "",
        message("Do it with files of your own:"),
    )
    platform, first = result.platform, result.shops["shop_id"][0]
    which = f"-p {platform} -r {result.ruleset} --as-of {result.as_of}"
    say(
        f"  {'shopscore sample events':34} # {voice.text(message('a file per stream'))}",
        f"  shopscore score events {which}",
        f"  shopscore score events {which} --shop {first}",
        f"  {f'shopscore-plugins rules {platform}':34}"
        f" # {voice.text(message('every weight, source and assumption'))}",
    )


def _has_total(platform: Platform, day: date) -> bool:
    return bool(platform.scorecard().ruleset(_version(platform, day)).dimensions)


def _version(platform: Platform, day: date) -> str:
    scorecard = platform.scorecard()
    try:
        return scorecard.at(day).version
    except CoverageError:
        return scorecard.versions[0]
