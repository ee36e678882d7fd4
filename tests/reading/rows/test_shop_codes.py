"""Codes of shops: one for each text, however their hashes collide."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore.reading.rows import shop_codes
from shopscore.reading.rows.shop_codes import ShopCodes, distinct

TEXTS = st.lists(st.text("ab店 1", max_size=3), max_size=60)


@pytest.mark.parametrize("bits", [1, 2, 20])
@given(cells=TEXTS)
def test_equal_texts_and_they_alone_have_equal_codes(bits: int, cells: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shop_codes, "_MOST_BITS", bits)
        codes, texts = distinct(pl.Series(cells, dtype=pl.String))
    assert texts.to_list() == list(dict.fromkeys(texts))
    assert set(texts) == set(cells)
    assert [texts[code] for code in codes.tolist()] == cells


@given(cells=st.lists(st.none() | st.text("ab1 ", max_size=2), max_size=30))
def test_codes_stand_for_the_ids_of_their_rows(cells: list[str | None]) -> None:
    found = ShopCodes.of(pl.Series(cells, dtype=pl.String))
    ids = dict(zip(found.used.tolist(), found.ids.to_list(), strict=True))
    wanted = [(cell or "").strip() or None for cell in cells]
    assert [ids[code] for code in found.codes.tolist()] == wanted
