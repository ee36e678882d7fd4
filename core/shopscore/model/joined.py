"""Expressions whose value comes from other rows; resolving joins it to the row as a column."""

from __future__ import annotations

from ..value_classes import frozen
from .expressions import Expr


class Joined(Expr):
    """A value that resolving joins to the row from other rows, in a column named :attr:`key`."""

    __slots__ = ()


@frozen(eq=False, repr=False)
class FactOn(Joined):
    """A shop fact on the day of a time, in millionths; null where there is none."""

    name: str
    time: Expr

    @property
    def key(self) -> str:
        return f"(fact {self.name} {self.time.key})"

    def __str__(self) -> str:
        return f"{self.name} on the day of {self.time}"


@frozen(eq=False, repr=False)
class HasRow(Joined):
    """Whether a row of ``stream`` that meets ``where`` names the order; never null."""

    stream: str
    where: Expr

    @property
    def key(self) -> str:
        return f"(has {self.stream} {self.where.key})"

    def children(self) -> tuple[Expr, ...]:
        """Return nothing: the condition reads another stream's rows."""
        return ()

    def __str__(self) -> str:
        return f"there are {self.stream} with ({self.where})"


def joined_of(*exprs: Expr) -> tuple[Joined, ...]:
    """Return the distinct joined values in expressions, in order of appearance."""
    joined = {e.key: e for expr in exprs for e in expr.walk() if isinstance(e, Joined)}
    return tuple(joined.values())
