"""Levers: something a merchant can do, and how it would change the events."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ..errors import DeclarationError
from ..messages import message
from ..value_classes import field, frozen
from .assumptions import Assumption
from .binding import bind
from .builders import time_of_day
from .expressions import Expr, as_expr
from .frozen import FrozenDict
from .labels import Labelled
from .rulesets import Source
from .settings import choose
from .streams import check_id

#: Settings of every lever: whether it is on, and at which times of the day.
COMMON = (
    Assumption("on", "boolean", True, "Whether the lever is used."),
    Assumption("from_second", "integer", 0, "Used from this second of the day.", 0, 86_399, "s"),
    Assumption(
        "to_second", "integer", 86_399, "Used until this second of the day.", 0, 86_399, "s"
    ),
)
PRODUCTS = Assumption("products", "words", (), "Only for these products; without any, for all.")
AMOUNT = Assumption(
    "amount_below", "integer", None, "Only below this amount, in minor units.", 0, nullable=True
)


def _cells(cells: Mapping[str, object]) -> FrozenDict:
    return FrozenDict({name: as_expr(value) for name, value in cells.items()})


@frozen
class Lever(Labelled):
    """Something a merchant can do: which rows it touches, and what their cells become.

    ``where`` says which rows of ``stream`` it touches, ``cells`` what their columns become; both
    may read the linked order, and name ``settings`` as ``assumed("…")``. Every lever can be
    switched off, and limited to a time of the day of ``time``; with ``product`` and ``amount``
    also to products and amounts. ``assumes`` lists assumptions in words. ``claimed_hours`` is what
    the platform says is saved per row: shown with a simulation, never used in it.

    >>> from shopscore import Lever, Source, col
    >>> lever = Lever("agree_at_once", zh="立即同意", en="Agree at once", stream="aftersales",
    ...     time=col.applied_at, where=col.kind == "refund_only", cells={"approved_at": col.applied_at},
    ...     assumes=("nothing else changes",), sources=(Source("s", "an example", "I"),))
    >>> lever.rows(from_second=28800)
    <Expr kind = 'refund_only' and time of day of applied_at ≥ 08:00:00 and time of day of applied_at ≤ 23:59:59>
    >>> lever.changes()
    {'approved_at': <Expr applied_at>}
    """

    id: str
    zh: str = field(kw_only=True)
    en: str = field(kw_only=True)
    stream: str = field(kw_only=True)
    time: Expr = field(kw_only=True)
    where: Expr = field(kw_only=True)
    cells: Mapping[str, Expr] = field(kw_only=True, converter=_cells)
    assumes: tuple[str, ...] = field(kw_only=True)
    sources: tuple[Source, ...] = field(kw_only=True)
    product: Expr | None = field(default=None, kw_only=True)
    amount: Expr | None = field(default=None, kw_only=True)
    own_settings: tuple[Assumption, ...] = field(default=(), kw_only=True)
    claimed_hours: Decimal | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_id(self.id, message("lever"))
        if not (self.zh and self.en and self.cells and self.assumes):
            said = message("lever {lever} needs two labels, cells and assumes", lever=self.id)
            raise DeclarationError(said)

    @property
    def settings(self) -> tuple[Assumption, ...]:
        """What a merchant can choose, with default values."""
        products = () if self.product is None else (PRODUCTS,)
        amount = () if self.amount is None else (AMOUNT,)
        return (*COMMON, *products, *amount, *self.own_settings)

    def rows(self, **chosen: object) -> Expr:
        """Return the condition of the rows that the lever touches, under some settings.

        Raises:
            UsageError: for a setting that does not exist, or a value outside its bounds.
        """
        numbers = self.numbers(chosen)
        condition = as_expr(bind(self.where, numbers))
        if not numbers["on"]:
            return as_expr(False)
        first, last = numbers["from_second"], numbers["to_second"]
        clock = time_of_day(self.time)
        if first > last:  # through midnight
            condition = condition & ((clock >= first) | (clock <= last))
        elif (first, last) != (0, 86_399):
            condition = condition & clock.between(first, last)
        if self.product is not None and numbers["products"]:
            condition = condition & self.product.is_in(*numbers["products"])
        if self.amount is not None and numbers["amount_below"] is not None:
            condition = condition & (self.amount < numbers["amount_below"])
        return condition

    def changes(self, **chosen: object) -> dict[str, Expr]:
        """Return what each changed column of a touched row becomes, under some settings.

        Raises:
            UsageError: as :meth:`rows`.
        """
        numbers = self.numbers(chosen)
        return {name: as_expr(bind(value, numbers)) for name, value in self.cells.items()}

    def numbers(self, chosen: Mapping[str, object]) -> dict[str, Any]:
        """Return the value of each setting: the one that was chosen, else its own.

        Raises:
            UsageError: as :meth:`rows`.
        """
        return choose(message("lever {lever}", lever=self.id), self.settings, chosen)
