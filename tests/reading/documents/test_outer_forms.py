"""One answer in every outer form says the same; what is no answer is refused with what it is."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopscore.errors import InputError
from shopscore.reading.documents import outer_forms
from shopscore.reading.documents.outer_forms import answers_of, open_answers
from support import console_documents as documents

each_example = pytest.mark.parametrize("name", documents.NAMES)
#: Examples whose envelope the tools of a browser let people cut off.
CUT = {
    "douyin_overview.json": "data",
    "douyin_sub_score_new.json": "data",
    "kuaishou_score_detail_v5.json": "data",
    "tmall_store_index.json": "data",
    "jd_vane_basic.json": "data",
    "pinduoduo_mall_serve_score.json": "result",
    "walmart_otd_summary.json": "payload",
    "xiaohongshu_score_trend.json": "data",
}


def har(*bodies: dict[str, Any], url: str = "https://example.com/a") -> bytes:
    entries = [{"request": {"url": url}, "response": {"content": body}} for body in bodies]
    return json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()


def in_har(data: bytes) -> bytes:
    return har({"mimeType": "application/json", "text": data.decode()})


def in_har_as_base64(data: bytes) -> bytes:
    return har({"text": base64.b64encode(data).decode(), "encoding": "base64"})


FORMS = {
    "BOM": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "UTF-16 without BOM": lambda data: data.decode().encode("utf-16-le"),
    "GB18030": lambda data: data.decode().encode("gb18030"),
    "blanks": lambda data: b"\r\n \t" + data + b"\n\n",
    "JSONP": lambda data: b" mtopjsonp12(" + data + b");\n",
    "JSONP with a comment": lambda data: b"/**/ window.cb$1 (\n" + data + b")",
    "gzip": gzip.compress,
    "gzip in two parts": lambda data: gzip.compress(data[:40]) + gzip.compress(data[40:]),
    "ASCII": lambda data: json.dumps(json.loads(data)).encode(),
}


@each_example
@pytest.mark.parametrize("form", FORMS)
def test_the_same_figures_in_every_form(name: str, form: str):
    data = documents.data(name)
    before = documents.all_figures(documents.shops_in(data, name))
    assert documents.all_figures(documents.shops_in(FORMS[form](data), name)) == before != {}


@each_example
@pytest.mark.parametrize("form", [in_har, in_har_as_base64])
def test_the_same_figures_in_a_har_file(name: str, form: Any):
    words = name.split("_")  # of an answer in a HAR file only the address names the metric
    url = f"https://example.com/v3/insights/performance/{words[1]}/summary"
    data = json.loads(form(documents.data(name)))
    data["log"]["entries"][0]["request"]["url"] = url
    before = documents.all_figures(documents.shops_in(documents.data(name), name))
    now = documents.all_figures(documents.shops_in(json.dumps(data).encode(), "saved.har"))
    assert now == before


@pytest.mark.parametrize("name", CUT)
def test_the_same_figures_without_the_envelope(name: str):
    data = documents.data(name)
    inner = json.dumps(json.loads(data)[CUT[name]]).encode()
    before = documents.all_figures(documents.shops_in(data, name))
    assert documents.all_figures(documents.shops_in(inner, name)) == before


@each_example
@pytest.mark.parametrize("envelope", ["data", "result", "payload"])
def test_the_same_figures_in_an_envelope_of_another_tool(name: str, envelope: str):
    data = documents.data(name)
    outer = json.dumps({"saved": "by a tool", envelope: json.loads(data)}).encode()
    before = documents.all_figures(documents.shops_in(data, name))
    assert documents.all_figures(documents.shops_in(outer, name)) == before


# HAR files.


def test_a_har_file_holds_several_answers_among_pictures_and_scripts():
    data = har(
        {"mimeType": "image/png", "text": "iVBORw0KGgo=", "encoding": "base64"},
        {"text": documents.data("douyin_overview.json").decode()},
        {"text": "var x = 1;"},
        {},
        {"text": "﻿" + documents.data("douyin_sub_score_new.json").decode()},
        {"text": "no base64!", "encoding": "base64"},
    )
    answers = answers_of(data, "shop.har")
    assert [a.label for a in answers] == ["shop.har#2", "shop.har#5"]
    assert [len(documents.shops_of(a)) for a in answers] == [1, 1]


def test_a_har_file_says_what_was_asked_for():
    url = "https://h5api.example.com/h5/x/1.0/?api=x&data=%7B%22endDate%22%3A%2220260901%22%7D&a=%E5%BA%97"
    data = json.loads(har({"text": documents.data("tmall_index_summary.json").decode()}, url=url))
    data["log"]["entries"][0]["request"]["postData"] = {"text": "b=1&c=2"}
    (answer,) = answers_of(json.dumps(data).encode(), "x.har")
    assert answer.asked == {
        "host": "h5api.example.com",
        "path": ["h5", "x", "1.0"],
        "query": {"api": "x", "data": {"endDate": "20260901"}, "a": "店"},
        "body": {"b": "1", "c": "2"},
    }
    (shop,) = documents.shops_of(answer)
    assert str(shop.day) == "2026-09-01"


@pytest.mark.parametrize(
    ("metric", "id"),
    [
        ("otd", "on_time_delivery_rate"),
        ("vtr", "valid_tracking_rate"),
        ("cancellations", "cancellation_rate"),
        ("srr", None),  # its answer is a stub of 0
        ("", None),
    ],
)
def test_only_the_address_names_the_metric(metric: str, id: str | None):
    text = documents.data("walmart_otd_summary.json").decode()
    url = f"https://marketplace.example.com/v3/insights/performance/{metric}/summary?reportDuration=30"
    (shop,) = documents.shops_in(har({"text": text}, url=url), "otd.har")
    assert {e.id for e in shop.entries if e.subject == "metric"} == ({id} if id else set())


@pytest.mark.parametrize(
    ("label", "id"),
    [
        ("shop/walmart_otd_summary.json", "on_time_delivery_rate"),
        ("OTD.json", "on_time_delivery_rate"),
        ("method.json", None),
        ("otd and vtr.json", None),
        ("summary.json", None),
    ],
)
def test_without_an_address_the_words_of_the_name_do(label: str, id: str | None):
    (shop,) = documents.shops_in(documents.data("walmart_otd_summary.json"), label)
    assert {e.id for e in shop.entries if e.subject == "metric"} == ({id} if id else set())


@pytest.mark.parametrize(
    "entry",
    [
        None,
        5,
        {},
        {"response": []},
        {"request": {"url": 5}, "response": {"content": {"text": "{}"}}},
        {"request": {"url": "http://[::1"}, "response": {"content": {"text": "{}"}}},
        {"request": {"url": "?data={", "postData": 5}, "response": {"content": {"text": "[1]"}}},
    ],
)
def test_odd_entries_of_a_har_file_end_nothing(entry: object):
    answers_of(json.dumps({"log": {"entries": [entry]}}).encode(), "odd.har")


# Numbers.


def test_numbers_are_exact():
    (answer,) = answers_of(b'{"a": 0.1, "b": 900000000000000000001, "c": 1e2, "d": -0.0}', "a.json")
    assert answer.content == {"a": Decimal("0.1"), "b": 900000000000000000001, "c": 100, "d": 0}


def test_what_is_no_number_is_nothing():
    (answer,) = answers_of(b'{"a": NaN, "b": [Infinity, -Infinity]}', "a.json")
    assert answer.content == {"a": None, "b": [None, None]}


@pytest.mark.parametrize("digits", ["1e99999999999999999999", "9" * 5000, "1." + "9" * 5000])
def test_numbers_that_nobody_can_hold_end_nothing(digits: str):
    text = documents.data("kuaishou_score_detail_v5.json").decode().replace('"4.62"', digits)
    (shop,) = documents.shops_in(text.encode(), "a.json")
    assert [(u.id, str(u.reason)) for u in shop.unreadable] == [("total", "is not a number")]
    assert len(shop.unreadable[0].text) <= 81


def test_half_a_character_is_not_handed_on():
    data = rb'{"data": {"shop_id": "\ud83d\ude00 \ud83d \\ud83d \ude00\ud83d"}}'
    (answer,) = answers_of(data, "a.json")
    assert answer.content["data"]["shop_id"] == "😀 � \\ud83d ��"


# What is no document.

REFUSED = {
    b"": "empty",
    b"\xef\xbb\xbf \n": "empty",
    gzip.compress(b"", mtime=0): "empty",
    b"<!DOCTYPE html><html><body>login</body></html>": "web page",
    b"\n <HTML>": "web page",
    b'<?xml version="1.0"?><a/>': "XML",
    b"shop_id,order_id\n1,2": "no JSON (line 1, column 1)",
    b'{"a": 1,}': "no JSON",
    b"cb()": "no JSON",
    b"cb({)": "no JSON",
    b'{"a": 1, "b": {"a": 2, "a": 3}}': "a stands twice in one object",
    b"[" * 100_000 + b"]" * 100_000: "too deep",
    b'{"a": "\xff\xff"}': "no text",
    b"\x1f\x8b damaged": "damaged gzip",
    gzip.compress(b'{"a": 1}' * 99, mtime=0)[:-9]: "damaged gzip",
}


@pytest.mark.parametrize("data", REFUSED, ids=REFUSED.values())
def test_what_is_no_document_is_refused_with_what_it_is(data: bytes):
    with pytest.raises(InputError, match=r"shop\.json") as refused:
        answers_of(data, "shop.json")
    assert REFUSED[data] in str(refused.value)


def test_a_key_that_says_the_same_twice_is_no_contradiction():
    (answer,) = answers_of(b'{"a": 1, "a": 1.0}', "a.json")
    assert answer.content == {"a": 1}


def test_a_file_is_not_read_beyond_what_a_document_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outer_forms, "MOST_BYTES", 100)
    for name, data in {"a": b" " * 101, "b": gzip.compress(b" " * 101)}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match="too large"):
            open_answers(tmp_path / name, name)


ANY_TEXT = st.text(st.characters() | st.characters(categories=["Cs"]))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | ANY_TEXT
    | st.sampled_from(["-9999", "12.5%", "0.25", "SUCCESS::", "2026-08-31"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["data"]), inner),
    max_leaves=20,
)


@given(JSON, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_any_json_is_read_as_it_is(content: Any, encoding: str):
    text = json.dumps(content)
    (answer,) = answers_of(text.encode(encoding), "a.json")
    said = json.dumps(answer.content, default=float, allow_nan=False, sort_keys=True)
    whole = json.loads(text, parse_constant=lambda _: None)
    assert json.loads(said) == _without_halves(whole)


def _without_halves(content: Any) -> Any:
    if isinstance(content, str):
        return content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(content, list):
        return [_without_halves(below) for below in content]
    if isinstance(content, dict):
        return {key: _without_halves(below) for key, below in content.items()}
    return content


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes):
    with contextlib.suppress(InputError):
        answers_of(data, "a.json")


@pytest.mark.parametrize(
    "data",
    [
        b" " * 200_000,
        b" " * 200_000 + b"x",
        b"x(" + b") " * 100_000 + b"y",
        b"a" * 200_000,
        b"x(" + b" " * 200_000 + b")" + b" " * 200_000 + b"y",
        b"/*" * 100_000,
    ],
    ids=range(6),
)
def test_long_texts_that_are_nothing_are_refused_at_once(data: bytes):
    begun = time.process_time()
    with pytest.raises(InputError):
        answers_of(data, "a.json")
    assert time.process_time() - begun < 2
