"""Instants beside the clock: where a clock was changed, durations are between instants.

Resolved rows then have two columns of a time: what the wall showed, under its name, and its second
on a clock that is never changed. Days, hours and months are read off the wall; whatever else
compares or subtracts times does it with instants. Without such columns nothing is rewritten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import attrs

from .expressions import Arithmetic, ColumnRef, Day, Expr, FirstOf, Month, TimeOfDay, When
from .joined import Joined
from .tallies import Distinct, Once, Tally

_MARK = "@"


def instant_of(ref: ColumnRef) -> ColumnRef:
    """Return the column of the instants of a time.

    >>> instant_of(ColumnRef("paid_at", "order")).path
    'order.@paid_at'
    """
    return attrs.evolve(ref, name=f"{_MARK}{ref.name}")


def with_instants(tally: Tally, columns: Iterable[str]) -> Tally:
    """Return a tally that reads instants wherever it compares or subtracts times.

    >>> from .builders import col, day
    >>> quick = Tally("orders", day=col.paid_at, where=col.signed_at - col.paid_at < 3600)
    >>> timed = with_instants(quick, ["paid_at", "@paid_at", "signed_at", "@signed_at"])
    >>> timed.day, timed.where
    (<Expr paid_at>, <Expr (@signed_at − @paid_at) < 3600>)
    """
    known = frozenset(c.replace(_MARK, "") for c in columns if _is_instant(c))
    if not known:
        return tally
    once, distinct = tally.once, tally.distinct
    return attrs.evolve(
        tally,
        day=_on_the_wall(tally.day, known),
        where=None if tally.where is None else _instants(tally.where, known),
        value=_instants(tally.value, known),
        once=None if once is None else _once(once, known),
        distinct=None if distinct is None else _distinct(distinct, known),
    )


def expression_with_instants(expr: Expr, columns: Iterable[str]) -> Expr:
    """Return an expression that reads instants wherever it compares or subtracts times."""
    known = frozenset(c.replace(_MARK, "") for c in columns if _is_instant(c))
    return _instants(expr, known) if known else expr


def _is_instant(column: str) -> bool:
    return column.rpartition(".")[2].startswith(_MARK)


def _once(once: Once, known: frozenset[str]) -> Once:
    return attrs.evolve(
        once,
        per=tuple(_instants(e, known) for e in once.per),
        by=tuple(_instants(e, known) for e in once.by),
        among=None if once.among is None else _instants(once.among, known),
    )


def _distinct(distinct: Distinct, known: frozenset[str]) -> Distinct:
    return attrs.evolve(distinct, per=tuple(_instants(e, known) for e in distinct.per))


def _instants(expr: Expr, known: frozenset[str]) -> Expr:
    match expr:
        case ColumnRef() if expr.path in known:
            return instant_of(expr)
        case Joined():  # it has a column, made on the day that the wall showed
            return expr
        case Day() | TimeOfDay() | Month():
            return _mapped(expr, lambda child: _on_the_wall(child, known))
    return _mapped(expr, lambda child: _instants(child, known))


def _on_the_wall(expr: Expr, known: frozenset[str]) -> Expr:
    """Return a time as the wall shows it; conditions on the way compare instants all the same."""
    match expr:
        case ColumnRef():
            return expr
        case FirstOf() | Arithmetic():
            return _mapped(expr, lambda child: _on_the_wall(child, known))
        case When(condition, then, otherwise):
            shown = _on_the_wall(then, known), _on_the_wall(otherwise, known)
            return When(_instants(condition, known), *shown)
    return _instants(expr, known)


def _mapped(expr: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """Return an expression with each one directly below it changed."""

    def changed(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(changed(part) for part in value)
        return change(value) if isinstance(value, Expr) else value

    fields = attrs.fields(type(expr))  # type: ignore[arg-type]
    return type(expr)(**{f.alias: changed(getattr(expr, f.name)) for f in fields})
