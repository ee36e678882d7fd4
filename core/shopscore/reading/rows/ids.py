"""Ids: the columns that identify and link rows, without marks; and what stands there that is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

import polars as pl

from ...messages import Message, message
from ...model.streams import Column, Stream
from ...value_classes import frozen
from ..ids_beside import IdsBeside
from ..marks import is_nothing, without_blanks, without_marks, without_point_zero
from .cells import trim
from .lost_digits import FIRST, LEAST_LONG, are_clear, are_suspicious, find_lost
from .selecting import selected
from .times import narrow

#: What nearly every id is; only other cells are looked at more closely.
_PLAIN = r"^[A-Za-z_-]*[0-9][A-Za-z0-9_-]*$"
#: What nothing is to be taken away from has none of these.
_MARKED = r"[^\p{Han}A-Za-z0-9_*-]"
#: An id that a spreadsheet took for a number, and rounded.
_ROUNDED = (
    r"^[0-9]{1,3}(?:[.,][0-9]+)?\s*[eE]\s*\+\s*[0-9]+$|^[0-9]{1,3}[.,][0-9]+\s*[eE]\s*[0-9]+$"
)
#: An ``=`` alone is no mark of an id: it may be all that tells it from another.
_FORMULA = r"^\s*[=＝][^\"]"
#: Digits in groups of three, as a spreadsheet shows a large number.
_GROUPED = r"^[0-9]{1,3}(?:,[0-9]{3})+$"
#: What is written before the sums of a file.
_TOTALS = (
    r"(?i)^\W*(?:总计|总共|总和|合计|小计|共计|汇总|本页"
    r"|(?:grand\s*total|sub-?total|total)(?:[^a-z0-9]|$))"
)
#: Such a word with at most a number and its unit: shops may have names that begin with one.
_TOTALS_ALONE = (
    r"(?i)^\W*(?:总计|总共|总和|合计|小计|共计|汇总|本页|grand\s*total|sub-?total|total|\W|[0-9])+"
    r"[元单条家店]?\W*$"
)
_WORDS = r"^[^0-9]*[\u4e00-\u9fff][^0-9]*$"
#: Signs of a sentence, as below the rows of a file (``共6条记录``, ``Page 1 of 2``): no order has them.
_SENTENCE = r"[\u4e00-\u9fff]|\S\s+\S"
#: But a word may stand before the number of every order.
_NAMED = r"^[\u4e00-\u9fff]+[A-Za-z_-]*[0-9][A-Za-z0-9_-]*$"
#: Buyers and agents may have names instead of numbers, and a row is of use without them.
_NAMES = ("buyer_id", "agent_id")


@frozen(eq=False)
class NoId:
    """Cells of a column that hold no id, and why; whether their rows are of no use without it."""

    column: str
    cells: pl.Series
    reason: Message
    aside: bool


@frozen(eq=False)
class Ids:
    """The columns of ids, null where a cell holds none, and what stood there."""

    values: Mapping[str, pl.Series]
    faults: tuple[NoId, ...]


def is_id(column: Column) -> bool:
    """Return whether a column identifies or links rows."""
    return column.kind == "text" and column.name.endswith("_id")


def read_ids(
    cells: Mapping[str, pl.Series],
    stream: Stream,
    rows_per_file: Sequence[int],
    clear: set[str] | None = None,
    beside: IdsBeside | None = None,
) -> Ids | None:
    """Return the ids of a table's columns of text, cleaned of marks, and the cells that are none.

    Of a column whose digits are lost, every long id is none: whatever it names, it is another.
    Of a piece of a table, ``clear`` are the columns whose digits are known not to be lost, which
    may become more; None is returned where some ids can only be checked beside those of all rows,
    and it is not known what these say (``beside``).
    """
    values: dict[str, pl.Series] = {}
    faults: list[NoId] = []
    for name, raw in cells.items():
        ids, odd = _cleaned(raw)
        if odd.any():
            alone = clear is not None and beside is None
            if alone and _needs_others(name, stream):
                return None
            faults += _not_ids(name, ids, odd, stream, beside)
        values[name] = ids
    if clear is None:
        faults += [_lost(name, found) for name, found in find_lost(values, rows_per_file).items()]
    elif not all(_are_clear(name, ids, clear) for name, ids in values.items()):
        return None
    for fault in faults:
        own = values[fault.column]
        values[fault.column] = own.set(fault.cells, None)
    return Ids(values, tuple(faults))


def look_beside(frame: pl.DataFrame, stream: Stream) -> IdsBeside:
    """Return what the ids of some rows say, to be known where those of others are checked.

    >>> from ...model.streams import ORDERS
    >>> rows = pl.DataFrame({"order_id": ["6921738301234567891", "单号7", None]})
    >>> look_beside(rows, ORDERS)
    IdsBeside(clear=frozenset({'order_id'}), orders=2, named=1, with_digits=True)
    """
    known = IdsBeside()
    for name in (c.name for c in stream.columns if is_id(c) and c.name in frame.columns):
        cells = frame[name]
        if not (cells.dtype == pl.String or cells.dtype.is_integer()):
            continue
        first = cells.head(FIRST).cast(pl.String)
        clear = frozenset({name} if name != "shop_id" and are_clear(_cleaned(first)[0]) else ())
        known = known.plus(IdsBeside(clear))
        if _needs_others(name, stream):
            known = known.plus(_of_orders(cells))
    return known


def _of_orders(cells: pl.Series) -> IdsBeside:
    """Return what ids of orders say, as they stand in a column."""
    if cells.dtype == pl.String:
        ids, odd = _cleaned(trim(cells))
        if odd.any():
            return _what_is_said(ids)
        cells = ids
    count = len(cells) - cells.null_count()  # plain ids have digits, and no word before them
    return IdsBeside(orders=count, with_digits=count > 0)


def _what_is_said(ids: pl.Series) -> IdsBeside:
    """Return what ids of orders say, once they are cleaned."""
    named, digits = ids.str.contains(_NAMED), ids.str.contains("[0-9]")
    count = len(ids) - ids.null_count()
    return IdsBeside(frozenset(), count, int(named.sum() or 0), bool(digits.any()))


def _cleaned(raw: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return ids without marks, null where nothing is left, and which of them are odd."""
    ids, odd = raw, _odd(raw)
    if odd.any() and (ids := _bare(raw, odd)) is not raw:
        odd = _odd(ids)
    if odd.any():
        at = odd.arg_true()
        found = ids.gather(at)
        bare = found if ids is raw else without_marks(found)
        nothing = odd.clone().scatter(at, is_nothing(bare))
        ids, odd = ids.set(nothing, None), odd & ~nothing
    return ids, odd


