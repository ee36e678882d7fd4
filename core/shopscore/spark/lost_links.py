"""Links that lead nowhere: what each partition knows of its shops, and what all together say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import polars as pl

from ..model.links import Link
from ..model.streams import Stream
from ..notices import Notice
from ..reading.events import Events
from ..reading.findings import no_links
from ..reading.rows.links import lost_shops, naming_and_finding
from ..value_classes import frozen


@frozen
class LinkFacts:
    """What the rows of a stream name by a column, in some shops.

    ``shops`` are those of which no row finds what it names: the shop, whether it has any row that
    could be named, how many rows name one, the least id that they name, and the least that there is.
    ``finds`` says whether another shop finds any, and ``least_shop`` is the first that has any.
    """

    stream: str
    column: str
    finds: bool
    least_shop: str | None
    shops: tuple[tuple[str, bool, int, str, str | None], ...]


def links_of(events: Events) -> Iterator[LinkFacts]:
    """Yield the facts of every link of some events whose rows name others."""
    for name, rows in events.frames.items():
        for link in events.streams[name].links:
            if link.column in rows.columns and link.stream in events.frames:
                yield _facts(events, name, link)


def _facts(events: Events, name: str, link: Link) -> LinkFacts:
    rows, others, ids = events.frames[name], events.frames[link.stream], events.shops["shop_id"]
    (key,) = events.streams[link.stream].key
    named, found = (rows[c].is_not_null().to_numpy() for c in (link.column, link.place))
    naming, finding = naming_and_finding(rows["shop"], named, found, len(ids))
    having = np.bincount(others["shop"].to_numpy(), minlength=len(ids)) > 0
    lost = pl.DataFrame({"shop": np.flatnonzero((naming > 0) & (finding == 0)).astype(np.uint32)})
    least = [
        frame.join(lost, on="shop", how="semi").group_by("shop").agg(pl.col(column).min())
        for frame, column in ((rows, link.column), (others, key))
    ]
    known = lost.join(least[0].rename({link.column: "named"}), on="shop", how="left")
    known = known.join(least[1].rename({key: "known"}), on="shop", how="left").sort("shop")
    shops = tuple(
        (ids[shop], bool(having[shop]), int(naming[shop]), one, other)
        for shop, one, other in known.select("shop", "named", "known").iter_rows()
    )
    first = ids[int(np.flatnonzero(having)[0])] if having.any() else None
    return LinkFacts(name, link.column, bool(finding.any()), first, shops)


def on_lost_links(found: Iterable[LinkFacts], streams: Mapping[str, Stream]) -> Iterator[Notice]:
    """Yield what the facts of all partitions say: the same as of all events together."""
    every: dict[tuple[str, str], list[LinkFacts]] = {}
    for facts in found:
        every.setdefault((facts.stream, facts.column), []).append(facts)
    for (name, column), parts in sorted(every.items()):
        link = next(one for one in streams[name].links if one.column == column)
        firsts = [part.least_shop for part in parts if part.least_shop is not None]
        shops = sorted(shop for part in parts for shop in part.shops)
        if not firsts or not shops:
            continue
        finds = [("", True, 1, "", None)] if any(part.finds for part in parts) else []
        _, having, naming, *_ = (np.array(cells) for cells in zip(*shops, *finds, strict=True))
        finding = np.arange(len(having)) >= len(shops)
        told = lost_shops(naming, finding.astype(np.int64), having.astype(np.bool_))
        lost = [shop for shop, is_told in zip(shops, told, strict=False) if is_told]
        if lost:
            known = [one[4] for one in lost if one[4] is not None]
            ids = min(one[3] for one in lost), min(known, default=None)
            rows = sum(one[2] for one in lost)
            yield no_links(name, link, rows, [one[0] for one in lost], ids, min(firsts))
