"""What a mapping reads: rows and their words, several shops, days of their own, contradictions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from shopscore.model.mappings import DocumentMapping
from shopscore.plugins.mapping_toml import parse_mapping
from shopscore.reading.documents.extraction import ShopOfDocument, extract
from shopscore.reading.documents.outer_forms import Answer
from shopscore.reading.documents.recognition import Recognised, recognise
from shopscore.reading.documents.unread import unread_places
from support import console_documents as documents

HEAD = 'schema = 1\nid = "d"\nzh = "文件"\nen = "Document"\nidentified_by = "@"\n'


def mapping(text: str) -> DocumentMapping:
    return parse_mapping(HEAD + text, "d.toml")


def shops(content: Any, text: str, label: str = "a.json") -> tuple[ShopOfDocument, ...]:
    found = recognise(Answer(content, label), [mapping(text)])
    assert isinstance(found, Recognised)
    return extract(found, documents.ZoneInfo("Asia/Shanghai"))


def said(content: Any, text: str) -> dict[tuple[str, ...], Any]:
    (shop,) = shops(content, text)
    return documents.figures(shop)


def test_zero_is_a_value():
    assert said({"a": 0, "b": "0"}, '[metrics.m]\nvalue = "a"\nn = "b"\n') == {
        ("metric", "m", "value", ""): 0,
        ("metric", "m", "n", ""): 0,
    }


def test_ids_keep_every_digit():
    text = '[shop]\nshop_id = "id"\n[[rows]]\nabout = "fact"\nat = "rows"\nkey = "n"\nid = "r"\nvalue = "v"\n'
    (shop,) = shops(
        {"id": 900000000000000000001, "rows": [{"n": 12345678901234567890, "v": 1}]}, text
    )
    assert shop.shop_id == "900000000000000000001"
    assert shop.entries[0].id == "r:12345678901234567890"


def test_the_text_and_the_place_of_a_cell_are_kept():
    (shop,) = shops({"a": {"b": "1.50"}}, '[total]\npoints = "a.b"\n')
    (entry,) = shop.entries
    assert (entry.text, entry.at, entry.value) == ("1.50", "a.b", Fraction(3, 2))


ROWS = '[[rows]]\nat = "rows[]"\nkey = "k"\nids = { one = "m1", two = "m2", other = "m2" }\nfacts = ["m1"]\nvalue = "v"\n'


def test_rows_become_metrics_and_facts_by_their_words():
    content = {"rows": [{"k": "one", "v": 1}, {"k": " two ", "v": 2}]}
    assert said(content, ROWS) == {("fact", "m1", "value", ""): 1, ("metric", "m2", "value", ""): 2}


@pytest.mark.parametrize(
    ("key", "shown"),
    [("three", "three"), (["one"], "[…]"), ({"one": "two"}, "{…}"), (True, "true")],
)
def test_words_that_nobody_knows_are_told(key: Any, shown: str):
    (shop,) = shops({"rows": [{"k": key, "v": 7}, {"k": key, "v": 8}]}, ROWS)
    assert not shop.entries
    assert shop.unknown == (f"rows[] · {shown}",)


@pytest.mark.parametrize("row", [None, 5, "one", [], {}, {"k": None, "v": 1}, {"v": 1}])
def test_rows_without_a_word_say_nothing(row: Any):
    (shop,) = shops({"rows": [row, {"k": "one", "v": 1}]}, ROWS)
    assert [e.id for e in shop.entries] == ["m1"]


@pytest.mark.parametrize("rows", [None, 5, "rows", {"a": 1}])
def test_what_is_no_list_has_no_rows(rows: Any):
    assert said({"rows": rows}, ROWS) == {}


def test_what_stands_twice_counts_once_where_it_is_the_same():
    content = {"rows": [{"k": "two", "v": "2.0"}, {"k": "other", "v": 2}]}
    (shop,) = shops(content, ROWS)
    assert [e.text for e in shop.entries] == ["2.0"]
    assert not shop.unreadable


def test_what_stands_twice_and_not_the_same_is_not_guessed():
    content = {"rows": [{"k": "two", "v": 2}, {"k": "other", "v": 3}, {"k": "one", "v": 1}]}
    (shop,) = shops(content, ROWS)
    assert [e.id for e in shop.entries] == ["m1"]
    (unread,) = shop.unreadable
    assert (unread.id, unread.role, unread.text) == ("m2", "value", "2 / 3")


def test_unreadable_cells_are_told_with_text_and_place():
    (shop,) = shops(
        {"a": "4.7分", "b": [1]}, '[total]\npoints = "a"\nrank = "b"\nstars = "sum(a)"\n'
    )
    assert [(u.role, u.text, u.at) for u in shop.unreadable] == [
        ("points", "4.7分", "a"),
        ("rank", "[…]", "b"),
        ("stars", "", "sum(a)"),
    ]


DAYS = '[shop]\ndate = "today"\n[[rows]]\nabout = "dimension"\nat = "rows"\nid = "goods"\nday = "d"\npoints = "v"\n'


def test_rows_with_a_day_of_their_own():
    content = {
        "today": "2026-08-31",
        "rows": [{"d": "2026-08-30", "v": 4}, {"d": "2026-08-31", "v": 5}],
    }
    assert said(content, DAYS) == {
        ("header", "date"): "2026-08-31",
        ("dimension", "goods", "points", "2026-08-30"): 4,
        ("dimension", "goods", "points", "2026-08-31"): 5,
    }


@pytest.mark.parametrize("day", [None, -9999, "gestern"])
def test_a_row_whose_day_is_missing_is_of_no_day(day: Any):
    assert list(said({"rows": [{"d": day, "v": 4}]}, DAYS)) == []


WEIGHTS = """
[dimensions.a]
points = "a.p"
weight = "a.w"
[dimensions.b]
points = "b.p"
weight = "b.w"
"""


def test_weights_that_add_up_to_nothing_known_are_told():
    (shop,) = shops({"a": {"w": 40}, "b": {"w": 20}}, WEIGHTS)
    assert not shop.entries
    assert [(u.id, u.text) for u in shop.unreadable] == [("a", "40"), ("b", "20")]


def test_a_weight_alone_is_not_the_whole_where_its_sibling_has_points():
    (shop,) = shops({"a": {"p": 5, "w": 1}, "b": {"p": 4}}, WEIGHTS)
    assert {e.role for e in shop.entries} == {"points"}


def test_weights_of_metrics_stay_as_they_are_written():
    content = {"rows": [{"k": "one", "v": "70%"}, {"k": "two", "v": 25}]}
    text = ROWS.replace("value =", "weight =")
    assert said(content, text) == {
        ("fact", "m1", "weight", ""): "70%",
        ("metric", "m2", "weight", ""): 25,
    }


# Several shops.

SHOPS = 'each = "shops"\n[shop]\nshop_id = "id"\n[total]\npoints = "p"\n'


def test_several_shops_in_one_document():
    found = shops({"shops": [{"id": 1, "p": 4}, None, 5, {"id": "B", "p": None}]}, SHOPS)
    assert [(s.shop_id, len(s.entries)) for s in found] == [("1", 1), ("B", 0)]


@pytest.mark.parametrize("content", [None, 5, "text", {"id": 1}, []])
def test_no_shop_at_all(content: Any):
    assert shops({"shops": content}, SHOPS) == ()


def test_the_connector_reads_every_shop_and_day():
    one = documents.content("tmall_voc_connector.json")[0]
    many = [
        {**one, "accountId": shop, "bizDate": day, "nps": {**one["nps"], "score": score}}
        for shop, day, score in [
            ("A", "20260901", "4.7"),
            ("A", "20260902", "4.8"),
            ("B", "20260902", "3.9"),
        ]
    ]
    found = documents.shops_of(Answer([*many, {"nps": None}], "a.json"))
    assert [(s.shop_id, str(s.day), str(s.entries[0].value)) for s in found] == [
        ("A", "2026-09-01", "47/10"),
        ("A", "2026-09-02", "24/5"),
        ("B", "2026-09-02", "39/10"),
    ]


def test_marketplaces_are_shops():
    one = documents.content("amazon_seller_performance.json")["performanceMetrics"][0]
    content = {"accountStatuses": [1], "performanceMetrics": [one, {**one, "marketplaceId": "B"}]}
    assert [s.shop_id for s in documents.shops_of(Answer(content, "a"))] == ["ATVPDKIKX0DER", "B"]


# What only the request says.


def test_what_the_document_says_goes_before_what_was_asked_for():
    text = '[shop]\ndate = "d"\n[asked]\ndate = "query.d"\nshop_id = "query.s"\n'
    asked = {"query": {"d": "2026-01-01", "s": "A"}}
    found = recognise(Answer({"d": "2026-02-02"}, "a.har#1", asked), [mapping(text)])
    assert isinstance(found, Recognised)
    (shop,) = extract(found, documents.ZoneInfo("Asia/Shanghai"))
    assert (str(shop.day), shop.shop_id) == ("2026-02-02", "A")


# What nobody reads.


def test_a_dimension_that_nobody_knows_is_told():
    content = documents.content("douyin_overview.json")
    content["data"]["price_score"] = {"value": 80, "weight": 10, "rating": "一般"}
    (shop,) = documents.shops_of(Answer(content, "a.json"))
    assert shop.unknown == ("data.price_score.value", "data.price_score.weight")


UNREAD = [
    ({"a": 1, "b": "2.5%", "c": "text", "d": True, "e": None, "f": -9999}, "", ("a", "b")),
    ({"a": [{"b": 1}, {"b": 2, "c": 3}]}, '[total]\npoints = "a[0].b"\n', ("a[].c",)),
    ({"a": [{"b": 1}]}, '[total]\npoints = "a[?b > `1`] | [0].c"\n', ()),
    ({"a": {"x": {"b": 1, "c": 2}}}, '[total]\npoints = "a.*.b | [0]"\n', ("a.x.c",)),
    ({"a": [{"b": 1, "c": 2}]}, '[total]\npoints = "max_by(a, &b).c"\n', ()),
    ({"a": {"b": 1}, "b": 2}, '[total]\npoints = "not_null(a, @).b"\n', ()),
    ({"x": [{"k": "m", "v": 1, "w": 2}]}, ROWS.replace("rows[]", "x[]"), ("x[].w",)),
    ({"a": {"b": 1}, "c": {"b": 2}}, 'unread = ["a.b"]\n', ("c.b",)),
    ({"a": {"b": {"c": 1}}, "c": 2}, 'unread = ["b"]\n', ("c",)),
    ({"a-b": 1, "a": 2}, '[total]\npoints = "\\"a-b\\""\n', ("a",)),
]


@pytest.mark.parametrize(("content", "text", "places"), UNREAD)
def test_places_that_nobody_reads(content: Any, text: str, places: tuple[str, ...]):
    assert unread_places(content, mapping(text)) == places


def test_so_many_places_are_told():
    assert len(unread_places({str(i): i for i in range(1000)}, mapping(""))) == 50


def test_depths_end_nothing():
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    assert unread_places({"a": deep}, mapping("")) == ()
