"""States in a ledger: what was counted elsewhere counts once, with rows that come later, or is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.ledger.commits import read_head
from shopscore.testing.toy import PLATFORM as TOY
from support import buyer_platform
from support.command_line import shopscore
from support.whole_orders import (
    AS_OF,
    before,
    days_of,
    of_orders,
    rest_of,
    sample,
    shops_in,
    state_of,
)

RULES: dict[str, Any] = {"platform": "pinduoduo", "ruleset": "2022"}
CARD: dict[str, Any] = {"ruleset": "2022"}
BEYOND: dict[str, Any] = {"platform": "douyin", "ruleset": "2026-09-08"}
TOY_RULES: dict[str, Any] = {"platform": TOY, "ruleset": TOY.scorecards[0].versions[-1]}
BUYERS: dict[str, Any] = {"platform": buyer_platform.PLATFORM, "ruleset": buyer_platform.RULES}
CUT = date(2025, 3, 21)
OLD = of_orders(sample(), before(CUT))
NEW = rest_of(sample(), OLD)


@pytest.fixture(scope="module")
def state() -> ss.Tallies:
    return state_of(OLD, **RULES)


@pytest.fixture
def ledger(tmp_path: Path, state: ss.Tallies) -> ss.Ledger:
    """A ledger with what was counted of old orders."""
    made = ss.Ledger.create(tmp_path / "ledger", platform="pinduoduo", wait=0.3)
    made.add_counted(state, known_at="2025-03-21")
    return made


def whole(frames: Any = None, **rules: Any) -> str:
    """What one run over everything shows."""
    return shops_in(ss.score(frames or sample(), as_of=AS_OF, **{**RULES, **rules}))


def scored(ledger: ss.Ledger, **more: Any) -> str:
    return shops_in(ledger.score(AS_OF, **{**CARD, **more}))


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["pinduoduo", "douyin", "wechat"])
def test_ninety_days_as_counted_and_ten_as_rows(platform: str, tmp_path: Path) -> None:
    versions = ss.platform(platform).scorecards[0].versions
    rules = {"platform": platform, "ruleset": versions[0]}
    ledger = ss.Ledger.create(tmp_path / "ledger", platform=platform)
    added = ledger.add_counted(state_of(OLD, **rules), known_at="2025-03-21")
    assert added.units == len(set(added_units(OLD)))
    ledger.ingest({"shops": sample()["shops"]}, known_at="2025-03-21")
    assert scored(ledger, ruleset=versions[0]) == whole(OLD, **rules)
    for number, day in enumerate(days_of(NEW)):
        ledger.ingest(day, known_at=f"2025-04-{number + 1:02}")
        if number == 4:
            ledger.compact()
    assert scored(ledger, ruleset=versions[0]) == whole(**rules)
    assert scored(ledger, ruleset=versions[0], known_at="2025-03-22") == whole(OLD, **rules)
    verified = ledger.verify()
    assert verified.is_good
    assert verified.counted > 1000


def added_units(frames: Any) -> list[tuple[str, ...]]:
    """Orders, and rows that name none, by plain loops."""
    keys = {"violations": "violation_id", "conversations": "session_id"}
    found = []
    for name, rows in frames.items():
        if name == "shops":
            continue
        for row in rows.iter_rows(named=True):
            order = row.get("order_id")
            found.append(
                (row["shop_id"], order)
                if order
                else (name, row["shop_id"], str(row.get(keys.get(name, ""), row)))
            )
    return found


@pytest.mark.slow
@given(seed=st.integers(0, 10**6))
@settings(max_examples=5, phases=(Phase.explicit, Phase.generate))
def test_any_states_and_batches_in_any_order(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whole orders, each in a state or in a batch; states corrected, shops forgotten or compacted."""
    rng, left = Random(seed), sample()
    ledger = ss.Ledger.create(tmp_path_factory.mktemp("law") / "ledger", platform="pinduoduo")
    parts = []
    for _ in range(rng.randint(1, 4)):
        share = rng.random()
        chosen = [rng.random() < share for _ in range(len(left["orders"]))]
        part = of_orders(left, lambda _, chosen=chosen: pl.Series(chosen, dtype=pl.Boolean))
        left = rest_of(left, part)
        parts.append(part)
    for number, part in enumerate([*parts, left]):
        known = {"known_at": f"2025-04-{number + 1:02}"}
        if rng.random() < 0.5 and number:
            ledger.score(AS_OF, **CARD)
        if rng.random() < 0.6:
            half = of_orders(part, before(date(2025, 2, 1)))
            if rng.random() < 0.5:
                ledger.add_counted(state_of(half, **RULES), **known)
                ledger.add_counted(state_of(part, **RULES) - state_of(half, **RULES), **known)
            else:
                ledger.add_counted(state_of(part, **RULES), **known)
        else:
            ledger.ingest(part, **known)
        if rng.random() < 0.2:
            ledger.compact()
    ledger.ingest({"shops": sample()["shops"]})
    assert scored(ledger) == whole()
    assert ledger.verify().is_good


