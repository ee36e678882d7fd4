"""Select the rows that count: condition, ``Once``, exclusion and day, read off in one pass.

Sums over windows, daily cells and :func:`counted_rows` all begin here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import frozen

from ..errors import ExpressionError, InputError, UsageError
from ..evaluation.bounds import Bounds, bounds
from ..evaluation.with_polars import to_polars
from ..messages import message
from ..model.expressions import DAY_SECONDS, Expr, columns_of
from ..model.instants import with_instants
from ..model.joined import joined_of
from ..model.tallies import Tally
from ..model.windows import DayWeights
from ..reading.rows.selecting import FEW, selected
from .needs import KEPT
from .once import once_column
from .resolution import Resolved

Positions = npt.NDArray[np.int64]
#: The first second that counts, and the first one after it.
Span = tuple[int, int]

#: Times until the year 9999 and amounts of money lie within this.
_USUAL = (-(2**40), 2**40)
#: Rows that are taken through the expressions at a time.
CHUNK = 1 << 19
_EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Return the number of days since 1970-01-01."""
    return (day - _EPOCH).days


def window_span(weights: DayWeights, as_of: date) -> Span:
    """Return the seconds that a window covers on a day of publication."""
    today = day_number(as_of)
    return (today - weights.last_age) * DAY_SECONDS, (today - weights.first_age + 1) * DAY_SECONDS


@frozen(eq=False)
class Counted:
    """Which rows of one chunk count for one tally.

    The chunk begins at the row ``start`` of the stream; ``here`` marks the rows in it that count.
    ``shops`` and ``values`` are those of all its rows; without values rows are counted.
    """

    start: int
    here: npt.NDArray[np.bool_]
    shops: npt.NDArray[np.int64]
    values: npt.NDArray[np.int64] | None
    _times: pl.Series | None

    @property
    def shop(self) -> npt.NDArray[np.int64]:
        """The shop of each row that counts."""
        return self.shops[self.here]

    @property
    def rows(self) -> Positions:
        """The positions of the rows that count in the resolved stream."""
        return np.flatnonzero(self.here) + self.start

    @property
    def value(self) -> npt.NDArray[np.int64] | None:
        """The value of each row that counts; None where rows are counted."""
        return None if self.values is None else self.values[self.here]

    def days(self) -> npt.NDArray[np.int64]:
        """Return the day on which each row counts, since 1970-01-01."""
        assert self._times is not None  # days were asked for
        return self._times.to_numpy()[self.here] // DAY_SECONDS


def counted(
    frame: pl.DataFrame,
    tallies: Sequence[Tally],
    spans: Sequence[Span | None],
    dated: Sequence[bool],
) -> Iterator[tuple[Counted, ...]]:
    """Yield for each chunk of a resolved stream the rows that count, for each tally in turn.

    A span leaves out all other times; ``dated`` says for which tallies days will be asked for.
    """
    if not tallies or not len(frame):
        return
    plan = _plan(tuple(tallies), tuple(spans), tuple(dated), tuple(frame.columns))
    _check_bounds(frame, plan)
    for start in range(0, len(frame), CHUNK):
        chunk = frame.slice(start, CHUNK)
        few = len(chunk) <= FEW  # to look for what expressions have in common pays for many
        found = selected(chunk, plan.columns) if few else _by_plan(chunk, plan)
        shops = chunk["shop"].to_numpy().astype(np.int64)
        yield tuple(
            Counted(
                start,
                found[f"mask{i}"].to_numpy(),
                shops,
                None if tally.counts_rows else found[f"value{i}"].to_numpy(),
                found[_time_name(tally)] if dated[i] else None,
            )
            for i, tally in enumerate(plan.timed)
        )


def _by_plan(chunk: pl.DataFrame, plan: _Plan) -> pl.DataFrame:
    """Return the columns of a plan; what its expressions have in common is worked out once."""
    return chunk.lazy().select(plan.columns).collect()


