"""Sample events, and the demonstration: their scores, and the numbers behind the best and worst."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import CoverageError, UsageError
from ..messages import message
from ..plugins.catalog import platforms
from ..plugins.declarations import Platform
from ..writing import refuse_filled_folder
from .progress import Stages
from .run import say


def make_sample(out: Path, shops: int, orders: int, seed: int, end: str) -> None:
    """Generate and write events.

    Raises:
        UsageError: for impossible numbers or dates.
        InputError: where files lie in the folder, or none can be written.
    """
    from ..samples import generate, write_csv

    refuse_filled_folder(out)  # before anything is made
    facts = {
        fact.name: (fact.sample_share, fact.sample_value) for p in platforms() for fact in p.facts
    }
    try:
        frames = generate(
            shops=shops, orders=orders, seed=seed, end=date.fromisoformat(end), facts=facts
        )
    except (ValueError, OverflowError) as error:
        raise UsageError(message("no such sample: {reason}", reason=error)) from None
    write_csv(frames, out)


def show_demo(lang: str, end: str) -> None:
    """Score a sample by the first platform that is installed."""
    from .. import score
    from . import tables

    installed = platforms()
    if not installed:
        raise CoverageError(
            message("no platform is installed; shopscore-plugins list shows the plugins")
        )
    platform = installed[0]
    as_of = date.fromisoformat(end) + timedelta(days=1)
    version = _version(platform, as_of)
    with TemporaryDirectory(prefix="shopscore-demo-") as folder, Stages() as stages:
        stages("making a sample")
        make_sample(Path(folder), 40, 6000, 0, end)
        result = score(folder, platform=platform.id, ruleset=version, as_of=as_of, progress=stages)
    scored = sorted((s for s in result if s.score is not None), key=lambda s: -(s.score or 0))
    tables.show(tables.shops_table(result, [*scored[:6], *scored[-6:]], lang))
    if scored:
        for shop in (scored[0], scored[-1]):
            tables.show(tables.shop_table(result, shop, lang))
    others = len(result) - len(scored)
    command = (
        f"  shopscore score events --platform {platform.id} --ruleset {version} --as-of {as_of}"
    )
    say(
        f"{len(result)} made-up shops by {result.rules.ruleset.name} as of {as_of}: the best and the"
        f" worst of {len(scored)} scored ones; {others} have no score (too few orders, or suspended).",
        "",
        "Do it with files of your own:",
        "  shopscore sample events                     # canonical CSV, a file per stream",
        command,
        f"{command} --shop {result.shops['shop_id'][0]}",
        f"  shopscore-plugins rules {platform.id}             # every weight, source and assumption",
    )


def _version(platform: Platform, day: date) -> str:
    scorecard = platform.scorecard()
    try:
        return scorecard.at(day).version
    except CoverageError:
        return scorecard.versions[0]
