"""Select the rows that count: condition, ``Once``, exclusion and day, read off in one pass.

Sums over windows, daily cells and :func:`counted_rows` all begin here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache, reduce
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from ..errors import ExpressionError, InputError, UsageError
from ..evaluation.bounds import Bounds, bounds
from ..evaluation.with_numpy import Columns, Program, Question, word_columns
from ..messages import message
from ..model.expressions import DAY_SECONDS, And, ColumnRef, Constant, Day, Expr, When, columns_of
from ..model.instants import with_instants
from ..model.joined import joined_of
from ..model.tallies import Tally
from ..model.windows import DayWeights
from ..value_classes import frozen
from .needs import KEPT
from .once import once_column
from .resolution import Resolved

Ints = npt.NDArray[np.int64]
Positions = Ints
#: The first second that counts, and the first one after it.
Span = tuple[int, int]
#: Something about the tally of a position: which rows count, their values, their days.
_Asked = tuple[int, Literal["here", "values", "days"]]

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
    ``shops`` and ``values`` are those of all its rows, with the value 0 where a row does not count;
    without values rows are counted.
    """

    start: int
    here: npt.NDArray[np.bool_]
    shops: Ints
    values: Ints | None
    _days: Ints | None

    @property
    def shop(self) -> Ints:
        """The shop of each row that counts."""
        return self.shops[self.here]

    @property
    def rows(self) -> Positions:
        """The positions of the rows that count in the resolved stream."""
        return np.flatnonzero(self.here) + self.start

    @property
    def value(self) -> Ints | None:
        """The value of each row that counts; None where rows are counted."""
        return None if self.values is None else self.values[self.here]

    def days(self) -> Ints:
        """Return the day on which each row counts, since 1970-01-01."""
        assert self._days is not None  # days were asked for
        return self._days[self.here]


def counted(
    columns: Columns,
    tallies: Sequence[Tally],
    spans: Sequence[Span | None],
    dated: Sequence[bool],
) -> Iterator[tuple[Counted, ...]]:
    """Yield for each chunk of a resolved stream the rows that count, for each tally in turn.

    A span leaves out all other times; ``dated`` says for which tallies days will be asked for.
    """
    frame = columns.rows
    if not tallies or not len(frame):
        return
    words = word_columns(frame)
    plan = _plan(tuple(tallies), tuple(spans), tuple(dated), tuple(frame.columns), words)
    _check_bounds(frame, plan)
    for start, chunk in enumerate(columns.chunks(CHUNK)):
        shops = chunk.rows["shop"].to_numpy().astype(np.int64)
        found: dict[_Asked, npt.NDArray[Any]] = {
            one: np.empty(len(shops), dtype=np.bool_ if one[1] == "here" else np.int64)
            for one in plan.asked
        }
        for rows, answers in plan.program.run(chunk):
            for column, answer in zip(found.values(), answers, strict=True):
                column[rows] = answer
        yield tuple(
            Counted(
                start * CHUNK,
                found[i, "here"],
                shops,
                found.get((i, "values")),
                found.get((i, "days")),
            )
            for i in range(len(tallies))
        )


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
    chunks = counted(Columns(resolved.frames[tally.stream]), [tally], [span], [False])
    picked = [rows.rows for chunk in chunks for rows in chunk]
    found = np.concatenate(picked) if picked else np.empty(0, dtype=np.int64)
    return resolved.positions(tally.stream)[found]


@frozen(eq=False)
class _Plan:
    """What rows of a stream are asked, in the order in which the program answers; what that reads.

    ``timed`` are the tallies, with instants where rows have some. Where ``safe``, nothing on the
    way can leave int64 while every column lies within :data:`_USUAL`.
    """

    timed: tuple[Tally, ...]
    asked: tuple[_Asked, ...]
    program: Program
    read: tuple[str, ...]
    safe: bool


@lru_cache(maxsize=KEPT)
def _plan(
    tallies: tuple[Tally, ...],
    spans: tuple[Span | None, ...],
    dated: tuple[bool, ...],
    names: tuple[str, ...],
    words: frozenset[str],
) -> _Plan:
    """Return the plan of counting tallies, made once: walking trees takes as long as 10,000 rows."""
    timed = tuple(with_instants(tally, names) for tally in tallies)
    asked: dict[_Asked, Question] = {}
    for i, tally in enumerate(timed):
        counts = _counts(names, tally, once_column(tallies[i]), spans[i])
        asked[i, "here"] = "true", counts
        if not tally.counts_rows:
            asked[i, "values"] = "number", When(counts, tally.value, Constant(0))
        if dated[i]:
            asked[i, "days"] = "number", Day(tally.day)
    expressions = [e for t in timed for e in t.computed]
    read = (*(r.path for r in columns_of(*expressions)), *(j.key for j in joined_of(*expressions)))
    return _Plan(
        timed,
        tuple(asked),
        Program.of(asked.values(), words),
        read,
        _overflow(expressions, dict.fromkeys(read, _USUAL)) is None,
    )


def _counts(names: Collection[str], tally: Tally, once: str, span: Span | None) -> Expr:
    """Return the condition on which a row counts."""
    met = [tally.day.is_not_null()]
    if span is not None:
        met = [tally.day >= span[0], tally.day < span[1]]
    if tally.where is not None:
        met.append(tally.where)
    if not tally.counts_rows:
        met.append(tally.value.is_not_null())
    if tally.once is not None:
        met.append(ColumnRef(once))
    if "_excluded" in names and not tally.with_excluded:
        met.append(~ColumnRef("_excluded"))
    return reduce(And, met)


def _check_bounds(frame: pl.DataFrame, plan: _Plan) -> None:
    """Raise where a value on the way may leave int64: numpy would wrap without a word."""
    ends = {n: _ends(frame[n]) for n in plan.read if frame[n].dtype.is_integer()}
    low, high = _USUAL
    if plan.safe and all(e is None or (low <= e[0] and e[1] <= high) for e in ends.values()):
        return
    if fault := _overflow((e for tally in plan.timed for e in tally.computed), ends):
        raise InputError(fault.args[0])


def _ends(column: pl.Series) -> Bounds:
    least, most = column.min(), column.max()
    return None if least is None else (least, most)  # type: ignore[return-value]


def _overflow(expressions: Iterable[Expr], limits: Mapping[str, Bounds]) -> ExpressionError | None:
    """Return the error of the first expression that may leave int64; None where none may."""
    try:
        for expression in expressions:
            bounds(expression, limits)
    except ExpressionError as error:
        return error
    return None
