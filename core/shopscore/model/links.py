"""Links: a column of a stream that names a row of another stream, of the same shop."""

from __future__ import annotations

from ..errors import DeclarationError
from ..messages import message
from ..value_classes import frozen

_END = "_id"


@frozen
class Link:
    """A column that names a row of another stream, of the same shop, by its key.

    Expressions read that row under the name of the column without ``_id``:

    >>> Link("parcel_id", "parcels").name  # col.parcel.handed_over_at
    'parcel'

    Every stream with an ``order_id`` has ``Link("order_id", "orders")``.
    """

    column: str
    stream: str

    def __attrs_post_init__(self) -> None:
        if not self.column.endswith(_END) or self.column == "shop_id":
            said = message(
                "link {column} → {stream}: the column that names a row ends in _id (and is not"
                " shop_id)",
                column=self.column,
                stream=self.stream,
            )
            raise DeclarationError(said)
        if self.column == "order_id" and self.stream != "orders":
            said = message("order_id names an order, and no row of {stream}", stream=self.stream)
            raise DeclarationError(said)

    @property
    def name(self) -> str:
        """What expressions call the row that is named."""
        return self.column.removesuffix(_END)

    @property
    def place(self) -> str:
        """The column of linked rows that has the row of the other stream; null where there is none."""
        return f"_{self.name}"


#: The link that every stream with an ``order_id`` has.
ORDER = Link("order_id", "orders")
