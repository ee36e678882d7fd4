"""What is known of the ids of all rows of a table, for whoever has only some of the rows."""

from __future__ import annotations

from ..value_classes import frozen


@frozen
class IdsBeside:
    """What the ids of all rows say, so that those of some rows are judged as beside the others.

    Digits of the columns that are ``clear`` are not lost. Of the ids of orders so many have cells,
    and so many a word before a number; ``with_digits`` says whether any has a digit.
    """

    clear: frozenset[str] = frozenset()
    orders: int = 0
    named: int = 0
    with_digits: bool = False

    def plus(self, other: IdsBeside) -> IdsBeside:
        """Return what the ids of both say.

        >>> both = IdsBeside(frozenset({"order_id"}), 3).plus(IdsBeside(orders=2, with_digits=True))
        >>> sorted(both.clear), both.orders, both.with_digits
        (['order_id'], 5, True)
        """
        return IdsBeside(
            self.clear | other.clear,
            self.orders + other.orders,
            self.named + other.named,
            self.with_digits or other.with_digits,
        )