def test_the_same_state_twice_changes_nothing(
    ledger: ss.Ledger, state: ss.Tallies, tmp_path: Path
) -> None:
    state.write_parquet(tmp_path / "state.parquet")
    assert ledger.add_counted(state).seq is None
    assert ledger.add_counted(tmp_path / "state.parquet").seq is None
    assert ledger.ingests()["counted"].to_list() == [len(state.scope.marks)]


def test_what_shares_units_with_a_state_is_refused(ledger: ss.Ledger) -> None:
    """Another state, its rows, and rows of a lone kind that was counted."""
    wider = state_of(of_orders(sample(), before(date(2025, 3, 25))), **RULES)
    shared = len(added_set(OLD))
    with pytest.raises(ss.StateError, match=f"{shared} units of this state came to the ledger"):
        ledger.add_counted(wider)
    order = OLD["orders"].row(0, named=True)
    with pytest.raises(ss.StateError) as refused:
        ledger.ingest({"orders": OLD["orders"].head(1)})
    assert f"orders {order['order_id']} of shop {order['shop_id']}" in str(refused.value)
    late = OLD["reviews"].tail(1).with_columns(pl.lit("R-late").alias("review_id"))
    with pytest.raises(ss.StateError, match=r"1 row of orders .* reviews R-late, order"):
        ledger.ingest({"reviews": late})
    alone = OLD["conversations"].filter(pl.col("order_id").is_null()).head(1)
    known = alone["session_id"].item()
    with pytest.raises(ss.StateError, match=known):  # it names an order now, which is new
        ledger.ingest({"conversations": alone.with_columns(order_id=NEW["orders"]["order_id"][:1])})
    assert len(ledger.ingests()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("first", ["counted", "rows"])
@pytest.mark.parametrize("rules", [TOY_RULES, BUYERS], ids=["orders", "shops"])
def test_a_part_and_rows_in_any_order(rules: dict[str, Any], first: str, tmp_path: Path) -> None:
    """Whole orders, or whole shops where a tally looks beyond orders."""
    if rules is BUYERS:
        odd = pl.col("shop_id").str.slice(-1).is_in(["1", "3", "5"])
        part = {n: rows if n == "shops" else rows.filter(odd) for n, rows in sample().items()}
    else:
        part = of_orders(sample(), lambda orders: orders["order_id"].hash(1) % 2 == 0)
    ledger = ss.Ledger.create(tmp_path / "ledger", platform=rules["platform"])
    steps: list[Callable[[], object]] = [
        lambda: ledger.add_counted(state_of(part, **rules), known_at="2025-04-01").seq,
        lambda: ledger.ingest(rest_of(sample(), part), known_at="2025-04-01").seq,
    ]
    assert [step() for step in (steps if first == "counted" else reversed(steps))] == [1, 2]
    found = ledger.score(AS_OF, **rules)
    assert shops_in(found) == whole(**rules)
    assert "counted_parts" in {one.code for one in found.notices}
    ledger.compact()
    assert shops_in(ledger.score(AS_OF, **rules)) == whole(**rules)
    assert ledger.verify().is_good


def added_set(frames: Any) -> set[tuple[str, ...]]:
    return set(added_units(frames))


def test_a_state_of_rows_that_are_here_is_refused(tmp_path: Path, state: ss.Tallies) -> None:
    made = ss.Ledger.create(tmp_path / "ledger", platform="pinduoduo")
    made.ingest({name: rows for name, rows in OLD.items() if name in ("reviews", "shops")})
    count = len(OLD["reviews"])
    with pytest.raises(ss.StateError, match=f"{count} rows of what this state counts"):
        made.add_counted(state)
    alone = OLD["conversations"].filter(pl.col("order_id").is_null()).head(1)
    named = alone.with_columns(order_id=pl.lit("6900000000999999999"))
    made.ingest({"conversations": named})
    lone = {"orders": OLD["orders"].clear(), "conversations": alone, "shops": OLD["shops"]}
    with pytest.raises(ss.StateError, match=alone["session_id"].item()):  # it named no order then
        made.add_counted(state_of(lone, **RULES))
    assert len(made.ingests()) == 2


def test_a_late_review_comes_as_a_difference(ledger: ss.Ledger, state: ss.Tallies) -> None:
    ledger.ingest(NEW, known_at="2025-04-01")
    unreviewed = OLD["orders"].join(OLD["reviews"], on="order_id", how="anti").tail(1)
    late = (
        OLD["reviews"]
        .tail(1)
        .with_columns(
            pl.lit("R-late").alias("review_id"),
            shop_id=unreviewed["shop_id"],
            order_id=unreviewed["order_id"],
            rating=pl.lit(1, pl.Int64),
        )
    )
    more = {**OLD, "reviews": pl.concat([OLD["reviews"], late])}
    new = state_of(more, **RULES)
    before = scored(ledger)
    assert ledger.add_counted(new - state, known_at="2025-04-02").units == 0
    after = {**sample(), "reviews": pl.concat([sample()["reviews"], late])}
    assert scored(ledger) == whole(after) != before
    assert scored(ledger, known_at="2025-04-01") == before == whole()
    assert ledger.add_counted(new - state).seq is None  # it is there
    again = late.with_columns(pl.lit("R-later").alias("review_id"))
    twice = {**more, "reviews": pl.concat([more["reviews"], again])}
    with pytest.raises(ss.StateError, match="takes away 1 unit which the ledger does not have"):
        ledger.add_counted(state_of(twice, **RULES) - state)  # of what it was before
    found = ledger.revision(AS_OF, known_at="2025-04-01", **CARD)
    assert [one.code for one in found.notices] == ["counted_parts"]
    assert shops_in(found.now) == whole(after)
    assert shops_in(found.then) == whole()
    assert ledger.verify().is_good


def test_a_state_is_taken_back(ledger: ss.Ledger, state: ss.Tallies) -> None:
    ledger.add_counted(-state)
    assert ledger.status().counted == 0
    assert ledger.ingest(OLD).added["orders"] == len(OLD["orders"])
    ledger.ingest(NEW)
    assert scored(ledger) == whole()
    assert ledger.events().digest == ss.read_events(sample(), platform="pinduoduo").digest


def test_rows_that_may_have_named_another_order_are_told(ledger: ss.Ledger) -> None:
    """Marks are of orders: of which one a row was when it was counted is not known."""
    review = OLD["reviews"].head(1).with_columns(order_id=NEW["orders"]["order_id"][:1])
    told = ledger.ingest({"reviews": review})
    assert [(one.code, one.stream) for one in told.notices if one.code == "may_be_counted"] == [
        ("may_be_counted", "reviews")
    ]


def test_what_was_not_counted_is_no_zero(
    tmp_path: Path, ledger: ss.Ledger, state: ss.Tallies
) -> None:
    """Rules that need more than was counted: an error, until that is counted of everything."""
    both = ss.Ledger.create(tmp_path / "both", platform=["pinduoduo", "kuaishou"])
    both.add_counted(state, known_at="2025-03-21")
    both.ingest(NEW, known_at="2025-04-01")
    other: dict[str, Any] = {"platform": "kuaishou", "ruleset": "2023"}
    with pytest.raises(ss.StateError, match="was not counted of them: im_3min_reply_rate"):
        both.score(AS_OF, **other)
    half = of_orders(OLD, before(date(2025, 2, 1)))
    both.add_counted(state_of(half, **other), known_at="2025-04-02")
    lacking = len(added_set(OLD)) - len(added_set(half))
    with pytest.raises(ss.StateError, match=rf"{lacking} of the {len(added_set(OLD))} orders"):
        both.score(AS_OF, **other)
    both.add_counted(state_of(OLD, **other) - state_of(half, **other), known_at="2025-04-03")
    assert shops_in(both.score(AS_OF, **other)) == whole(**other)
    assert shops_in(both.score(AS_OF, **RULES)) == whole()
    with pytest.raises(ss.StateError, match="was not counted"):  # nor was it known so then
        both.score(AS_OF, known_at="2025-04-01", **other)
    assert both.verify().is_good


@pytest.mark.slow
def test_shops_that_were_counted_as_a_whole(tmp_path: Path, state: ss.Tallies) -> None:
    """Tallies that look beyond orders: rows of other shops go with them, of the same ones none."""
    made = ss.Ledger.create(tmp_path / "ledger", platform=["douyin", "pinduoduo"])
    first = pl.col("shop_id").is_in(["S0001", "S0002", "S0003"])
    some = {name: rows.filter(first) for name, rows in sample().items()}
    others = {name: rows.filter(~first) for name, rows in sample().items()}
    added = made.add_counted(state_of(some, **BEYOND))
    assert (added.by_shop, added.units) == (True, 3)
    assert [one.code for one in added.notices] == ["industry_unknown"]
    made.ingest({**others, "shops": sample()["shops"]})
    assert shops_in(made.score(AS_OF, **BEYOND)) == whole(**BEYOND)
    row = some["orders"].head(1).with_columns(order_id=pl.lit("6900000000999999999"))
    with pytest.raises(ss.StateError, match="that shop came to this ledger as counted"):
        made.ingest({"orders": row})
    with pytest.raises(ss.StateError, match="rows of what this state counts"):
        made.add_counted(state_of(others, **BEYOND))
    with pytest.raises(ss.StateError, match="was counted by orders"):
        made.add_counted(state)
    more = {**some, "orders": pl.concat([some["orders"], row])}
    made.add_counted(state_of(more, **BEYOND) - state_of(some, **BEYOND))
    everything = {**sample(), "orders": pl.concat([sample()["orders"], row])}
    assert shops_in(made.score(AS_OF, **BEYOND)) == whole(everything, **BEYOND)
    made.forget("S0002")
    left = {name: rows.filter(pl.col("shop_id") != "S0002") for name, rows in everything.items()}
    assert shops_in(made.score(AS_OF, **BEYOND)) == whole(left, **BEYOND)
    assert made.verify().is_good
    assert made.status().counted == 2
    back = {name: rows.filter(pl.col("shop_id") == "S0002") for name, rows in everything.items()}
    made.ingest(back)  # nothing is known of it any more
    assert shops_in(made.score(AS_OF, **BEYOND)) == whole(everything, **BEYOND)


def test_the_clock_must_be_that_of_the_ledger(tmp_path: Path, state: ss.Tallies) -> None:
    made = ss.Ledger.create(tmp_path / "ledger", platform="pinduoduo", tz="UTC")
    with pytest.raises(ss.StateError, match=r"of another clock, Asia/Shanghai, .* UTC"):
        made.add_counted(state)


ASKS_ROWS: list[Callable[[ss.Ledger], object]] = [
    lambda ledger: ledger.events(),
    lambda ledger: ledger.track(end=AS_OF),
    lambda ledger: ledger.explain("S0001", as_of=AS_OF, **CARD),
    lambda ledger: ledger.todo(at="2025-03-31 12:00"),
    lambda ledger: ledger.export(ledger.root.with_name("out")),
]


@pytest.mark.parametrize("ask", ASKS_ROWS)
def test_what_looks_at_rows_does_not_see_what_was_counted(
    ask: Callable[[ss.Ledger], object], ledger: ss.Ledger
) -> None:
    ledger.ingest(NEW)
    with pytest.raises(ss.StateError, match="came to this ledger as counted, without rows"):
        ask(ledger)
    rows = ledger.events(rows_only=True)
    assert rows.digest == ss.read_events(NEW, platform="pinduoduo").digest
    assert "orders" in ledger.export(ledger.root.with_name("rows"), rows_only=True)


@pytest.mark.parametrize("which", [0, 1])
def test_cells_that_were_counted_have_a_check_sum(which: int, ledger: ss.Ledger) -> None:
    from shopscore.ledger.tables import Draft

    head = read_head(ledger.root)
    draft = Draft(ledger.root, head)
    name = next(one for one in head.tables if one.endswith("/cells"))
    file = next(iter(head.tables[name].named()))
    cells = pl.read_parquet(ledger.root / file)
    draft.append(
        name, cells.filter(pl.col("tally") == cells["tally"][which * (len(cells) - 1)])[:1]
    )
    draft.commit("count")
    (problem,) = ledger.verify().problems
    assert "came as counted do not have the check sum" in problem


@pytest.mark.slow
def test_a_shop_is_forgotten(ledger: ss.Ledger) -> None:
    ledger.ingest(NEW, known_at="2025-04-01")
    scored(ledger)
    forgotten = ledger.forget("S0002")
    assert [one.code for one in forgotten.notices] == ["marks_kept"]
    left = {name: rows.filter(pl.col("shop_id") != "S0002") for name, rows in sample().items()}
    assert scored(ledger) == whole(left)
    assert ledger.verify().is_good
    ledger.compact()
    assert scored(ledger) == whole(left)
    gone = OLD["orders"].filter(pl.col("shop_id") == "S0002").head(1)
    with pytest.raises(ss.StateError, match="without rows"):
        ledger.ingest({"orders": gone})
    with pytest.raises(ss.StateError, match="which of them happened before a day cannot be told"):
        ledger.forget(before="2025-01-01")


def test_columns_of_a_state_are_columns_of_the_ledger(tmp_path: Path) -> None:
    """A column that no row has had is missing input; a state says which there were."""
    made = ss.Ledger.create(tmp_path / "ledger", platform="pinduoduo")
    made.ingest({name: rows for name, rows in NEW.items() if name in ("shops", "orders")})
    assert "missing_input" in {one.code for one in made.score(AS_OF, **CARD).notices}
    made.add_counted(state_of({**OLD, "shops": sample()["shops"]}, **RULES))
    found = made.score(AS_OF, **CARD)
    mixed = {
        name: rows if name in ("shops", "orders") else OLD[name] for name, rows in sample().items()
    }
    assert shops_in(found) == whole(mixed)
    said = [one for one in found.notices if one.code != "counted_parts"]
    assert said == [*ss.score(mixed, as_of=AS_OF, **RULES).notices]


def test_on_the_command_line(ledger: ss.Ledger, state: ss.Tallies, tmp_path: Path) -> None:
    """A file of a state is added, and told by status, verify and score."""
    fresh, file, out = tmp_path / "fresh", tmp_path / "state.parquet", tmp_path / "rows"
    state.write_parquet(file)
    shopscore("ledger", "init", str(fresh), "-p", "pinduoduo").done()
    add = ("ledger", "add", str(fresh), str(file), "--known-at", "2025-03-21")
    units = f"{len(state.scope.marks)} orders and single rows"
    assert f"ingest 1, known at 2025-03-21 23:59: {units}" in shopscore(*add).done().err
    assert "nothing is new" in shopscore(*add).done().err
    told = shopscore("ledger", "status", str(fresh)).done().out
    assert "counted, without rows: orders and single rows" in told
    assert "state.parquet" in told
    assert "not counted again" in shopscore("ledger", "verify", str(fresh)).done().err
    rules = ("--ruleset", "2022", "--as-of", AS_OF)
    assert "came as counted" in shopscore("ledger", "score", str(fresh), *rules).done().out
    refused = shopscore("ledger", "track", str(fresh), "--to", AS_OF)
    assert refused.code == ss.StateError.exit_code
    assert "Ask the rows" in refused.err
    assert shopscore("ledger", "export", str(fresh), str(out)).code == ss.StateError.exit_code
    shopscore("ledger", "export", str(fresh), str(out), "--rows-only").done()
    forgotten = shopscore("ledger", "forget", str(fresh), "--shop", "S0001").done()
    assert "marks of the orders" in forgotten.err
