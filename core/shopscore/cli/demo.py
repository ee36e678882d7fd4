"""The demonstration: a sample, its scores, and the numbers behind the best and the worst."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import CoverageError
from ..plugins.catalog import platforms
from ..plugins.declarations import Platform
from .progress import Stages
from .run import say


def show_demo(lang: str, end: str) -> None:
    """Score a sample by the first platform that scores it."""
    from .. import score
    from . import tables
    from .main import make_sample

    found = platforms()
    if not found:
        raise CoverageError("no platform is installed; shopscore-plugins list shows the plugins")
    platform = found[0]
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
    say(
        f"{len(result)} made-up shops by {result.rules.ruleset.name} as of {as_of}: the best and the"
        f" worst of {len(scored)} scored ones; {others} have no score (too few orders, or suspended).",
        "",
        "Do it with files of your own:",
        "  shopscore sample events                     # canonical CSV, a file per stream",
        f"  shopscore score events --platform {platform.id} --ruleset {version} --as-of {as_of}",
        f"  shopscore score events --platform {platform.id} --ruleset {version} --as-of {as_of}"
        f" --shop {result.shops['shop_id'][0]}",
        f"  shopscore-plugins rules {platform.id}             # every weight, source and assumption",
    )


def _version(platform: Platform, day: date) -> str:
    scorecard = platform.scorecard()
    try:
        return scorecard.at(day).version
    except CoverageError:
        return scorecard.versions[0]