def _needs_others(name: str, stream: Stream) -> bool:
    """Return whether what is no id in a column depends on what its other cells are."""
    return name == "order_id" and name in stream.key


def _are_clear(name: str, ids: pl.Series, clear: set[str]) -> bool:
    """Return whether no digits of a piece's ids can be lost; what clears a column clears its file."""
    if name not in clear and are_clear(ids):
        clear.add(name)
    return name in clear or not are_suspicious(ids)


def as_integers(cells: pl.Series) -> pl.Series | None:
    """Return ids as integers where each is written as an integer is, so that none is another.

    >>> as_integers(pl.Series(["12", None, "-3"])).to_list(), as_integers(pl.Series(["012"]))
    ([12, None, -3], None)
    """
    if cells.dtype.is_integer():
        wide = cells.cast(pl.Int64, strict=False)
        return wide if wide.null_count() == cells.null_count() else None
    if cells.dtype != pl.String:
        return None
    integers = cells.cast(pl.Int64, strict=False)
    if integers.null_count() > cells.null_count():
        return None
    text = pl.col("text").str.len_bytes()
    both = pl.DataFrame([cells.alias("text"), integers.alias("integer")])
    ends = text.min().alias("shortest"), text.max().alias("longest"), pl.col("integer").min()
    shortest, longest, least = selected(both, ends).row(0)
    if shortest == longest and (least is None or least >= 10 ** (shortest - 1)):
        return integers  # so many digits, and neither a sign nor a zero before them
    return integers if bool((integers.cast(pl.String) == cells).all()) else None


def keep_their_digits(
    name: str, ids: pl.Series, rows_per_file: Sequence[int], clear: set[str] | None
) -> bool:
    """Return whether integers certainly have the digits that they had; else ask of their text.

    The first rows of every file must clear it.
    """
    if name in (clear or ()):
        return True
    starts = accumulate(rows_per_file, initial=0)
    files = [ids.slice(start, rows) for start, rows in zip(starts, rows_per_file, strict=False)]
    long = [file for file in files if (file.max() or 0) >= LEAST_LONG]  # type: ignore[operator, unused-ignore]
    found = all(are_clear(file.head(FIRST).cast(pl.String)) for file in long)
    if found and long and clear is not None:
        clear.add(name)
    return found


