"""Random events, as `random_events` makes them, for the metrics of Kuaishou, Tmall and Pinduoduo.

The same spellings, superseded states and defects; only what happens in the shops differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from random import Random

from oracle.canonical_streams import STREAMS, Stream
from oracle.event_loading import Row
from oracle.random_events import (
    AS_OF,
    Events,
    _copy_shop,
    _spelled,
    _spoil,
    _superseded,
    write_folder,
)
from oracle.random_platform_shops import PlatformShopMaker

__all__ = ["Events", "random_platform_events", "write_folder"]


def random_platform_events(
    seed: int,
    *,
    shops: int = 6,
    orders: int = 120,
    as_of: date = AS_OF,
    drop_columns: Mapping[str, set[str]] | None = None,
) -> Events:
    """Rows of text cells by stream: `shops` shops with about `orders` orders each, and an idle one.

    `drop_columns` names columns to leave out by stream. The same arguments give the same events.
    """
    rng = Random(seed)
    typed: dict[str, list[Row]] = {stream: [] for stream in STREAMS}
    for index in range(shops):
        _make_shop(rng, typed, index, orders, as_of)
    idle = PlatformShopMaker(rng, typed, "S-idle", as_of)
    idle.add("shops", industry=rng.choice(("apparel", "unknown")), name="no events at all")
    events: Events = {}
    for name, stream in STREAMS.items():
        # no rivals for a half: how a state's fraction compares as text, no page says
        rivals = [row for row in typed[name] if not _has_half(row)]
        rows = typed[name] + _superseded(rng, stream, rivals)
        rng.shuffle(rows)
        texts = [_spelled_with_halves(rng, stream, row) for row in rows]
        dropped = (drop_columns or {}).get(name, set())
        _spoil(rng, stream, rows, texts, timeless="updated_at" in dropped)
        events[name] = [
            {column: cell for column, cell in text.items() if column not in dropped}
            for text in texts
        ]
    return events


def _make_shop(
    rng: Random, typed: dict[str, list[Row]], index: int, orders: int, as_of: date
) -> None:
    """In turn: plain, its twin (all values tie), alone in its industry, nameless, small."""
    shop = f"S{index + 1:03}"
    maker = PlatformShopMaker(rng, typed, shop, as_of)
    part = ("plain", "plain", "twin", "alone", "nameless", "small")[index % 6]
    if part == "twin":
        _copy_shop(rng, typed, f"S{index:03}", shop)
    else:
        maker.make(rng.randrange(10, 28) if part == "small" else orders)
    if part != "nameless":
        industry = "apparel" if index < 6 or rng.random() < 0.5 else "food"
        maker.add("shops", industry=f"solo {index}" if part == "alone" else industry)


def _has_half(row: Row) -> bool:
    return any(isinstance(value, Fraction) for value in row.values())


def _spelled_with_halves(rng: Random, stream: Stream, row: Row) -> dict[str, str]:
    cells = _spelled(rng, stream, row)
    if _has_half(row):
        cells["value"] = "0.5"
    return cells
