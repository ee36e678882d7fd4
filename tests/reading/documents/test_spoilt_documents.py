"""Each example with any one value spoilt: no exception and no wrong number.

What is read of it is missing or unreadable then; every other figure is as before, or missing where
it cannot be told without the spoilt one.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from shopscore.reading.documents.outer_forms import Answer
from support import console_documents as documents

TEXT = "乱码"


def put(value: object) -> Callable[[Any, Any], None]:
    def spoil(parent: Any, key: Any) -> None:
        parent[key] = value

    return spoil


def take_out(parent: Any, key: Any) -> None:
    del parent[key]


SPOILT = {
    "null": put(None),
    "text": put(TEXT),
    "-9999": put(-9999),
    "-9999 as text": put("-9999"),
    "{}": put({}),
    "list": put([1]),
    "taken out": take_out,
}


def read(content: Any, name: str) -> list[dict[documents.Key, Any]]:
    return [documents.figures(shop) for shop in documents.shops_of(Answer(content, name))]


def parent_of(content: Any, place: tuple[Any, ...]) -> Any:
    for key in place[:-1]:
        content = content[key]
    return content


QUICK = ("null", "-9999 as text")
KINDS = [pytest.param(k, marks=() if k in QUICK else pytest.mark.slow) for k in SPOILT]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", documents.NAMES)
def test_no_wrong_number(name: str, kind: str):
    whole = documents.content(name)
    before = read(whole, name)
    for place in documents.places(whole):
        spoilt = copy.deepcopy(whole)
        SPOILT[kind](parent_of(spoilt, place), place[-1])
        for shop in read(spoilt, name):
            wrong = [{k: v for k, v in shop.items() if was.get(k) != v} for was in before]
            least = min(wrong, key=len)
            assert all(v == TEXT or TEXT in k[1] for k, v in least.items()), (place, least)


@pytest.mark.parametrize("name", documents.NAMES)
def test_no_number_comes_from_a_value_that_is_missing(name: str):
    """With every number missing nothing is left but words."""

    def emptied(content: Any) -> Any:
        if isinstance(content, dict):
            return {key: emptied(below) for key, below in content.items()}
        if isinstance(content, list):
            return [emptied(below) for below in content]
        return -9999 if isinstance(content, int | float) or _is_digits(content) else content

    for shop in read(emptied(documents.content(name)), name):
        numbers = [key for key, value in shop.items() if isinstance(value, Fraction)]
        assert not [key for key in numbers if key[2] != "target"]  # "90% or above" is still there


def _is_digits(content: Any) -> bool:
    try:
        Fraction(str(content).rstrip("%"))
    except ValueError:
        return False
    return not isinstance(content, bool)
