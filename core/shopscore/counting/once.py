"""Decide which of several rows counts where a tally counts each order once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from ..errors import UsageError
from ..evaluation.with_polars import to_polars
from ..messages import message
from ..model.expressions import ColumnRef
from ..model.instants import with_instants
from ..model.streams import Stream
from ..model.tallies import Once, Tally
from ..reading.rows.narrowing import all_widened


def once_column(tally: Tally) -> str:
    """Return the name of the column that says whether a row is one of those that count."""
    rivals = tally.rivals.key if tally.rivals is not None else ""
    return f"_once {tally.once.key if tally.once else ''} {rivals} {tally.with_excluded}"


def winners(frame: pl.DataFrame, tally: Tally, stream: Stream) -> npt.NDArray[np.bool_]:
    """Return which rows count under the tally's ``Once``, among those that meet its condition.

    Ids come first as text does, also where they are kept as integers.
    """
    tally = with_instants(tally, frame.columns)
    once = tally.once
    if once is None:
        raise UsageError(message("the tally counts every row"))
    rivals = tally.rivals
    meets = pl.lit(True) if rivals is None else to_polars(rivals).fill_null(False)
    if "_excluded" in frame.columns and not tally.with_excluded:
        meets = meets & ~pl.col("_excluded")
    per = [f"_per{i}" for i in range(len(once.per))]
    candidates = (
        all_widened(frame)
        .with_row_index("_at")
        .filter(meets)
        .select(
            "_at",
            "shop",
            *(to_polars(e).alias(name) for e, name in zip(once.per, per, strict=True)),
            *(to_polars(e).alias(f"_by{i}") for i, e in enumerate(once.by)),
        )
        .collect()
    )
    found = np.zeros(len(frame), dtype=np.bool_)
    if any(candidates[name].null_count() for name in per):
        alone = candidates.select(pl.any_horizontal(pl.col(per).is_null())).to_series()
        found[candidates["_at"].filter(alone).to_numpy()] = True
        candidates = candidates.filter(~alone)
    texts = {column.name for column in stream.columns if column.kind == "text"}
    words = [
        f"_by{i}"
        for i, e in enumerate(once.by)
        if isinstance(e, ColumnRef) and not e.linked and e.name in texts
    ]
    found[_first_of_each(candidates, per, once, words).to_numpy()] = True
    return found


def _first_of_each(rivals: pl.DataFrame, per: list[str], once: Once, words: list[str]) -> pl.Series:
    """Return the rows whose rank by distinct ``by`` within shop and ``per`` is at most ``first``."""
    by = [f"_by{i}" for i in range(len(once.by))]
    group = ["shop", *per]
    repeated = rivals.select(pl.struct(group).is_duplicated()).to_series()
    if not repeated.any():
        return rivals["_at"]
    clear, contested = rivals.filter(~repeated), rivals.filter(repeated)
    contested = contested.with_columns(pl.col(words).cast(pl.String))
    ordered = contested.sort(*group, *by, nulls_last=True)
    place = pl.struct(by).rle_id().over(group)
    return pl.concat([clear["_at"], ordered.filter(place < once.first)["_at"]])
