"""What was counted elsewhere counts as if its rows were here, once, and is never taken for rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopscore as ss
from shopscore.ledger.ledger import Ledger
from shopscore.samples import generate
from shopscore.testing.toy import PLATFORM as TOY
from support import buyer_platform

END, AS_OF = date(2025, 3, 31), "2025-03-31"
RULES: dict[str, dict[str, Any]] = {
    "toy": {"platform": TOY, "as_of": AS_OF},
    "douyin": {"platform": "douyin", "ruleset": "2022", "as_of": AS_OF},
    "buyers": {
        "platform": buyer_platform.PLATFORM,
        "ruleset": buyer_platform.RULES,
        "as_of": AS_OF,
    },
}
Frames = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def sample() -> Frames:
    return {n: pl.DataFrame(t) for n, t in generate(shops=8, orders=400, end=END).items()}


def cut(sample: Frames, ids: pl.Series, column: str) -> tuple[Frames, Frames]:
    """The rows that name one of some orders or shops, and the others; both have all shops."""
    own, others = {"shops": sample["shops"]}, {"shops": sample["shops"]}
    for name, rows in sample.items():
        if name == "shops":
            continue
        here = rows[column].is_in(ids.implode()) if column in rows.columns else None
        own[name] = rows.clear() if here is None else rows.filter(here.fill_null(False))
        others[name] = rows if here is None else rows.filter(~here.fill_null(False))
    return own, others


def halves(sample: Frames, rules: str) -> tuple[Frames, Frames]:
    """Whole orders, or whole shops where a tally looks beyond orders."""
    column = "shop_id" if rules == "buyers" else "order_id"
    ids = sample["orders" if column == "order_id" else "shops"][column].sort()
    return cut(sample, ids.gather_every(2), column)


def counted(frames: Frames, rules: str) -> ss.Tallies:
    return ss.tally(ss.resolve(frames, **RULES[rules]))


def ledger_of(folder: Path, rules: str) -> Ledger:
    return Ledger.create(folder / "ledger", platform=RULES[rules]["platform"])


def shown(result: ss.Result) -> pl.DataFrame:
    return result.to_polars()


def scored(ledger: Ledger, rules: str, **more: Any) -> ss.Result:
    return ledger.score(**{**RULES[rules], **more})


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("first", ["counted", "rows"])
def test_parts_and_rows_are_what_all_rows_are(
    sample: Frames, tmp_path: Path, rules: str, first: str
) -> None:
    elsewhere, here = halves(sample, rules)
    ledger = ledger_of(tmp_path, rules)
    steps = [
        lambda: ledger.add_counted(counted(elsewhere, rules), known_at="2025-04-01").seq,
        lambda: ledger.ingest(here, known_at="2025-04-01").seq,
    ]
    done = [step() for step in (steps if first == "counted" else reversed(steps))]
    assert done == [1, 2]
    whole = ss.score(sample, **RULES[rules])
    found = scored(ledger, rules)
    assert shown(found).equals(shown(whole))
    assert [n.code for n in found.notices if n.code == "counted_parts"] == ["counted_parts"]
    assert ledger.verify().is_good
    assert ledger.add_counted(counted(elsewhere, rules), known_at="2025-04-01").seq is None
    ledger.compact()
    assert shown(scored(ledger, rules)).equals(shown(whole))


def test_a_difference_corrects_what_was_added(sample: Frames, tmp_path: Path) -> None:
    """As it was known before it, and since."""
    elsewhere, here = halves(sample, "toy")
    worse = elsewhere["reviews"].with_columns(
        rating=pl.lit(1).cast(elsewhere["reviews"]["rating"].dtype)
    )
    changed = {**elsewhere, "reviews": worse}
    old, new = counted(elsewhere, "toy"), counted(changed, "toy")
    ledger = ledger_of(tmp_path, "toy")
    ledger.add_counted(old, known_at="2025-04-01")
    ledger.ingest(here, known_at="2025-04-01")
    before = scored(ledger, "toy")
    assert ledger.add_counted(new - old, known_at="2025-04-03").seq == 3
    assert ledger.add_counted(new - old, known_at="2025-04-03").seq is None
    both = {n: pl.concat([t, here[n]]).unique() for n, t in changed.items()}
    assert shown(scored(ledger, "toy")).equals(shown(ss.score(both, **RULES["toy"])))
    assert not shown(scored(ledger, "toy")).equals(shown(before))
    assert shown(scored(ledger, "toy", known_at="2025-04-02")).equals(shown(before))
    assert ledger.verify().is_good
    with pytest.raises(ss.StateError, match="never added"):
        ledger_of(tmp_path / "other", "toy").add_counted(new - old)


def test_nothing_counts_twice(sample: Frames, tmp_path: Path) -> None:
    elsewhere, here = halves(sample, "toy")
    ids = elsewhere["orders"]["order_id"].sort()
    some, _ = cut(sample, ids[:9], "order_id")
    ledger = ledger_of(tmp_path, "toy")
    ledger.ingest(here)
    with pytest.raises(ss.StateError, match="would count twice"):
        ledger.add_counted(counted(sample, "toy"))
    ledger.add_counted(counted(elsewhere, "toy"))
    with pytest.raises(ss.StateError, match="twice"):
        ledger.add_counted(counted({**elsewhere, "orders": elsewhere["orders"].head(99)}, "toy"))
    with pytest.raises(ss.StateError, match=f"order {ids[0]} of shop .* was counted elsewhere"):
        ledger.ingest({"shops": some["shops"], "orders": some["orders"].sort("order_id")})
    late = some["reviews"].head(1).with_columns(review_id=pl.lit("new"))
    with pytest.raises(ss.StateError, match="stream reviews: order"):
        ledger.ingest({"reviews": late})
    assert ledger.ingests().height == 2
    assert shown(scored(ledger, "toy")).equals(shown(ss.score(sample, **RULES["toy"])))


def test_whole_shops_and_orders_do_not_mix(sample: Frames, tmp_path: Path) -> None:
    elsewhere, here = halves(sample, "buyers")
    ledger = ledger_of(tmp_path, "buyers")
    ledger.add_counted(counted(elsewhere, "buyers"))
    own = elsewhere["orders"].head(1).with_columns(order_id=pl.lit("6900000000000000001"))
    with pytest.raises(ss.StateError, match="was counted elsewhere"):
        ledger.ingest({"orders": own})
    ledger.ingest(here)
    other = ledger_of(tmp_path / "rows", "buyers")
    other.ingest(elsewhere)
    with pytest.raises(ss.StateError, match="would count twice"):
        other.add_counted(counted(elsewhere, "buyers"))


def test_what_needs_rows_is_refused(sample: Frames, tmp_path: Path) -> None:
    elsewhere, here = halves(sample, "toy")
    ledger = ledger_of(tmp_path, "toy")
    ledger.ingest(here, known_at="2025-04-01")
    ledger.add_counted(counted(elsewhere, "toy"), known_at="2025-04-02")
    for ask in (
        ledger.events,
        lambda: ledger.track(start=AS_OF, end=AS_OF),
        lambda: ledger.explain(as_of=AS_OF),
        lambda: ledger.todo(now="2025-03-31 12:00"),
        lambda: ledger.export(tmp_path / "out"),
        lambda: ledger.forget(before="2025-01-01"),
        lambda: ledger.forget(elsewhere["orders"]["shop_id"][0]),
    ):
        with pytest.raises(ss.StateError, match="counted elsewhere"):
            ask()
    assert len(ledger.events(known_at="2025-04-01").frames["orders"]) == len(here["orders"])
    with pytest.raises(ss.StateError, match=r"ingest 2 does not count .*, which the rules need"):
        ledger.score(AS_OF, assume={"bad_review.max_rating": 1})
    with pytest.raises(ss.StateError, match="another clock"):
        ledger.add_counted(ss.tally(ss.resolve(here, tz="Europe/Paris", **RULES["toy"])))
    assert ledger.revision(AS_OF, known_at="2025-04-01").rows.is_empty()


def test_cells_that_are_not_those_of_the_units(sample: Frames, tmp_path: Path) -> None:
    """``verify`` counts the check sum of parts again."""
    from shopscore.ledger.adding_counted import Part
    from shopscore.ledger.tables import Draft

    ledger = ledger_of(tmp_path, "toy")
    state = counted(halves(sample, "toy")[0], "toy")
    name = next(name for name, cells in state.daily.items() if len(cells))
    state.daily[name].counts[0] += 1  # type: ignore[index]
    with ledger._place.writing() as draft:
        assert isinstance(draft, Draft)
        Part(draft, ledger._place.snapshot_of(draft.head), state, 1).add()
    assert "check sum" in str(ledger.verify().problems[0])
