"""Events: the streams of many shops, typed, whole and linked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

import polars as pl

from ..errors import UsageError, did_you_mean
from ..messages import message
from ..model.streams import Stream
from ..value_classes import evolve, field, frozen
from .fingerprints import Digest, cell_prints
from .report import LoadReport
from .rows.places import Places

UNKNOWN_INDUSTRY = "unknown"
#: Rows whose fingerprints are made at a time.
_DIGEST_ROWS = 1 << 17


@frozen(eq=False, slots=False)
class Events:
    """Typed, checked events of many shops: one row per key, its latest state, links made.

    ``shops`` has one row per shop, sorted by ``shop_id``; the column ``shop`` of every frame in
    ``frames`` is a row of it. Times are int64 seconds of the platform's clock, money is in minor
    units. Where that clock was changed, ``instants`` has the times of a stream in seconds of a
    clock that never is: durations are between these. Made by :func:`shopscore.read_events`; not
    checked again wherever it goes.

    Where only a few columns of the rows were kept, ``present`` names all that the input has, and
    ``read_whole`` reads it again.
    """

    shops: pl.DataFrame
    frames: Mapping[str, pl.DataFrame]
    streams: Mapping[str, Stream]
    report: LoadReport
    zone: str | None = None
    places: Mapping[str, Places] = field(factory=dict, repr=False)
    instants: Mapping[str, pl.DataFrame] = field(factory=dict, repr=False)
    present: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)
    read_whole: Callable[[], Events] | None = field(default=None, repr=False)

    @cached_property
    def whole(self) -> Events:
        """The same events with all their columns.

        Raises:
            InputError: where they must be read again for that, and a file is another one now.
        """
        return self if self.read_whole is None else self.read_whole()

    def origin(self, stream: str, positions: Iterable[int]) -> list[tuple[str | None, int] | None]:
        """Return where rows of a stream are from: the file, and the line as an editor counts.

        Rows of a Parquet file or a dataframe, which has no name, are counted from 1. A row made
        of several sub-orders is where the first of them stands. Of ``shops`` the positions are
        those in ``shops``; a shop that no file declares is from none.

        Raises:
            UsageError: for a stream that was not read.
        """
        places = self.places.get(stream)
        if places is None:
            known = [*self.places]
            raise UsageError(
                message(
                    "no stream {stream} was read{hint}",
                    stream=stream,
                    hint=did_you_mean(stream, known),
                )
            )
        found = places.find(positions)
        return [one and (one.file, one.line or one.row) for one in found]

    @cached_property
    def digest(self) -> str:
        """A digest of all rows, which does not depend on their order or on the kind of file."""
        if self.whole is not self:
            return self.whole.digest
        digest = Digest()
        digest.add("shops", {c.name: cell_prints(c) for c in self.shops})
        shop_prints = cell_prints(self.shops["shop_id"])
        for name, frame in self.frames.items():
            places = (link.place for link in self.streams[name].links)
            own = frame.drop(*places, strict=False)
            if name in self.instants:
                own = own.hstack(self.instants[name].select(pl.all().name.prefix("instant of ")))
            for start in range(0, max(len(own), 1), _DIGEST_ROWS):
                columns = {c.name: c for c in own.slice(start, _DIGEST_ROWS)}
                shop = shop_prints[columns.pop("shop").to_numpy()]
                prints = {c: cell_prints(cells) for c, cells in columns.items()}
                digest.add(name, {**prints, "shop_id": shop})
        return digest.hexdigest()

    @property
    def told(self) -> Events:
        """The same events without their rows, where these can be read again."""
        return self if self.read_whole is None else evolve(self, frames={}, instants={})

    def columns_present(self) -> frozenset[tuple[str, str]]:
        """Return which columns of which streams were in the input, empty ones included."""
        kept = frozenset((s, c) for s, frame in self.frames.items() for c in frame.columns)
        return kept | self.present
