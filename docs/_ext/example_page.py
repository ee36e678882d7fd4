"""An example of a page: made-up shops on four platforms, drawn when the documentation is built."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import shopscore as ss
from shopscore.cli.demo import make_sample

NAME = "example-page.html"
_SAMPLES = (
    ("douyin", 80, 12000),
    ("etsy", 20, 4000),
    ("pinduoduo", 20, 4000),
    ("kuaishou", 20, 2000),
)
_WORKSPACE = """schema = 1
[[shops]]
id = "S0011"
name = "花间女装旗舰店"
platform = "douyin"
ruleset = "2022"
sources = ["douyin"]
target = 4.5
[[shops]]
id = "S0039"
name = "拾光家居专营店"
platform = "douyin"
ruleset = "2022"
sources = ["douyin"]
target = 4.5
[[shops]]
id = "S0027"
name = "知夏生活馆"
platform = "douyin"
ruleset = "2022"
sources = ["douyin"]
target = 4.5
[[shops]]
id = "S0004"
name = "南枝食品企业店"
platform = "pinduoduo"
sources = ["pinduoduo"]
[[shops]]
id = "S0003"
name = "云纹小店"
platform = "kuaishou"
ruleset = "2023"
sources = ["kuaishou"]
[[shops]]
id = "S0005"
name = "Maple & Oak Home"
platform = "etsy"
sources = ["etsy"]
[[shops]]
id = "S0006"
name = "Quiet Acre Beauty"
platform = "etsy"
sources = ["etsy"]
"""


def example_page(lang: str = "en") -> str:
    """Return the page of an invented agency."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        for platform, shops, orders in _SAMPLES:
            make_sample(folder / platform, shops, orders, 7, "2022-06-30", platform)
        (folder / "shopscore.toml").write_text(_WORKSPACE, encoding="utf-8")
        ids = ("S0011", "S0039", "S0027", "S0004", "S0003", "S0005", "S0006")
        sheet = ss.run_workspace(folder, as_of="2022-07-01", details=ids)
        return sheet.to_html(title="Example", lang=lang)


def _write(app: Any, failed: Exception | None) -> None:
    if failed is None and app.builder.format == "html":
        (Path(app.outdir) / NAME).write_text(example_page(), encoding="utf-8")


def setup(app: Any) -> dict[str, Any]:
    app.connect("build-finished", _write)
    return {"parallel_read_safe": True}
