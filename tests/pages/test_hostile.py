"""Whatever stands in names, reasons, files and ids: the page has the elements that it always has."""

from __future__ import annotations

from typing import Any

import pytest

from shopscore.pages.page import page_of
from support.html_trees import Node, parse
from support.page_reports import HOSTILE, mapped


def shape(tree: Node) -> list[tuple[str, tuple[str, ...]]]:
    """Elements with the names of their attributes; paths of charts are drawn by the length of names."""
    return [
        (one.tag, tuple(one.attributes)) for one in tree.all() if one.tag not in ("path", "line")
    ]


@pytest.fixture(scope="module")
def hostile_page(report: dict[str, Any]) -> str:
    return page_of(mapped(report, lambda text: f"{HOSTILE} {text}"))


def test_texts_never_become_markup(report: dict[str, Any], hostile_page: str) -> None:
    plain = parse(page_of(mapped(report, lambda text: f"x {text}")))
    hostile = parse(hostile_page)
    assert shape(hostile) == shape(plain)
    scripts = [one.text for one in hostile.all("script")]
    assert scripts == [one.text for one in plain.all("script")]


def test_what_steers_is_replaced(hostile_page: str) -> None:
    assert "\x00" not in hostile_page
    hostile_page.encode()  # no half of a character is left
    assert "�" in hostile_page


def test_templates_are_not_templates_of_data(report: dict[str, Any]) -> None:
    page = page_of(mapped(report, lambda text: f"{{{{ 7*191 }}}} {text}"))
    assert "1337" not in page
    assert "{{ 7*191 }}" in page


def test_only_pages_are_linked(report: dict[str, Any]) -> None:
    poisoned = {
        **report,
        "details": [
            {
                **one,
                "rules": {
                    **one["rules"],
                    "sources": [
                        {"id": "a", "title": "A", "confidence": "S", "url": "javascript:alert(1)"},
                        {"id": "b", "title": "B", "confidence": "S", "url": "https://b.example/"},
                    ],
                },
            }
            for one in report["details"]
        ],
    }
    links = {one["href"] for one in parse(page_of(poisoned)).all("a")}
    assert "https://b.example/" in links
    assert all(link.startswith(("#", "https://b.example/")) for link in links)


def test_a_page_of_nothing() -> None:
    tree = parse(page_of({"as_of": None, "shops": [], "details": []}))
    assert [*tree.all("table")]


def test_a_row_may_say_little() -> None:
    row = {"shop": "S1", "platform": "p", "status": "failed", "reason": None}
    tree = parse(page_of({"as_of": "2026-01-01", "shops": [row], "details": []}))
    (body,) = tree.by_id("shops").all("tbody")
    assert "S1" in body.text
