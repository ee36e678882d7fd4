"""Starting is cheap: nothing heavy is loaded before it is needed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = ("numpy", "scipy", "polars", "pandas", "pyarrow")

RUN = """
import sys
sys.argv = sys.argv[1:]
from shopscore.cli.{module} import main
try:
    main()
except SystemExit as leaving:
    assert not leaving.code, leaving.code
"""


def loaded(code: str, *args: str) -> set[str]:
    """Top-level modules that a piece of Python leaves loaded."""
    tail = "\nprint('', *sorted({m.split('.')[0] for m in sys.modules}), file=sys.stderr)"
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SHOPSCORE_")}
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}{tail}", *args],
        capture_output=True,
        text=True,
        env=kept,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import shopscore",
        "import shopscore; dir(shopscore); shopscore.__version__",
        "import shopscore; shopscore.platforms(); shopscore.plugin_records()",
        "import shopscore; [s.versions for p in shopscore.platforms() for s in p.scorecards]",
        "from shopscore import Tally, col, Ratio, Days, RateMetric, Once, when, first_of, assumed",
        "from shopscore import InputError, ShopscoreWarning, Platform, Scorecard, hookimpl",
    ],
)
def test_importing(code: str) -> None:
    assert not loaded(code) & set(HEAVY)


def test_importing_the_package_loads_nothing_but_itself() -> None:
    assert not loaded("import shopscore") & {*HEAVY, "attrs", "attr", "click", "rich", "pluggy"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "args"),
    [
        ("main", ("--help",)),
        ("main", ("score", "--help")),
        ("main", ("validate", "--help")),
        ("main", ("sample", "--help")),
        ("main", ("--version",)),
        ("plugins", ("--help",)),
        ("plugins", ("list",)),
        ("plugins", ("list", "--format", "json")),
        ("plugins", ("list", "--no-load")),
        ("plugins", ("rules", "--help")),
        ("plugins", ("--version",)),
    ],
)
def test_commands(module: str, args: tuple[str, ...]) -> None:
    found = loaded(RUN.format(module=module), f"shopscore-{module}", *args)
    assert "click" in found
    assert not found & set(HEAVY)


def test_a_score_loads_no_more_than_it_needs() -> None:
    code = (
        "import polars as pl, shopscore as ss;"
        " orders = pl.DataFrame({'shop_id': ['A'], 'order_id': ['1'], 'paid_at': ['2022-06-01 10:00:00']});"
        " ss.score({'orders': orders}, platform='douyin', as_of='2022-07-01').to_polars()"
    )
    assert not loaded(code) & {"scipy", "pandas", "pyarrow", "rich", "click"}


@pytest.mark.slow
def test_importing_twice_is_the_same() -> None:
    code = "import shopscore, importlib; a = shopscore.score; import shopscore.scoring; assert shopscore.score is a"
    assert "polars" in loaded(code)


def test_no_bytecode_or_cache_is_needed() -> None:
    loaded("sys.dont_write_bytecode = True\nimport shopscore; shopscore.platforms()")
