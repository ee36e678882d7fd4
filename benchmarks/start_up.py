"""What it costs to start: each command against a process that imports the same libraries and ends.

    python benchmarks/start_up.py [--rounds 9]

The score of 40 sample shops is held against an interpreter that imports polars, the others against
one that loads attrs, click and pluggy, and looks for entry points.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from measuring import (
    BIN,
    Figure,
    Limits,
    arguments,
    finish,
    in_turn,
    measure,
    process,
    python,
    ratio,
    taken,
)

#: What an expert's command of this kind could not do without.
BARE = """
import attrs, click, pluggy
from importlib.metadata import entry_points
[e.load() for e in entry_points(group="bare.nothing")]
"""
COMMANDS = {
    "shopscore --help": ("shopscore", "--help"),
    "shopscore score --help": ("shopscore", "score", "--help"),
    "shopscore-plugins list": ("shopscore-plugins", "list"),
}
RULES = ("--platform", "douyin", "--ruleset", "2022", "--as-of", "2022-07-01")


def figures(rounds: int, sample: Path) -> Iterator[Figure]:
    """The score beyond the import of polars, and other commands beside a bare script."""
    score = "shopscore score"
    contenders = {
        "polars": python("-c", "import polars"),
        score: process(BIN / "shopscore", "score", sample, *RULES),
        "bare": python("-c", BARE),
    }
    contenders |= {name: process(BIN / of, *words) for name, (of, *words) in COMMANDS.items()}
    runs = in_turn(contenders, rounds)
    beyond = [a.cpu_s - b.cpu_s for a, b in zip(runs[score], runs["polars"], strict=True)]
    yield taken(
        "`shopscore score` on 40 shops, beyond the interpreter and polars' import",
        "CSV to a table in the terminal, less `python -c 'import polars'`",
        beyond,
        "ms",
        Limits(250, 150),
    )
    for name in COMMANDS:
        yield ratio(f"`{name}` / bare script", "imports attrs, click, pluggy", runs, (name, "bare"))


def main() -> None:
    args = arguments(__doc__, rounds=9).parse_args()
    with TemporaryDirectory() as folder:
        sample = Path(folder, "sample")
        measure(BIN / "shopscore", "sample", sample)
        finish([*figures(args.rounds, sample)], args.json)


if __name__ == "__main__":
    main()
