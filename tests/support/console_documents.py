"""Documents of consoles, as they might be saved: examples with invented values, and what they say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shopscore.model.mappings import DocumentMapping
from shopscore.plugins.mapping_toml import mapping_of_platform
from shopscore.reading.documents.cells import Percent
from shopscore.reading.documents.extraction import ShopOfDocument, extract
from shopscore.reading.documents.outer_forms import Answer, answers_of
from shopscore.reading.documents.recognition import Recognised, Refused, recognise
from shopscore.reading.documents.searching import is_true

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "tests" / "reading" / "documents" / "examples"
NAMES = sorted(path.name for path in EXAMPLES.glob("*.json"))
ABROAD = {
    "amazon": "America/Los_Angeles",
    "ebay": "America/Los_Angeles",
    "walmart": "America/Chicago",
}

#: Subject, id, role and day of a figure; of what is said of a shop, ``header`` and the word.
Key = tuple[str, ...]


@cache
def mappings() -> tuple[DocumentMapping, ...]:
    """Every mapping that a plugin of this repository brings, read from its file."""
    files = [
        *ROOT.glob("plugins/*/documents/*.toml"),
        *ROOT.glob("examples/*/src/*/documents/*.toml"),
    ]
    return tuple(
        mapping_of_platform(file.read_text("utf-8"), file.name, platform_of(file))
        for file in sorted(files)
    )


def platform_of(file: Path) -> str:
    """The platform whose plugin a file belongs to."""
    return file.parent.parent.name.removeprefix("shopscore_")


def data(name: str) -> bytes:
    """The bytes of an example."""
    return (EXAMPLES / name).read_bytes()


def content(name: str) -> Any:
    """The JSON of an example."""
    return json.loads(data(name), parse_float=Decimal)


def found_in(answer: Answer) -> Recognised | Refused | None:
    """What an answer is taken for, among the documents of all platforms."""
    return recognise(answer, mappings())


def fits(mapping: DocumentMapping, content: Any) -> bool:
    """Whether a mapping takes some JSON, as it stands, for its document."""
    return is_true(mapping.identified_by, content)


def shops_of(answer: Answer) -> tuple[ShopOfDocument, ...]:
    """The shops of an answer; none where it is not recognised or holds no values."""
    found = found_in(answer)
    if not isinstance(found, Recognised):
        return ()
    return extract(found, ZoneInfo(ABROAD.get(found.mapping.platform, "Asia/Shanghai")))


def shops_in(bytes: bytes, label: str) -> list[ShopOfDocument]:
    """The shops of all answers in a file."""
    return [shop for answer in answers_of(bytes, label) for shop in shops_of(answer)]


def figures(shop: ShopOfDocument) -> dict[Key, str | Fraction]:
    """What a document says of a shop, numbers as fractions and everything else as text."""
    said = {("header", role): _plain(value) for role, value in shop.header.items()}
    return said | {
        (e.subject, e.id, e.role, str(e.day or "")): _plain(e.value) for e in shop.entries
    }


def all_figures(shops: tuple[ShopOfDocument, ...] | list[ShopOfDocument]) -> dict[Key, Any]:
    """The same of several shops, told apart by their place."""
    return {(str(i), *k): v for i, shop in enumerate(shops) for k, v in figures(shop).items()}


def _plain(value: Any) -> str | Fraction:
    if isinstance(value, Fraction):
        return value
    if isinstance(value, Percent):
        return f"{value.share * 100}%"
    return str(value).lower() if isinstance(value, bool) else str(value)


def expected(shop: Mapping[str, Any]) -> dict[Key, str | Fraction]:
    """What an example says of a shop, as a person wrote it down beside it."""
    said: dict[Key, str | Fraction] = {
        ("header", role): text for role, text in shop.get("header", {}).items()
    }
    for subject in ("total", "dimension", "metric", "fact"):
        for name, roles in shop.get(subject, {}).items():
            id, _, day = name.partition(" ")
            said |= {(subject, id, role, day): _number(role, text) for role, text in roles.items()}
    return said


#: Roles of which a text of digits is meant as text.
_WORDS = ("level", "shown", "name", "tag", "unit", "from", "to", "op")


def _number(role: str, text: str) -> str | Fraction:
    try:
        return text if role in _WORDS else Fraction(text)
    except ValueError:
        return text


def places(content: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in JSON where a value stands, with those that hold others."""
    if at:
        yield at
    if isinstance(content, dict | list):
        below = content.items() if isinstance(content, dict) else enumerate(content)
        for key, value in below:
            yield from places(value, (*at, key))
