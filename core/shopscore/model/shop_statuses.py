"""Statuses of shops: those of the package, and those that plugins declare for conditions."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import DeclarationError
from ..messages import message
from ..value_classes import frozen
from .labels import Labelled
from .streams import check_id

#: The statuses that the package has for shops.
SHOP_STATUSES = (
    "scored",
    "partial",
    "insufficient_orders",
    "growth",
    "not_computable",
    "suppressed",
)
#: Those that a shop may get where it does not meet a condition.
REFUSALS = ("insufficient_orders", "growth", "suppressed")


@frozen
class ShopStatus(Labelled):
    """A status of shops that do not meet a condition, besides those of the package.

    Rule sets name it as the ``status`` of an ``[[eligibility]]``.
    """

    id: str
    zh: str
    en: str

    def __attrs_post_init__(self) -> None:
        check_id(self.id, message("status of shops"))
        if self.id in SHOP_STATUSES:
            said = message(
                "{id} is a status of the package: another name is needed", id=repr(self.id)
            )
            raise DeclarationError(said)
        if not self.label.complete:
            raise DeclarationError(message("status of shops {id} needs zh and en", id=self.id))


def merged_statuses(
    known: Iterable[ShopStatus], added: Iterable[ShopStatus]
) -> tuple[ShopStatus, ...]:
    """Return statuses of shops with those that are added.

    Raises:
        DeclarationError: where one is declared differently than before.
    """
    statuses = {status.id: status for status in known}
    for status in added:
        if statuses.setdefault(status.id, status) != status:
            said = message("status of shops {id} is already declared differently", id=status.id)
            raise DeclarationError(said)
    return tuple(statuses.values())
