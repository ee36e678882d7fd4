"""Whatever the batches and their order: a ledger knows what one run over all files knows."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import shopscore as ss
from oracle.random_events import random_events
from shopscore.counting.cells import Cells
from shopscore.counting.resolution import resolve_events
from shopscore.counting.state import Tallies
from shopscore.ledger.ledger import Ledger
from shopscore.ledger.maintaining import tallies_of
from shopscore.ledger.stored_cells import read_cells, with_shops
from shopscore.ledger.stored_tallies import StoredTallies
from shopscore.testing.toy import PLATFORM as TOY
from support import buyer_platform, parcel_platform
from support.event_rows import frame
from support.ledger_batches import all_in_one, assert_as_recomputed, write_batches

AS_OF = "2024-06-30"
CARDS: dict[str, list[dict[str, Any]]] = {
    "toy": [{"platform": TOY, "ruleset": v} for v in TOY.scorecard("service").versions],
    "douyin": [
        {"platform": "douyin", "ruleset": "2022"},
        {"platform": "douyin", "ruleset": "2026-09-08"},
        {"platform": "douyin", "scorecard": "global", "ruleset": "2026-05-07"},
    ],
    "etsy": [
        {"platform": "etsy", "scorecard": "service_standards", "ruleset": "2024-09"},
        {"platform": "etsy", "scorecard": "star_seller", "ruleset": "2024-09"},
    ],
    "ebay": [{"platform": "ebay", "ruleset": "us-2025"}],
    "buyers": [{"platform": buyer_platform.PLATFORM, "ruleset": buyer_platform.RULES}],
}
seeds = st.integers(0, 10**6)


def rows_on_days(cells: Cells) -> Counter[int]:
    """How many rows each day has, whatever their shop."""
    found: Counter[int] = Counter()
    for day, count in zip(cells.days.tolist(), cells.counts.tolist(), strict=True):
        found[day] += count
    return found


# these examples are large: shrinking them takes minutes and explains little
few = settings(max_examples=4, phases=(Phase.explicit, Phase.generate))


@pytest.mark.slow
@pytest.mark.parametrize("platform", CARDS)
@given(seed=seeds, cut=seeds)
@few
def test_any_batches_in_any_order(platform: str, seed: int, cut: int) -> None:
    """At the end, and as it was known after any of them, whatever was scored in between."""
    cards = [{**card, "as_of": AS_OF} for card in CARDS[platform]]
    whose = cards[0]["platform"]
    rng = Random(cut)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        batches = write_batches(random_events(seed, shops=5, orders=40), folder, cut)
        ledger = Ledger.create(folder / "ledger", platform=whose)
        for number, batch in enumerate(batches):
            assert ledger.ingest(batch, known_at=f"2024-07-{number + 1:02}").report.books
            if rng.random() < 0.4:
                ledger.score(**rng.choice(cards))
            if rng.random() < 0.15:
                ledger.compact()
            if rng.random() < 0.2:
                assert ledger.ingest(batch, known_at=f"2024-07-{number + 1:02}").seq is None
        whole = ss.read_events(all_in_one(batches, folder / "all"), platform=whose)
        assert_as_recomputed(ledger, whole, cards)
        assert ledger.verify().is_good
        then = rng.randrange(len(batches))
        known = all_in_one(batches[: then + 1], folder / "then")
        assert_as_recomputed(
            Ledger.open(folder / "ledger", platform=whose),
            ss.read_events(known, platform=whose),
            cards,
            known_at=f"2024-07-{then + 1:02}",
        )


@pytest.mark.slow
@given(seed=seeds, cut=seeds)
@settings(max_examples=8, phases=(Phase.explicit, Phase.generate))
def test_rows_that_name_rows_of_any_stream(seed: int, cut: int) -> None:
    """A platform's own streams and links: the cells are those of all rows at once."""
    rules = parcel_platform.rules_with(*(tally for tally, _ in parcel_platform.LINKED))
    streams, rng = parcel_platform.random_parcels(seed), Random(cut)
    batches: list[dict[str, list[dict[str, str]]]] = [{} for _ in range(rng.randint(1, 4))]
    for name, rows in streams.items():
        for row in rows:
            for batch in rng.sample(batches, rng.choice((1, 1, 1, min(2, len(batches))))):
                batch.setdefault(name, []).append(row)
    tallies = tallies_of(rules)
    with tempfile.TemporaryDirectory() as made:
        ledger = Ledger.create(Path(made, "ledger"), platform=parcel_platform.PLATFORM)
        for batch in filter(None, batches):
            ledger.ingest({name: frame(rows) for name, rows in batch.items()})
            if rng.random() < 0.5:
                ledger._place.counted(tallies, None, print)
        head = ledger._place.counted(tallies, None, print)
        found = StoredTallies.read(snapshot := ledger._place.snapshot_of(head), tallies)
        cells = read_cells(snapshot, found.kept)
    events = ss.read_events(
        {name: frame(rows) for name, rows in streams.items()}, platform=parcel_platform.PLATFORM
    )
    whole = Tallies.of(resolve_events(events, rules))
    assert found.shop_ids.equals(whole.shop_ids)
    assert {*found.daily} | {*cells} == {*whole.daily}
    for name, own in cells.items():
        assert with_shops(own, snapshot.places) == whole.daily[name]
    for name, own in found.daily.items():
        assert rows_on_days(own) == rows_on_days(whole.daily[name])
    assert found.columns == whole.columns
