"""Percentile ranks of many shops within industries: the package beside polars ``rank().over``.

    python benchmarks/ranking.py [--shops 100000] [--rounds 9]

Nine metrics, fifty industries; many shops tie at zero, some have no value. Both run within this
process.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from measuring import Figure, Limits, arguments, calls, finish, in_turn, ratio

from shopscore.exact.columns import ExactColumn
from shopscore.grading.ranking import exact_ranks

METRICS, INDUSTRIES = 9, 50


def make_shops(shops: int, rng: np.random.Generator) -> pl.DataFrame:
    """Return a value per shop and metric, a share of few or many rows; null where there is none."""
    sizes = np.maximum(30_000 / np.sqrt(np.arange(1, shops + 1)), 1)
    columns = {"industry": pl.Series(rng.integers(0, INDUSTRIES, shops)).cast(pl.String)}
    for metric in range(METRICS):
        whole = rng.poisson(sizes * rng.uniform(0.05, 1))
        part = rng.binomial(whole, rng.beta(2, 20, shops))
        values = pl.Series(part / np.maximum(whole, 1))
        columns[f"m{metric}"] = values.set(pl.Series(whole == 0), None)
    return pl.DataFrame(columns)


def by_polars(frame: pl.DataFrame) -> pl.DataFrame:
    """Return average ranks within the industry."""
    return frame.select(pl.exclude("industry").rank("average").over("industry"))


def figures(shops: int, rounds: int) -> Iterator[Figure]:
    """Ranks of the package beside those of polars."""
    np.ones(31 << 20, dtype=np.int8)  # as after reading: freed memory stays with the process
    frame = make_shops(shops, np.random.default_rng(0))
    codes = frame["industry"].rank("dense").to_numpy()
    metrics = [frame[f"m{metric}"] for metric in range(METRICS)]
    arrays = [(m.fill_null(0.0).to_numpy(), m.is_not_null().to_numpy()) for m in metrics]

    def by_package() -> list[ExactColumn]:
        return [exact_ranks(values, codes, kind="rank", present=known) for values, known in arrays]

    theirs, size = by_polars(frame), frame.select(pl.exclude("industry").count().over("industry"))
    shares = (theirs / size).fill_null(float("nan")).to_numpy()
    same = all(
        np.array_equal(ranks.floats(), shares[:, at], equal_nan=True)
        for at, ranks in enumerate(by_package())
    )
    ours, beside = "package", "polars `rank().over`"
    runs = in_turn({ours: calls(by_package), beside: calls(lambda: by_polars(frame))}, rounds)
    name, does = f"ranking {shops:,} × {METRICS} × {INDUSTRIES} / {beside}", "floats; ours: exact"
    yield ratio(name, does, runs, (ours, beside), Limits(0.8, 0.55), same)


def main() -> None:
    parser = arguments(__doc__, rounds=9)
    parser.add_argument("--shops", type=int, default=100_000)
    args = parser.parse_args()
    finish([*figures(args.shops, args.rounds)], args.json)


if __name__ == "__main__":
    main()