def counted_rows(resolved: Resolved, tally: Tally, span: Span | None = None) -> Positions:
    """Return which rows a tally counts, as ascending positions in ``events.frames[tally.stream]``.

    Args:
        resolved: rows that were resolved for this tally; a part finds its own rows only.
        tally: one of ``resolved.rules.tallies``.
        span: the seconds to look at, such as :func:`window_span`; by default all.
    """
    if tally not in resolved.rules.tallies:
        said = message(
            "the rows were resolved for {ruleset}, which does not count {tally}: resolve them for"
            " a rule set that does",
            ruleset=resolved.rules.ruleset.name,
            tally=tally.key,
        )
        raise UsageError(said)
    chunks = counted(resolved.frames[tally.stream], [tally], [span], [False])
    picked = [rows.rows for chunk in chunks for rows in chunk]
    found = np.concatenate(picked) if picked else np.empty(0, dtype=np.int64)
    return resolved.positions(tally.stream)[found]


def _time_name(tally: Tally) -> str:
    return f"time {tally.day.key}"


@frozen(eq=False)
class _Plan:
    """What a chunk of rows with some columns is asked for, and which columns that reads.

    ``timed`` are the tallies, with instants where rows have some. Where ``safe``, nothing on the
    way can leave int64 while every column lies within :data:`_USUAL`.
    """

    timed: tuple[Tally, ...]
    columns: tuple[pl.Expr, ...]
    read: tuple[str, ...]
    safe: bool


@lru_cache(maxsize=KEPT)
def _plan(
    tallies: tuple[Tally, ...],
    spans: tuple[Span | None, ...],
    dated: tuple[bool, ...],
    names: tuple[str, ...],
) -> _Plan:
    """Return the plan of counting tallies, made once: walking trees takes as long as 10,000 rows."""
    timed = tuple(with_instants(tally, names) for tally in tallies)
    expressions = [e for t in timed for e in t.computed]
    read = (*(r.path for r in columns_of(*expressions)), *(j.key for j in joined_of(*expressions)))
    return _Plan(
        timed,
        tuple(_columns(names, tallies, timed, spans, dated)),
        read,
        _is_safe(expressions, dict.fromkeys(read, _USUAL)),
    )


def _columns(
    names: Collection[str],
    tallies: Sequence[Tally],
    timed: Sequence[Tally],
    spans: Sequence[Span | None],
    dated: Sequence[bool],
) -> list[pl.Expr]:
    """Return all expressions that a chunk is asked for: a mask and a value per tally, each once."""
    columns = {}
    for i, (declared, tally, span) in enumerate(zip(tallies, timed, spans, strict=True)):
        columns[f"mask{i}"] = _mask(names, tally, once_column(declared), span)
        # a row without time or value does not count: 0 keeps the columns plain integers
        if dated[i]:
            columns[_time_name(tally)] = to_polars(tally.day).fill_null(0)
        if not tally.counts_rows:
            columns[f"value{i}"] = to_polars(tally.value).fill_null(0)
    return [column.alias(name) for name, column in columns.items()]


def _mask(names: Collection[str], tally: Tally, once: str, span: Span | None) -> pl.Expr:
    time = to_polars(tally.day)
    mask = time.is_not_null() if span is None else (time >= span[0]) & (time < span[1])
    if tally.where is not None:
        mask = mask & to_polars(tally.where)
    if not tally.counts_rows:
        mask = mask & to_polars(tally.value).is_not_null()
    if tally.once is not None:
        mask = mask & pl.col(once)
    if "_excluded" in names and not tally.with_excluded:
        mask = mask & ~pl.col("_excluded")
    return mask.fill_null(False)


def _check_bounds(frame: pl.DataFrame, plan: _Plan) -> None:
    """Raise where a value on the way may leave int64: polars would wrap without a word."""
    ends = {n: _ends(frame[n]) for n in plan.read if frame[n].dtype == pl.Int64}
    low, high = _USUAL
    if plan.safe and all(e is None or (low <= e[0] and e[1] <= high) for e in ends.values()):
        return
    try:
        for tally in plan.timed:
            for expression in tally.computed:
                bounds(expression, ends)
    except ExpressionError as error:
        raise InputError(error.args[0]) from None


def _ends(column: pl.Series) -> Bounds:
    least, most = column.min(), column.max()
    return None if least is None else (least, most)  # type: ignore[return-value]


def _is_safe(expressions: Iterable[Expr], limits: Mapping[str, Bounds]) -> bool:
    try:
        for expression in expressions:
            bounds(expression, limits)
    except ExpressionError:
        return False
    return True
