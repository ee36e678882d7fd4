"""Wanted columns: what is kept of the rows of a stream that will not be looked at in full."""

from __future__ import annotations

from ...model.streams import Stream
from ...value_classes import frozen


@frozen
class Wanted:
    """The columns of a stream that somebody will ask for.

    Of ids in ``compared`` it only matters which are equal, or which comes first as text does: they
    may be kept as integers.
    """

    columns: frozenset[str] = frozenset()
    compared: frozenset[str] = frozenset()

    def kept(self, stream: Stream) -> frozenset[str]:
        """Return the columns that are kept: also those that identify and link rows."""
        return self.columns | self.compared | identifying(stream)

    def integers(self, stream: Stream) -> frozenset[str]:
        """Return the columns of ids that may be integers."""
        return identifying(stream) - self.columns


def identifying(stream: Stream) -> frozenset[str]:
    """Return the columns that identify rows, and that name rows of other streams."""
    links = (link.column for link in stream.links)
    return frozenset({*stream.key, *links} - {"shop_id"})
