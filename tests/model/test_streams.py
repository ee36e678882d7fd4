"""Streams that are declared twice."""

from shopscore import Column, Stream
from shopscore.model.streams import ORDERS


def test_a_column_that_is_known_ahead_stays_so_where_another_does_not_say_it() -> None:
    """What was declared before deadlines were marked goes together with what marks them."""
    columns = (*ORDERS.columns[:2], Column("pickup_due_at", "time"))
    plain = Stream("orders", ORDERS.key, columns, follows_order=True)
    for one, other in ((ORDERS, plain), (plain, ORDERS)):
        assert one.merged_with(other).column("pickup_due_at").ahead
    assert not ORDERS.column("signed_at").ahead
