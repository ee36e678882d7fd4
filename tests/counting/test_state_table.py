"""A state as one table: exact there and back, readable by others, and refused where damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import shopscore as ss
from shopscore.counting import cells
from shopscore.plugins.bound_rules import BoundRuleSet
from support.small_events import (
    FACTS,
    NARROW,
    WIDE,
    Streams,
    resolved,
    streams,
    tallied,
)

TIME = "2024-03-01 10:00:00"
EVENTS: Streams = {
    "orders": [
        {"shop_id": shop, "order_id": order, "paid_at": TIME, "amount": amount}
        for shop, order, amount in (("A", "1", "5"), ("A", "2", "7"), ("店", "1", ""))
    ],
    "reviews": [
        {"shop_id": "A", "review_id": "r", "order_id": "1", "reviewed_at": TIME, "rating": "2"},
    ],
}


@pytest.fixture(scope="module")
def state() -> ss.Tallies:
    return tallied(EVENTS)


@pytest.mark.slow
@given(
    events=streams(), rules=st.sampled_from([NARROW, WIDE]), seed=st.randoms(use_true_random=False)
)
@settings(
    max_examples=20,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_there_and_back(events: Streams, rules: BoundRuleSet, seed: Any, tmp_path: Path) -> None:
    """States and differences, through Parquet and Arrow, with rows in any order."""
    one, other = (ss.tally(p) for p in resolved({**events, "shop_facts": FACTS}, rules).split(2))
    path = tmp_path / "state.parquet"
    for state in (one, other, one + other, one - other, -one, one - one):
        state.write_parquet(path)
        assert ss.Tallies.read_parquet(path) == state
        assert ss.Tallies.from_dataframe(state) == state
        assert ss.Tallies.from_dataframe(pl.scan_parquet(path)) == state
        rows = state.to_polars()
        order = list(range(len(rows)))
        seed.shuffle(order)
        assert ss.Tallies.from_dataframe(rows[order]) == state
    assert ss.Tallies.read_parquet(path) + one + other == one + other


def test_whoever_knows_parquet_can_read_the_cells(state: ss.Tallies, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "state.parquet"
    state.write_parquet(path)
    found = duckdb.sql(
        f"""select c.shop_id, c.day, c.sum, c.count from '{path}' c join '{path}' t using (tally)
        where c.kind = 'cell' and t.kind = 'tally'
        and t.text = '(tally orders paid_at all amount with-excluded)' order by all"""
    ).fetchall()
    day = pl.Series([TIME[:10]]).str.to_date().item()
    assert found == [("A", day, 1200, 2)]
    rows = duckdb.sql(f"select shop_id, count from '{path}' where kind = 'shop' order by all")
    assert rows.fetchall() == [("A", 3), ("店", 1)]


def test_other_libraries_bring_it_back(state: ss.Tallies, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "state.parquet"
    state.write_parquet(path)
    assert ss.Tallies.from_dataframe(pyarrow.table(state)) == state
    assert ss.Tallies.from_dataframe(duckdb.sql(f"from '{path}'")) == state
    duckdb.sql(f"copy (from '{path}' order by text, shop_id) to '{tmp_path}/again.parquet'")
    assert ss.Tallies.read_parquet(tmp_path / "again.parquet") == state


def test_cells_are_a_plain_table(state: ss.Tallies) -> None:
    assert state.cells.columns == ["tally", "shop_id", "day", "sum", "count"]
    assert set(state.cells["tally"]) <= set(state.tallies)
    assert state.cells.filter(pl.col("shop_id") == "店")["count"].to_list() == [1, 1]
    assert len(state.cells) == len(state.cells.unique(["tally", "shop_id", "day"]))


def of_kind(kind: str) -> pl.Expr:
    return pl.col("kind") == kind


def changed(kind: str, **columns: pl.Expr) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Change some columns of the rows of one kind."""
    return lambda table: table.with_columns(
        pl.when(of_kind(kind)).then(new).otherwise(pl.col(name)).alias(name)
        for name, new in columns.items()
    )


