"""Believable and nasty events: random shops, their superseded states, and cells that went wrong.

What the pages leave open is left out, so that a difference from the package is worth a look:
among states of a key with equal `updated_at` no cell is unreadable (which of two states wins would
decide whether the repair is counted), a row has at most one defect, and no number has a spelling
of which the pages do not speak (`5.0` stars, `1,234.50`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from random import Random

from oracle.canonical_streams import STREAMS, Column, Stream
from oracle.cell_meanings import SECONDS_PER_DAY, Value, canonical
from oracle.cell_spellings import UNREADABLE_TIMES, spell
from oracle.event_loading import EXTRA_CELLS, Row, as_csv
from oracle.half_cent_shops import half_cent_events
from oracle.random_shops import ShopMaker

__all__ = ["Events", "half_cent_events", "random_events", "write_folder"]

Events = dict[str, list[dict[str, str]]]

AS_OF = date(2024, 6, 30)
NOTES = ("", "", "ok", 'two\nlines, "quoted"', "three\nwhole\nlines", "，")


def random_events(
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
    idle = ShopMaker(rng, typed, "S-idle", as_of)
    idle.add("shops", industry=rng.choice(("apparel", "unknown")), name="no events at all")
    events: Events = {}
    for name, stream in STREAMS.items():
        rows = typed[name] + _superseded(rng, stream, typed[name])
        rng.shuffle(rows)  # so that a state stands before or after the one that replaces it
        texts = [_spelled(rng, stream, row) for row in rows]
        dropped = (drop_columns or {}).get(name, set())
        _spoil(rng, stream, rows, texts, timeless="updated_at" in dropped)
        events[name] = [
            {column: cell for column, cell in text.items() if column not in dropped}
            for text in texts
        ]
    return events


def write_folder(events: Mapping[str, list[dict[str, str]]], folder: Path) -> None:
    """One CSV file per stream, in UTF-8."""
    folder.mkdir(parents=True, exist_ok=True)
    for stream, rows in events.items():
        (folder / f"{stream}.csv").write_text(as_csv(stream, rows), encoding="utf-8", newline="")


def _make_shop(
    rng: Random, typed: dict[str, list[Row]], index: int, orders: int, as_of: date
) -> None:
    """The parts that shops play, in turn: plain, its twin, alone in its industry, nameless, small.

    A twin has the events of the shop before it, so all its values are ties.
    """
    shop = f"S{index + 1:03}"
    maker = ShopMaker(rng, typed, shop, as_of)
    part = ("plain", "plain", "twin", "alone", "nameless", "small")[index % 6]
    industry = "apparel" if index < 6 or rng.random() < 0.5 else "food"
    if part == "twin":
        _copy_shop(rng, typed, f"S{index:03}", shop)
    else:
        maker.make(rng.randrange(10, 28) if part == "small" else orders)
    if part == "alone":
        industry = rng.choice((f"solo {index}", "unknown"))  # a peer of those without a name
    if part != "nameless":
        opened = maker.moment() // SECONDS_PER_DAY * SECONDS_PER_DAY
        kind = rng.choice((None, "flagship", "personal"))
        maker.add("shops", industry=industry, shop_type=kind, name=f"店 {shop}", opened_at=opened)


def _copy_shop(rng: Random, typed: dict[str, list[Row]], original: str, twin: str) -> None:
    """An exact twin, or one whose goods and logistics are equal and whose service is not."""
    exact = rng.random() < 0.5
    for stream, rows in typed.items():
        if stream == "shops" or (stream in ("complaints", "conversations") and not exact):
            continue
        copies = [{**row, "shop_id": twin} for row in rows if row["shop_id"] == original]
        rows.extend(copies)


def _superseded(rng: Random, stream: Stream, rows: list[Row]) -> list[Row]:
    """Other states of some rows: older, newer, of the same time, or of no time."""
    states: list[Row] = []
    for row in rows:
        if rng.random() >= 0.06:
            continue
        other = dict(row)
        free = sorted(set(stream.columns) - set(stream.key) - {"updated_at"})
        for name in rng.sample(free, min(2, len(free))):
            other[name] = _changed(rng, stream.columns[name], other[name], name in stream.required)
        times = rng.choice(("older", "newer", "equal", "both none", "one none", "copy"))
        at = row["updated_at"]
        row["updated_at"] = start = at if isinstance(at, int) else 1_700_000_000
        other["updated_at"] = start + {"older": -1, "newer": 1}.get(times, 0)
        if times == "both none":
            row["updated_at"] = other["updated_at"] = None
        if times == "one none":
            rng.choice((row, other))["updated_at"] = None
        states.append(dict(row) if times == "copy" else other)
    return states


def _changed(rng: Random, column: Column, value: Value, required: bool) -> Value:
    """Another valid value of the column."""
    if not required and rng.random() < 0.15:
        return None
    if column.kind == "time":
        start = value if isinstance(value, int) else 1_718_000_000
        return start + rng.choice((-1, 1, 3600, -40 * SECONDS_PER_DAY, 30 * SECONDS_PER_DAY))
    if column.kind == "boolean":
        return rng.random() < 0.5
    if column.kind == "enum":
        return rng.choice(column.words)
    if column.kind == "day":
        return rng.randrange(19_000, 20_000) * SECONDS_PER_DAY
    if column.kind in ("rating", "integer", "money"):
        return rng.randint(1, 5)
    if column.kind == "number":
        return rng.randint(0, 1)
    return rng.choice(("apparel", "O1", "O2", "é", "中"))


def _spelled(rng: Random, stream: Stream, row: Row) -> dict[str, str]:
    """The row as text, with columns that nobody knows at the front, in the middle and at the end.

    The cells of the last one may span lines, which only line numbers notice.
    """
    text = {name: spell(rng, row[name], column) for name, column in stream.columns.items()}
    front, back = list(text.items())[:3], list(text.items())[3:]
    number = str(rng.randrange(10**6))
    return {"row no.": number, **dict(front), "备注": "", **dict(back), "note": rng.choice(NOTES)}


def _spoil(
    rng: Random, stream: Stream, rows: list[Row], texts: list[dict[str, str]], *, timeless: bool
) -> None:
    """One defect in some rows: of those that set a row aside, or of those that are repaired.

    `timeless`: the file will have no updated_at, so all states of a key will tie.
    """

    def key(row: Row, *more: str) -> tuple[str, ...]:
        return tuple(canonical(row[name]) for name in (*stream.key, *more))

    states = Counter(key(row) for row in rows)
    same_time = states if timeless else Counter(key(row, "updated_at") for row in rows)
    for row, text in zip(rows, texts, strict=True):
        chance = rng.random()
        if chance < 0.012:
            name, cell = rng.choice(_setting_aside(rng, stream))
            text[name] = cell
        elif chance < 0.024 and same_time[key(row) if timeless else key(row, "updated_at")] == 1:
            names = [name for name, _ in _repairable(stream) if text[name].strip()]
            if states[key(row)] > 1:  # without its time it might tie with another state
                names = [name for name in names if name != "updated_at"]
            if names:
                name = rng.choice(names)
                text[name] = rng.choice(dict(_repairable(stream))[name])


def _setting_aside(rng: Random, stream: Stream) -> list[tuple[str, str]]:
    """(column, cell) that sets a row aside, as many of a kind as there are columns for it."""
    defects = [(name, rng.choice(("", "   "))) for name in stream.required]
    defects.append((EXTRA_CELLS, "one too many"))
    for name, column in stream.columns.items():
        needed = name in stream.required or name == "paid_at"
        if column.kind in ("time", "day") and needed:
            defects.append((name, rng.choice(UNREADABLE_TIMES)))
        if column.kind == "time" and needed:
            defects.append((name, "2024-06-01"))  # a date is no time
        if column.kind == "enum":
            defects.append((name, "no such word"))
        if column.kind == "rating":
            defects.append((name, rng.choice(("9", "0", "6", "-1"))))
        if column.kind == "rating" and needed:
            defects.append((name, "good"))
        if column.kind == "money":
            defects.append((name, "-0.01"))
    return defects


def _repairable(stream: Stream) -> list[tuple[str, tuple[str, ...]]]:
    """(column, unreadable cells) of optional columns: the row stays and the cell becomes null."""
    nonsense = {
        "time": UNREADABLE_TIMES,
        "day": ("soon", "2024-00-10"),
        "boolean": ("maybe", "2", "真"),
        "money": ("free", "￥12"),
        "integer": ("many",),
        "number": ("n/a",),
        "rating": ("good",),
    }
    return [
        (name, nonsense[column.kind])
        for name, column in stream.columns.items()
        if column.kind in nonsense and name not in stream.required and name != "paid_at"
    ]
