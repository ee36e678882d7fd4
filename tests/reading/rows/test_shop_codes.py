"""Codes of shops: one for each text, however their hashes collide."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore.reading.rows import shop_codes
from shopscore.reading.rows.shop_codes import ShopCodes, ShopPlaces, Texts

TEXTS = st.lists(st.text("ab店 1", max_size=3), max_size=60)


@pytest.mark.parametrize("bits", [1, 2, 20])
@given(pieces=st.lists(TEXTS, max_size=4))
def test_equal_texts_and_they_alone_have_equal_codes(bits: int, pieces: list[list[str]]) -> None:
    texts = Texts()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shop_codes, "_MOST_BITS", bits)
        codes = [texts.codes(pl.Series(cells, dtype=pl.String)).tolist() for cells in pieces]
    known = texts.known.to_list()
    assert known == list(dict.fromkeys(known))
    assert set(known) == {cell for cells in pieces for cell in cells}
    assert [[known[code] for code in own] for own in codes] == pieces


def test_a_text_keeps_its_code_while_tables_grow() -> None:
    texts = Texts()
    words = [f"S{number}" for number in range(3_000)]
    first = texts.codes(pl.Series(words[:3])).tolist()
    texts.codes(pl.Series(words))
    assert texts.codes(pl.Series(words[:3])).tolist() == first
    assert sorted(texts.codes(pl.Series(words)).tolist()) == list(range(3_000))


@given(pieces=st.lists(st.lists(st.none() | st.text("ab1 ", max_size=2), max_size=30), max_size=3))
def test_codes_stand_for_the_ids_of_their_rows(pieces: list[list[str | None]]) -> None:
    shops = ShopCodes()
    for cells in pieces:
        rows = shops.of(pl.Series(cells, dtype=pl.String))
        wanted = [(cell or "").strip() or None for cell in cells]
        assert shops.ids.gather(rows.codes).to_list() == wanted
        missing = rows.rows_with("missing")
        assert (missing is not None and missing.to_list()) == (
            None in wanted and [id is None for id in wanted]
        )


@given(
    pieces=st.lists(
        st.lists(st.tuples(st.sampled_from(["b", " b", "a", "c"]), st.booleans()), max_size=9),
        max_size=3,
    )
)
def test_only_shops_of_usable_rows_are_there(pieces: list[list[tuple[str, bool]]]) -> None:
    shops, usable = ShopCodes(), []
    for cells in pieces:
        rows = shops.of(pl.Series([cell for cell, _ in cells], dtype=pl.String))
        codes = pl.Series(rows.codes).filter(
            pl.Series([not bad for _, bad in cells], dtype=pl.Boolean)
        )
        shops.use(codes)
        usable.append((codes, [cell.strip() for cell, bad in cells if not bad]))
    places = ShopPlaces.of(shops)
    ids = places.ids
    assert ids.to_list() == sorted({id for _, own in usable for id in own})
    for codes, own in usable:
        assert ids.gather(places.of_codes[codes.to_numpy()]).to_list() == own
    assert places.of_codes[places.codes].tolist() == list(range(len(ids)))
