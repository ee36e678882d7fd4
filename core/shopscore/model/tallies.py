"""Tallies: what to count, and which of several rows count where an order counts once."""

from __future__ import annotations

from functools import cached_property

from attrs import field, frozen

from ..errors import DeclarationError
from ..messages import message
from .builders import col
from .expressions import ColumnRef, Constant, Expr, as_expr, columns_of


def _optional(value: object) -> Expr | None:
    return None if value is None else as_expr(value)


def _exprs(values: tuple[object, ...]) -> tuple[Expr, ...]:
    return tuple(as_expr(v) for v in values)


def _key(expr: Expr | None) -> str:
    return "" if expr is None else expr.key


def _keys(exprs: tuple[Expr, ...]) -> str:
    return " ".join(e.key for e in exprs)


@frozen
class Once:
    """The rule that of a shop's rows which share ``per`` only the ``first`` by ``by`` count.

    It is applied to the rows that meet the tally's condition, before any window. A row for which a
    part of ``per`` is null counts by itself. Rows that are equal in ``by`` all count or all do not;
    nulls come last. ``first`` is a number of distinct values of ``by``. With ``among``, it is
    applied to the rows that meet that condition instead, whether or not the tally counts them.

    >>> Once.per_order(earliest=(col.applied_at, col.ticket_id))
    Once(per=(<Expr order_id>,), by=(<Expr applied_at>, <Expr ticket_id>), first=1, among=None)
    """

    per: tuple[Expr, ...] = field(converter=_exprs, eq=_keys)
    by: tuple[Expr, ...] = field(converter=_exprs, eq=_keys)
    first: int = 1
    among: Expr | None = field(default=None, converter=_optional, eq=_key)

    def __attrs_post_init__(self) -> None:
        if not self.per or not self.by or self.first < 1:
            raise DeclarationError(message("Once needs per, by, and first of at least 1"))

    @classmethod
    def per_order(cls, *, earliest: tuple[Expr, ...]) -> Once:
        """Count each order once: of the rows that name the same order, the earliest counts."""
        return cls(per=(col.order_id,), by=earliest)

    @property
    def key(self) -> str:
        """The rule as canonical text."""
        among = f" {self.among.key}" if self.among is not None else ""
        return f"(once ({_keys(self.per)}) ({_keys(self.by)}) {self.first}{among})"

    @property
    def expressions(self) -> tuple[Expr, ...]:
        """Every expression that the rule evaluates on a row."""
        return (*self.per, *self.by, *(() if self.among is None else (self.among,)))

    @property
    def stays_within_orders(self) -> bool:
        """Whether competing rows always name the same order."""
        return any(isinstance(e, ColumnRef) and e.path == "order_id" for e in self.per)


@frozen(slots=False, cache_hash=True)  # trees are walked once, not by every score
class Tally:
    """An integer to count or sum per shop and day.

    A row of ``stream`` counts on the day of the time ``day`` where the condition ``where`` is
    true and neither day nor value is null. ``value`` is summed (1: rows are counted).
    Rows of excluded orders are left out unless ``with_excluded``.

    >>> Tally("orders", day=col.paid_at)
    Tally(stream='orders', day=<Expr paid_at>, where=None, value=<Expr 1>, once=None, with_excluded=False)
    """

    stream: str
    day: Expr = field(converter=as_expr, eq=_key)
    where: Expr | None = field(default=None, converter=_optional, eq=_key)
    value: Expr = field(default=Constant(1), converter=as_expr, eq=_key)
    once: Once | None = None
    with_excluded: bool = False

    @cached_property
    def key(self) -> str:
        """The tally as canonical text: tallies with equal keys count the same."""
        parts = [self.stream, self.day.key, _key(self.where) or "all", self.value.key]
        if self.once is not None:
            parts.append(self.once.key)
        if self.with_excluded:
            parts.append("with-excluded")
        return f"(tally {' '.join(parts)})"

    @property
    def counts_rows(self) -> bool:
        """Whether the value of every row is 1."""
        return isinstance(self.value, Constant) and self.value.value == 1

    @cached_property
    def expressions(self) -> tuple[Expr, ...]:
        """Every expression that the tally evaluates on a row."""
        once = () if self.once is None else self.once.expressions
        where = () if self.where is None else (self.where,)
        return (self.day, *where, self.value, *once)

    @property
    def compared(self) -> tuple[ColumnRef, ...]:
        """The columns of the row that only tell rivals apart, as ``Once.per`` names them."""
        per = () if self.once is None else self.once.per
        return tuple(e for e in per if isinstance(e, ColumnRef) and not e.linked)

    @property
    def computed(self) -> tuple[Expr, ...]:
        """Every expression whose value matters, and not only whether it is that of another row."""
        return tuple(e for e in self.expressions if not any(e is one for one in self.compared))

    @property
    def rivals(self) -> Expr | None:
        """The condition of rows that compete for ``once``; None where all rows do."""
        among = None if self.once is None else self.once.among
        return self.where if among is None else among

    @cached_property
    def columns(self) -> tuple[ColumnRef, ...]:
        """Every column that the tally reads."""
        return columns_of(*self.expressions)
