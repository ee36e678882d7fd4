"""The page: one file, that asks for nothing, and that a screen reader can tell."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise

import pytest

from support.html_trees import Node, parse


@pytest.fixture(scope="module")
def tree(html: str) -> Node:
    return parse(html)


def policy(tree: Node) -> dict[str, list[str]]:
    (meta,) = (
        one
        for one in tree.all("meta")
        if one.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    parts = (part.split() for part in meta["content"].split(";"))
    return {name: values for name, *values in parts}


def test_nothing_is_allowed_but_what_is_in_the_page(tree: Node) -> None:
    allowed = policy(tree)
    assert allowed["default-src"] == ["'none'"]
    assert allowed["img-src"] == ["data:"]
    for tag, name in (("style", "style-src"), ("script", "script-src")):
        (element,) = tree.all(tag)
        digest = b64encode(sha256(element.text.encode()).digest()).decode()
        assert allowed[name] == [f"'sha256-{digest}'"]


def test_nothing_is_loaded(tree: Node) -> None:
    for one in tree.all():
        assert not any(name.startswith("on") for name in one.attributes)
        assert "style" not in one.attributes
        assert "src" not in one.attributes
        if "href" in one.attributes:
            links = r"#[a-z0-9]+|data:," if one.tag == "link" else r"#[a-z0-9]+|https?://.*"
            assert re.fullmatch(links, one["href"]), one["href"]
    (style,) = tree.all("style")
    assert "url(" not in style.text
    assert "@import" not in style.text


def test_headings_are_in_order(tree: Node) -> None:
    levels = [int(one.tag[1]) for one in tree.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_landmarks(tree: Node) -> None:
    tags = [one.tag for one in tree.all("header", "main", "footer", "nav")]
    assert tags == ["header", "main", "nav", "footer"]


def test_ids_are_unique_and_those_that_are_named_are_there(tree: Node) -> None:
    ids = [one["id"] for one in tree.all() if "id" in one.attributes]
    assert len(ids) == len({*ids})
    for one in tree.all():
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert {*one.attributes.get(name, "").split()} <= {*ids}
        if one.attributes.get("href", "").startswith("#"):
            assert one["href"][1:] in ids


def test_tables_have_captions_and_heads(tree: Node) -> None:
    tables = [*tree.all("table")]
    assert len(tables) > 15
    for table in tables:
        (caption,) = table.all("caption")
        assert caption.text.strip()
        assert all(one.attributes.get("scope") in ("col", "row") for one in table.all("th"))
        (head,) = table.all("thead")
        columns = len([*head.all("th")])
        for body in table.all("tbody"):
            for row in body.all("tr"):
                cells = [one for one in row.children if isinstance(one, Node)]
                assert len(cells) == columns, caption.text


def test_charts_are_named_and_told(tree: Node) -> None:
    charts = [one for one in tree.all("svg") if one.attributes.get("role") == "img"]
    assert charts
    for chart in charts:
        for name in ("aria-labelledby", "aria-describedby"):
            assert tree.by_id(chart[name]).text.strip()
    hidden = [one for one in tree.all("svg") if one not in charts]
    assert all(one["aria-hidden"] == "true" for one in hidden)


def test_every_text_is_there_in_both_languages(tree: Node) -> None:
    for parent in tree.all():
        pair = [c for c in parent.children if isinstance(c, Node) and c.attributes.get("lang")]
        if parent.tag in ("html", "fieldset") or not pair:
            continue
        found = [one["lang"] for one in pair]
        assert found == ["en", "zh"] * (len(found) // 2), parent.text
        if pair[0].tag == "span":
            assert all(one.text.strip() for one in pair)


def test_no_text_of_the_package_is_left_in_english(tree: Node) -> None:
    for heading in tree.all("h3", "h4", "caption", "dt", "legend"):
        chinese = [one.text for one in heading.all("span") if one.attributes.get("lang") == "zh"]
        assert chinese, heading.text
        assert re.search(r"[一-鿿]", chinese[0])


def test_the_page_of_a_shop_is_light(sheet: object) -> None:
    one = sheet.to_html(only=["S0001"])  # type: ignore[attr-defined]
    assert len(one.encode()) < 2_000_000
    assert "S0002" not in one


def test_the_page_begins_in_the_language_that_is_asked_for(sheet: object) -> None:
    page = parse(sheet.to_html(lang="zh"))  # type: ignore[attr-defined]
    (root,) = page.all("html")
    assert root["lang"] == "zh"
    pressed = [
        one["data-lang"]
        for one in page.all("button")
        if one.attributes.get("aria-pressed") == "true"
    ]
    assert pressed == ["zh"]