def bare_ids(cells: pl.Series) -> pl.Series:
    r"""Return ids without marks; of a name only what nobody sees is taken away.

    >>> bare_ids(pl.Series(["1001.0", '="1002"', "`1003", "6,921", "O'Neill"])).to_list()
    ['1001', '1002', '1003', '6921', "O'Neill"]
    >>> bare_ids(pl.Series(["１００１", "６．９２Ｅ＋１８", "甲（一）"])).to_list()
    ['1001', '6.92E+18', '甲（一）']
    """
    odd = _odd(cells)
    return _bare(cells, odd) if odd.any() else cells


def _bare(cells: pl.Series, odd: pl.Series) -> pl.Series:
    """Return the same without marks on odd cells; where no cell changes, the very same."""
    at = odd.arg_true()
    at = at.filter(cells.gather(at).str.contains(_MARKED))  # names mostly have no marks
    if not len(at):
        return cells
    found = without_blanks(cells.gather(at))
    bare = without_point_zero(narrow(without_marks(found)))
    bare = bare.zip_with(~bare.str.contains(_GROUPED), bare.str.replace_all(",", ""))
    known = bare.str.contains(_PLAIN) | bare.str.contains(_ROUNDED)
    known &= ~found.str.contains(_FORMULA)
    return cells.clone().scatter(at, bare.zip_with(known, found))


def _odd(cells: pl.Series) -> pl.Series:
    """Return which cells are no plain ids, an empty mask where none is.

    Most are integers, which are told at once; else mostly none is.
    """
    integers = cells.cast(pl.Int64, strict=False)
    if integers.null_count() == cells.null_count():
        return _NOWHERE
    if integers.null_count() == len(cells):
        plain = cells.str.contains(_PLAIN)
        return _NOWHERE if plain.all() else ~plain.fill_null(True)
    odd = cells.is_not_null() & integers.is_null()
    at = odd.arg_true()
    return odd.scatter(at, ~cells.gather(at).str.contains(_PLAIN))


_NOWHERE = pl.Series([], dtype=pl.Boolean)


def rounded(ids: pl.Series) -> pl.Series:
    """Return which ids a spreadsheet took for numbers, and rounded."""
    return _matching(ids, pl.first().str.contains(_ROUNDED))


def _matching(ids: pl.Series, condition: pl.Expr) -> pl.Series:
    """Return which ids meet a condition, in one call to polars."""
    return selected(ids.to_frame(), [condition.fill_null(False)]).to_series()


def _no_orders(ids: pl.Series, all_rows: IdsBeside) -> pl.Series:
    """Return which cells are no ids of orders, by what the others of the column are."""
    sentences = ids.str.contains(_SENTENCE)
    if 2 * all_rows.named > all_rows.orders:
        sentences &= ~ids.str.contains(_NAMED)
    if not all_rows.with_digits:  # they are named in letters
        return sentences
    return sentences | ~ids.str.contains("[0-9]")


def totals(ids: pl.Series) -> pl.Series:
    """Return which ids of shops are a word before sums, with or without a number."""
    id = pl.first().str
    return _matching(ids, id.contains(_TOTALS) & id.contains(_TOTALS_ALONE))


#: Why a word is no id, and why an id that lost digits is none.
WORD = message("a word, and no id")
LOST_DIGITS = message("digits of this id are lost: a spreadsheet rounded it")


def _lost(name: str, cells: pl.Series) -> NoId:
    return NoId(name, cells, LOST_DIGITS, aside=name not in _NAMES)


def _not_ids(
    name: str, ids: pl.Series, odd: pl.Series, stream: Stream, beside: IdsBeside | None
) -> Iterator[NoId]:
    """Yield what odd cells hold that is no id."""
    if (lost := odd & rounded(ids)).any():
        yield _lost(name, lost)
    if name not in stream.key:
        return
    words = ids.str.contains(_TOTALS) | ids.str.contains(_WORDS)
    if _needs_others(name, stream):
        words |= _no_orders(ids, beside or _what_is_said(ids))
    if (words := odd & words).any():
        yield NoId(name, words, WORD, aside=True)
