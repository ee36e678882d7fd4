"""Look-ups are exact, also where hashes are alike."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from shopscore.reading.rows import keys
from shopscore.reading.rows import latest_state as latest
from shopscore.reading.rows.keys import KeyIndex, hashes, positions
from support.event_rows import books, read, rows

Hasher = Callable[[pl.DataFrame], Any]

HASHERS: dict[str, Hasher] = {
    "one value": lambda key: np.zeros(len(key), dtype=np.uint64),
    "two halves": lambda key: (hashes(key) % np.uint64(2)) << np.uint64(63),
    "few values": lambda key: (hashes(key) % np.uint64(5)) << np.uint64(40),
    "low half only": lambda key: hashes(key) & np.uint64(2**32 - 1),
    "largest": lambda key: np.full(len(key), 2**64 - 1, dtype=np.uint64),
    "as it is": hashes,
}


@pytest.fixture(params=HASHERS)
def hasher(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Hasher:
    """Hashes that collide."""
    found = HASHERS[request.param]
    monkeypatch.setattr(keys, "hashes", found)
    monkeypatch.setattr(latest, "hashes", found)
    return found


def frame(pairs: list[tuple[int, str]]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema={"shop": pl.UInt32, "order_id": pl.String}, orient="row")


@pytest.mark.slow
@pytest.mark.parametrize("chunk", [1, 7, 1 << 18])
def test_positions_are_those_of_a_dictionary(
    hasher: Hasher, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "CHUNK", chunk)
    rng = random.Random(1)
    pairs = list(
        {(rng.randrange(4), rng.choice("abcdé店") * rng.randrange(1, 4)) for _ in range(60)}
    )
    rng.shuffle(pairs)
    asked = 40 if chunk == 1 else 150  # one by one takes long
    wanted = [
        (rng.randrange(5), rng.choice("abcdé店x") * rng.randrange(1, 5)) for _ in range(asked)
    ]
    there = {pair: row for row, pair in enumerate(pairs)}
    table = frame(pairs)
    found = positions(table, KeyIndex.of(hasher(table)), frame(wanted))
    assert found.tolist() == [there.get(pair, -1) for pair in wanted]


@pytest.mark.parametrize(("known", "asked"), [(0, 0), (0, 3), (3, 0), (1, 1)])
def test_small_tables(hasher: Hasher, known: int, asked: int) -> None:
    table, wanted = (frame([(1, str(i)) for i in range(n)]) for n in (known, asked))
    found = positions(table, KeyIndex.of(hasher(table)), wanted)
    assert found.tolist() == [i if i < known else -1 for i in range(asked)]


def test_candidates_hold_every_duplicate(hasher: Hasher) -> None:
    rng = random.Random(2)
    pairs = [(rng.randrange(3), str(rng.randrange(20))) for _ in range(80)]
    found = set(KeyIndex.of(hasher(frame(pairs))).candidates().tolist())
    duplicates = {row for row, pair in enumerate(pairs) if pairs.count(pair) > 1}
    assert duplicates <= found
    assert KeyIndex.of(hasher(frame([]))).candidates().tolist() == []


def test_equal_keys_have_equal_hashes() -> None:
    table = frame([(1, "a"), (2, "a"), (1, "b"), (1, "a")])
    first, other, third, again = hashes(table).tolist()
    assert first == again
    assert len({first, other, third}) == 3
    assert hashes(table[3:]).tolist() == [first]


def test_hashes_do_not_depend_on_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    table = frame([(i % 3, str(i)) for i in range(50)])
    whole = hashes(table).tolist()
    monkeypatch.setattr(keys, "CHUNK", 7)
    assert hashes(table).tolist() == whole
    pieces = pl.concat([table[:11], table[11:13], table[13:]], rechunk=False)
    assert hashes(pieces).tolist() == whole


def test_events_are_the_same_under_collisions(hasher: Hasher) -> None:
    rng = random.Random(3)
    orders = [
        {
            "shop_id": rng.choice("AB"),
            "order_id": str(rng.randrange(25)),
            "carrier": rng.choice("xyz"),
        }
        for _ in range(80)
    ]
    reviews = [
        {
            "shop_id": rng.choice("AB"),
            "review_id": str(i),
            "reviewed_at": "2024-06-01 10:00:00",
            "rating": "5",
            "order_id": str(rng.randrange(30)),
        }
        for i in range(60)
    ]
    newest: dict[tuple[str, str], str] = {}
    for o in orders:
        key = o["shop_id"], o["order_id"]
        newest[key] = max(o["carrier"], newest.get(key, ""))
    events = read(orders=orders, reviews=reviews)
    assert {(r["shop_id"], r["order_id"]): r["carrier"] for r in rows(events, "orders")} == newest
    assert books(events)["replaced"] == len(orders) - len(newest)
    named = {r["review_id"]: (r["shop_id"], r["order_id"]) for r in reviews}
    for row in rows(events, "reviews"):
        pair = named[row["review_id"]]
        assert row["_order"] == (pair[1] if pair in newest else None)
    assert books(events, "reviews").get("unlinked", 0) == sum(
        p not in newest for p in named.values()
    )
