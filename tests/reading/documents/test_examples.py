"""Every example says exactly what a person wrote down beside it, and nothing in it is left over."""

from __future__ import annotations

import tomllib

import pytest

from shopscore.reading.documents.outer_forms import answers_of
from support import console_documents as documents

EXPECTED = {
    path.stem: tomllib.loads(path.read_text("utf-8")) for path in documents.EXAMPLES.glob("*.toml")
}

each_example = pytest.mark.parametrize("name", documents.NAMES)


def test_every_example_is_written_down_and_every_mapping_has_one():
    assert set(EXPECTED) == {name.removesuffix(".json") for name in documents.NAMES}
    assert {e["document"] for e in EXPECTED.values()} == {m.name for m in documents.mappings()}


@each_example
def test_says_what_was_written_down(name: str):
    expected = EXPECTED[name.removesuffix(".json")]
    (answer,) = answers_of(documents.data(name), name)
    assert documents.found_in(answer).mapping.name == expected["document"]  # type: ignore[union-attr]
    shops = documents.shops_of(answer)
    assert list(map(documents.figures, shops)) == list(map(documents.expected, expected["shops"]))


@each_example
def test_nothing_is_unreadable_or_unknown(name: str):
    for shop in documents.shops_in(documents.data(name), name):
        assert not shop.unreadable
        assert not shop.unknown


@each_example
def test_no_other_mapping_fits(name: str):
    (answer,) = answers_of(documents.data(name), name)
    fitting = [m.name for m in documents.mappings() if documents.fits(m, answer.content)]
    assert fitting == [EXPECTED[name.removesuffix(".json")]["document"]]


def test_the_same_answer_as_jsonp():
    name = "tmall_store_index.jsonp"
    as_json = documents.shops_in(documents.data("tmall_store_index.json"), "a.json")
    as_jsonp = documents.shops_in(documents.data(name), name)
    assert documents.all_figures(as_jsonp) == documents.all_figures(as_json) != {}
