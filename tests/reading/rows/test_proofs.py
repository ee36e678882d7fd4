"""Proofs: what they say of a column is what looking at every cell says."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore.model.streams import Column
from shopscore.reading.rows.cells import parse
from shopscore.reading.rows.ids import as_integers
from shopscore.reading.rows.links import alike
from shopscore.reading.rows.proofs import prove

TIME = (
    st.none() | st.integers(-(10**11), 3 * 10**11) | st.sampled_from([0, 86_400, 253_402_300_799])
)
CASES = {
    "time": (Column("c", "time"), TIME.map(lambda s: s and s * 10**6 + 5), pl.Datetime("us")),
    "money": (
        Column("c", "money", low=0),
        st.none() | st.floats() | st.integers(-(10**6), 10**6).map(lambda n: n / 100),
        pl.Float64,
    ),
    "enum": (
        Column("c", "enum", values=("a", "b")),
        st.none() | st.sampled_from(["a", "b", " a", "c", ""]),
        pl.String,
    ),
    "int": (Column("c", "int", low=1, high=5), st.none() | st.integers(-9, 9), pl.Int8),
    "bool": (Column("c", "bool"), st.none() | st.booleans(), pl.Boolean),
    "text": (Column("c", "text"), st.none() | st.text("ab 　", max_size=3), pl.String),
    "time as text": (
        Column("c", "time"),
        st.none()
        | st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(
            lambda at: f"{at:%Y-%m-%d %X}"
        )
        | st.sampled_from(["1991-09-17 00:00:00", "2024-1-1   10:00:00", " 2024-06-30 12:00:0"])
        | st.sampled_from(["9999-12-31 23:59:59", "2024-06-30 23:59:60", "2024-02-30 00:00:00"]),
        pl.String,
    ),
    "money as text": (
        Column("c", "money", low=0),
        st.none() | st.from_regex(r"[ +-]?[0-9]{1,3}(\.[0-9]{0,3})?0?[ e]?", fullmatch=True),
        pl.String,
    ),
    "bool as text": (
        Column("c", "bool"),
        st.none() | st.sampled_from(["true", "false", "1", "0", "是", "否", "True", " 1", "2", ""]),
        pl.String,
    ),
}
ZONES = st.sampled_from([None, ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")])


@pytest.mark.parametrize("kind", CASES)
@given(data=st.data())
def test_what_is_proved_is_what_is_read(kind: str, data: st.DataObject) -> None:
    column, cell, dtype = CASES[kind]
    cells = pl.Series("c", data.draw(st.lists(cell, max_size=6)), dtype=dtype)
    zone = data.draw(ZONES)
    proved = prove(cells.to_frame(), [column], zone).get("c")
    if proved is not None:
        read = parse(cells, column, zone)
        assert read.unreadable is None
        assert proved.unreadable is None
        assert proved.values.cast(pl.String).to_list() == read.values.cast(pl.String).to_list()


@pytest.mark.parametrize("kind", CASES)
def test_usual_columns_are_proved(kind: str) -> None:
    """Else the test above would show nothing."""
    column, _, dtype = CASES[kind]
    usual = {"time": 1_717_200_000_000_000, "money": 12.34, "enum": "a", "int": 3, "bool": True}
    usual |= {"time as text": "2024-06-30 12:00:00", "money as text": "12.34", "bool as text": "1"}
    cells = pl.Series("c", [usual.get(kind, "ab"), None], dtype=dtype)
    assert "c" in prove(cells.to_frame(), [column], ZoneInfo("Asia/Shanghai"))


@given(st.lists(st.none() | st.text("0123456789+- a", max_size=4) | st.integers().map(str)))
def test_ids_are_integers_only_where_none_is_another(texts: list[str | None]) -> None:
    ids = as_integers(pl.Series(texts, dtype=pl.String))
    if ids is not None:
        assert [None if id is None else str(id) for id in ids.to_list()] == texts


@given(
    asked=st.lists(st.none() | st.text("01+ ", max_size=3), max_size=8),
    known=st.lists(st.integers(-20, 120), max_size=8),
)
def test_ids_are_the_same_as_integers_and_as_text(
    asked: list[str | None], known: list[int]
) -> None:
    texts = pl.Series(asked, dtype=pl.String)
    integers = pl.Series(known, dtype=pl.Int64)
    by_text = {str(number) for number in known}
    assert [id in known for id in alike(texts, integers.dtype).to_list()] == [
        text in by_text for text in asked
    ]
    assert alike(integers, texts.dtype).to_list() == [str(number) for number in known]