def without_one(kind: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    def drop(table: pl.DataFrame) -> pl.DataFrame:
        rows = table.with_row_index()
        last = rows.filter(of_kind(kind))["index"].max()
        return rows.filter(pl.col("index") != last).drop("index")

    return drop


def twice(kind: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda table: pl.concat([table, table.filter(of_kind(kind)).head(1)])


null = pl.lit(None)


def of_first(new: pl.Expr) -> pl.Expr:
    """Another value where the shop is the first, which is what nothing would be taken for."""
    return pl.when(pl.col("shop_id") == "A").then(new).otherwise(pl.col("shop_id"))


swapped = pl.col("shop_id").replace({"A": "店", "店": "A"})

DAMAGES: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "no first row": without_one("state"),
    "two first rows": twice("state"),
    "a first row of nonsense": changed("state", text=pl.lit("{")),
    "a first row of a list": changed("state", text=pl.lit("[]")),
    "a first row without a text": changed("state", text=null),
    "a cell is gone": without_one("cell"),
    "a cell is there twice": twice("cell"),
    "a unit is gone": without_one("unit"),
    "a unit is there twice": twice("unit"),
    "a shop is gone": without_one("shop"),
    "a shop is there twice": twice("shop"),
    "a tally is gone": without_one("tally"),
    "a sum was changed": changed("cell", sum=pl.col("sum") + 1),
    "a count was changed": changed("cell", count=pl.col("count") + 1),
    "a day was changed": changed("cell", day=pl.col("day").dt.offset_by("1d")),
    "cells of two shops were exchanged": changed("cell", shop_id=swapped),
    "rows of two shops were exchanged": changed("shop", shop_id=swapped),
    "a check sum was changed": changed("unit", check=pl.col("check") ^ 1),
    "a cell without a day": changed("cell", day=null),
    "a cell without a shop": changed("cell", shop_id=null),
    "cells of the first shop without it": changed("cell", shop_id=of_first(null)),
    "cells of an unknown shop": changed("cell", shop_id=pl.lit("Z")),
    "cells of an unknown tally": changed("cell", tally=pl.lit("0" * 16)),
    "a unit without a mark": changed("unit", unit=null),
    "a tally with another text": changed("tally", text=pl.col("text") + " "),
    "a tally without a text": changed("tally", text=null),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_refused(damage: str, state: ss.Tallies) -> None:
    table = DAMAGES[damage](state.to_polars())
    with pytest.raises(ss.StateError, match=r"is damaged: .*tally the events again"):
        ss.Tallies.from_dataframe(table)


def test_unknown_rows_and_columns_are_left_alone(state: ss.Tallies) -> None:
    """So that people can keep notes beside it, and later versions can add something."""
    note = pl.DataFrame({"kind": ["note"], "text": ["made on Monday"], "mine": [1]})
    more = pl.concat([state.to_polars(), note], how="diagonal")
    assert ss.Tallies.from_dataframe(more) == state


@pytest.mark.parametrize("change", [{"schema": "shopscore.state/1"}, {"counting": 2}], ids=str)
def test_other_versions_are_named(change: dict[str, object], state: ss.Tallies) -> None:
    table = state.to_polars()
    header = json.loads(table.filter(of_kind("state"))["text"].item())
    other = changed("state", text=pl.lit(json.dumps({**header, **change})))(table)
    with pytest.raises(ss.StateError, match=r"another version .*(state/1|counting 2)"):
        ss.Tallies.from_dataframe(other)


def test_another_counting_shares_no_cells(
    state: ss.Tallies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "COUNTING", cells.COUNTING + 1)
    later = tallied({"orders": [{**EVENTS["orders"][0], "order_id": "9"}]})
    assert not set(later.tallies) & set(state.tallies)
    with pytest.raises(ss.StateError, match="count different things"):
        state + later


def test_what_is_no_state_is_refused(state: ss.Tallies, tmp_path: Path) -> None:
    with pytest.raises(ss.InputError, match="DataFrame is not a state: it has no column tally, "):
        ss.Tallies.from_dataframe(state.to_polars().select("kind"))
    with pytest.raises(ss.InputError, match="cannot be read as a state"):
        ss.Tallies.from_dataframe(state.to_polars().with_columns(day=pl.lit("tomorrow")))
    with pytest.raises(ss.InputError, match="int is no dataframe"):
        ss.Tallies.from_dataframe(3)
    for name, content in (("text", b"kind,tally\n"), ("empty", b"")):
        path = tmp_path / f"{name}.parquet"
        path.write_bytes(content)
        with pytest.raises(ss.InputError, match=rf"{name}\.parquet cannot be read as a state"):
            ss.Tallies.read_parquet(path)
    with pytest.raises(ss.InputError, match=r"nowhere\.parquet: no such file"):
        ss.Tallies.read_parquet(tmp_path / "nowhere.parquet")


def test_a_file_that_was_cut_off_is_refused(state: ss.Tallies, tmp_path: Path) -> None:
    path = tmp_path / "state.parquet"
    state.write_parquet(path)
    whole = path.read_bytes()
    for size in (len(whole) - 1, len(whole) // 2, 8):
        path.write_bytes(whole[:size])
        with pytest.raises(ss.InputError, match="cannot be read as a state"):
            ss.Tallies.read_parquet(path)


def test_a_state_is_replaced_only_by_a_whole_one(state: ss.Tallies, tmp_path: Path) -> None:
    path = tmp_path / "state.parquet"
    state.write_parquet(path)
    (state + tallied({"orders": [{**EVENTS["orders"][0], "shop_id": "C"}]})).write_parquet(
        str(path)
    )
    assert ss.Tallies.read_parquet(path).shop_ids.to_list() == ["A", "C", "店"]
    assert [found.name for found in tmp_path.iterdir()] == ["state.parquet"]
    with pytest.raises(ss.InputError, match="cannot be written"):
        state.write_parquet(tmp_path / "no folder" / "state.parquet")
