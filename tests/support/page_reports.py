"""Reports for tests of pages: of real shops, of hostile ones, and of thousands."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import shopscore as ss
from shopscore.cli.demo import make_sample
from shopscore.pages.report import report_of

DAY = "2022-07-01"
HOSTILE = (
    "<img src=x onerror=alert(1)></script><script>alert(2)</script>\"'`&{{ 7*7 }}</style>\x00\ud800"
)
#: Texts that are no data: words by which a page chooses, days, colours of a status.
_WORDS = (
    "kind", "unit", "better", "day", "as_of", "deadline", "now", "document_day", "from",
    "to", "status",
)  # fmt: skip

_FILE = """schema = 1
[[shops]]
id = "S0001"
name = "花间女装旗舰店"
platform = "douyin"
ruleset = "2022"
sources = ["douyin"]
target = 4.5
[[shops]]
id = "S0002"
name = "Etsy Beauty Corner"
platform = "etsy"
sources = ["etsy"]
[[shops]]
id = "S0003"
platform = "kuaishou"
ruleset = "2023"
sources = ["kuaishou"]
[[shops]]
id = "lost"
platform = "nowhere"
sources = ["kuaishou"]
"""


def write_workspace(folder: Path) -> Path:
    """Write a workspace of four shops, one of them on a platform that is not installed."""
    for platform, shops in (("douyin", 80), ("etsy", 6), ("kuaishou", 6)):
        make_sample(folder / platform, shops, shops * 60, 5, "2022-06-30", platform)
    file = folder / "shopscore.toml"
    file.write_text(_FILE, encoding="utf-8")
    return file


def run(file: Path) -> ss.Sheet:
    """Run the workspace, with the details of its shops."""
    return ss.run_workspace(file, as_of=DAY, details=["S0001", "S0002", "S0003"])


def report(sheet: ss.Sheet) -> dict[str, Any]:
    """Return the report of a run."""
    return report_of(sheet, title="花间代运营")


def mapped(value: Any, change: Callable[[str], str], key: str = "") -> Any:
    """Return a document with every text changed that is data, also those that are keys of data."""
    match value:
        case str():
            return value if key in _WORDS else change(value)
        case Mapping():
            data = key == "key"
            return {
                (change(name) if data else name): mapped(one, change, name)
                for name, one in value.items()
            }
        case list() | tuple():
            return [mapped(one, change, key) for one in value]
    return value


def many_shops(shops: int = 5000) -> dict[str, Any]:
    """Return the report of many shops, none with details."""
    drawn = random.Random(15)
    labels = {
        "platform": {"en": "Alpha", "zh": "甲"},
        "metrics": {"bad": {"en": "Bad reviews", "zh": "差评率"}},
        "tiers": {"fast": {"en": "paid out early", "zh": "快速回款"}},
    }
    rows = [
        {
            "shop": f"S{n:05d}",
            "name": f"店铺 Shop {n}",
            "platform": ("alpha", "beta", "gamma")[n % 3],
            "scorecard": "experience",
            "ruleset": "2026-01-01",
            "status": "scored" if n % 7 else "partial",
            "reason": None,
            "score": None if n % 7 == 0 else round(drawn.uniform(3, 5), 2),
            "score_low": 3.0,
            "score_high": 5.0,
            "scale_low": 0.0,
            "scale_high": 5.0,
            "share": drawn.random(),
            "coverage": 1.0,
            "tiers": ["fast"],
            "change_1d": drawn.uniform(-0.1, 0.1),
            "change_7d": drawn.uniform(-0.1, 0.1),
            "costliest_metric": "bad",
            "costliest_cost": drawn.random(),
            "open_tasks": n % 40,
            "notices": ["few_peers", "short_window"],
            "labels": labels,
        }
        for n in range(shops)
    ]
    return {"title": "Many", "as_of": "2026-11-30", "shops": rows, "details": []}
