"""Every number of the report stands in the page, and what a person sees is a rounding of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from shopscore.pages.sheet import CELLS
from support.html_trees import Node, parse

#: Numbers that are told in a sentence.
SAID = ("days_ahead", "leaving_days")


def numbers(value: Any, name: str = "") -> Iterator[tuple[str, float]]:
    match value:
        case bool() | None:
            return
        case int() | float():
            yield name, value
        case dict():
            for key, one in value.items():
                yield from numbers(one, key)
        case list():
            for one in value:
                yield from numbers(one, name)


def standing(part: Node) -> set[float]:
    return {float(one["value"]) for one in part.all("data")}


@pytest.fixture(scope="module")
def tree(html: str) -> Node:
    return parse(html)


def test_those_of_the_sheet(tree: Node, report: dict[str, Any]) -> None:
    (body,) = tree.by_id("shops").all("tbody")
    rows = [*body.all("tr")]
    assert len(rows) == len(report["shops"]) == 4
    for row, shop in zip(rows, report["shops"], strict=True):
        found, score = standing(row), shop["score"]
        for name in CELLS:
            if score is not None and name in ("score_low", "score_high"):
                continue  # the score itself stands there
            if score is None and shop["score_low"] is None and name.startswith("scale"):
                continue
            for _, number in numbers(shop[name]):
                assert number in found, name
        assert len(shop["notices"]) in found
        assert (shop["name"] or shop["shop"]) in row.text


def test_those_of_each_shop(tree: Node, report: dict[str, Any]) -> None:
    assert len(report["details"]) == 3
    for place, details in enumerate(report["details"], 1):
        section = tree.by_id(f"s{place}")
        found, text = standing(section), section.text
        own = {k: v for k, v in details.items() if k not in ("decimals", "labels", "row")}
        every = [*numbers(own)]
        assert len(every) > 25
        for name, number in every:
            if name == "leaving_days" and number == len(details["gap"]["leaving"]):
                continue  # all of them are listed
            if name in SAID:
                assert re.search(rf"\b{number}\b", text) or not number, name
            elif details["score"] is not None and name in ("score_low", "score_high"):
                continue
            elif name == "coverage" and number == 1:
                continue  # all is known
            else:
                known = number in found or _in_track(name, details)
                assert known, f"{name} {number} of {details['shop']}"


def _in_track(name: str, details: dict[str, Any]) -> bool:
    """Whether the number is an end between which a score lies that stands there itself."""
    return name in ("low", "high") and all(
        day["score"] is not None or day["low"] is None for day in details["track"]["days"]
    )


def test_what_is_seen_is_a_rounding(tree: Node) -> None:
    seen = 0
    for one in tree.all("data"):
        english = [c.text for c in one.all("span") if c.attributes.get("lang") == "en"]
        shown = (english[0] if english else one.text).replace("−", "-").replace(",", "")
        match = re.fullmatch(r"[+±]?(-?[0-9]+)(\.[0-9]+)?(%?)( [a-z]+)?", shown)
        assert match, shown
        number = Decimal(match[1] + (match[2] or ""))
        value = Decimal(one["value"]) * (100 if match[3] else 1)
        last = Decimal(1).scaleb(-(len(match[2]) - 1 if match[2] else 0))
        assert abs(number - value) <= last / 2 + Decimal("1e-9"), (shown, one["value"])
        seen += 1
    assert seen > 400


def test_reasons_for_what_is_not_known_stand_there(tree: Node, report: dict[str, Any]) -> None:
    lost = report["shops"][3]
    assert lost["status"] == "failed"
    (body,) = tree.by_id("shops").all("tbody")
    row = [*body.all("tr")][3]
    assert lost["reason"]["en"] in row.text
    assert lost["reason"]["zh"] in row.text
    why = report["shops"][1]["why"]
    for reason in why.values():
        assert reason["zh"] in tree.by_id("s2").text
