"""Tallies: what to count, and which of several rows count where an order counts once."""

from __future__ import annotations

from functools import cached_property

from ..errors import DeclarationError
from ..messages import message
from ..value_classes import evolve, field, frozen
from .builders import col
from .expressions import Assumed, ColumnRef, Constant, Expr, as_expr, columns_of
from .windows import Window


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
        return _name_orders(self.per)


def _said(window: Window | None) -> str:
    return "" if window is None else repr(window)


@frozen
class Distinct:
    """The rule that keys are counted, not rows: those with ``at_least`` so many rows in the window.

    A key is what rows of a shop share in ``per``, such as their buyer. Which keys count is asked
    anew for each day of publication: the window rolls. Rows for which a part of ``per`` is null
    belong to no key: a count of keys may then be too low, and is told as such.

    ``window`` is for the rule set to fill in: that of the metric, or of ``Over``.

    >>> repeated = Distinct(per=(col.buyer_id,), at_least=2)
    >>> Tally("orders", day=col.paid_at, distinct=repeated).key
    '(tally orders paid_at all 1 (distinct (buyer_id) 2))'
    """

    per: tuple[Expr, ...] = field(converter=_exprs, eq=_keys)
    at_least: int | Assumed = 1
    window: Window | None = field(default=None, eq=_said)

    def __attrs_post_init__(self) -> None:
        rows = self.at_least
        if not self.per or not (isinstance(rows, Assumed) or (type(rows) is int and rows >= 1)):
            raise DeclarationError(message("Distinct needs per, and at_least of at least 1"))

    @property
    def key(self) -> str:
        """The rule as canonical text."""
        window = "" if self.window is None else f" {_said(self.window)}"
        return f"(distinct ({_keys(self.per)}) {self.at_least}{window})"

    @property
    def stays_within_orders(self) -> bool:
        """Whether rows of one key always name the same order."""
        return _name_orders(self.per)


def _name_orders(per: tuple[Expr, ...]) -> bool:
    """Return whether rows that share these expressions name the same order."""
    return any(isinstance(e, ColumnRef) and e.path == "order_id" for e in per)


@frozen(slots=False, cache_hash=True)  # trees are walked once, not by every score
class Tally:
    """An integer to count or sum per shop and day.

    A row of ``stream`` counts on the day of the time ``day`` where the condition ``where`` is
    true and neither day nor value is null. ``value`` is summed (1: rows are counted); with
    ``distinct`` keys are counted instead. Rows of excluded orders are left out unless
    ``with_excluded``.

    >>> Tally("orders", day=col.paid_at).key
    '(tally orders paid_at all 1)'
    """

    stream: str
    day: Expr = field(converter=as_expr, eq=_key)
    where: Expr | None = field(default=None, converter=_optional, eq=_key)
    value: Expr = field(default=Constant(1), converter=as_expr, eq=_key)
    once: Once | None = None
    with_excluded: bool = False
    distinct: Distinct | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.distinct is not None and not self.counts_rows:
            said = message("of distinct keys no value is summed: leave out value, or distinct")
            raise DeclarationError(said)

    def over(self, window: Window) -> Tally:
        """Return the tally for a window: of distinct keys each window has a tally of its own."""
        if self.distinct is None:
            return self
        return evolve(self, distinct=evolve(self.distinct, window=window))

    @cached_property
    def key(self) -> str:
        """The tally as canonical text: tallies with equal keys count the same."""
        parts = [self.stream, self.day.key, _key(self.where) or "all", self.value.key]
        if self.once is not None:
            parts.append(self.once.key)
        if self.distinct is not None:
            parts.append(self.distinct.key)
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
        keys = () if self.distinct is None else self.distinct.per
        return (self.day, *where, self.value, *once, *keys)

    @property
    def compared(self) -> tuple[ColumnRef, ...]:
        """The columns of the row that only tell rivals or keys apart, or say which comes first."""
        once = () if self.once is None else (*self.once.per, *self.once.by)
        keys = () if self.distinct is None else self.distinct.per
        return tuple(e for e in (*once, *keys) if isinstance(e, ColumnRef) and not e.linked)

    @property
    def stays_within_orders(self) -> bool:
        """Whether rows that compete, or have one key, always name the same order."""
        rules = (rule for rule in (self.once, self.distinct) if rule is not None)
        return all(rule.stays_within_orders for rule in rules)

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
