"""Words that expressions look for: a column with only these need not become text for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..model import expressions as ex

#: The words that a column is compared with; None where something else is done with it as well.
Words = frozenset[str] | None


def words_looked_for(*expressions: ex.Expr) -> Mapping[str, Words]:
    """Return for each column, by its path, the words that expressions look for in it.

    >>> from shopscore import col
    >>> found = words_looked_for((col.kind == "refund") | col.outcome.is_in("a", "b"), col.reason)
    >>> sorted(found["outcome"] or ()), sorted(found["kind"] or ()), found["reason"]
    (['a', 'b'], ['refund'], None)
    """
    found: dict[str, Words] = {}
    for path, words in (one for expr in expressions for one in _uses(expr)):
        known = found.get(path, frozenset())
        found[path] = None if known is None or words is None else known | words
    return found


def _uses(expr: ex.Expr) -> Iterator[tuple[str, Words]]:
    match expr:
        case ex.ColumnRef():
            yield expr.path, None
        case ex.Comparison("==" | "!=", ex.ColumnRef() as column, ex.Constant(str(word))):
            yield column.path, frozenset({word})
        case ex.IsIn(ex.ColumnRef() as column, words) if all(isinstance(w, str) for w in words):
            yield column.path, frozenset(str(word) for word in words)
        case ex.IsNull(ex.ColumnRef() as column):
            yield column.path, frozenset()
        case _:
            for child in expr.children():
                yield from _uses(child)
