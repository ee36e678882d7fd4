"""Pages of documents: what each was taken for, every figure in it, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from ..analysis.document_inspection import InspectedDocument, inspected
from ..messages import Message, in_language, listed, message
from ..reading.documents.cells import Percent
from ..reading.documents.documents import Documents
from ..reading.documents.extraction import Entry
from ..reading.documents.role_words import role_word
from . import tables, voice

#: The roles that have a column of their own; the others stand in the last one.
_COLUMNS = ("value", "num", "den", "points", "weight")
_HEADS = (message("of what"), *map(role_word, _COLUMNS), message("besides"))
#: More places than this are not listed for a person.
_MOST = 8


def pages_of(documents: Documents) -> Iterator[Any]:
    """Yield what to show of documents, for a person."""
    for found in inspected(documents):
        yield from _page(found)
    for other in documents.others:
        yield other.said


def documents_part(documents: Documents) -> dict[str, Any]:
    """Return the documents as they stand in ``shopscore.inspect/2``."""
    return {
        "documents": [_to_dict(found) for found in inspected(documents)],
        "no_documents": [
            {
                "file": other.label,
                "platform": other.mapping.platform if other.mapping else None,
                "en": in_language(other.reason, "en"),
                "zh": in_language(other.reason, "zh"),
            }
            for other in documents.others
        ],
    }


def _page(found: InspectedDocument) -> Iterator[Any]:
    document, mapping = found.document, found.document.mapping
    yield message(
        "{file}: taken for {name}, {label}",
        file=document.label,
        name=mapping.name,
        label=mapping.label,
    )
    yield from (f"  {voice.text(said)}" for said in _remarks(found))
    rows = [_row(found, *subject) for subject in found.subjects]
    used = [place for place, head in enumerate(_HEADS) if any(row[place] for row in rows)]
    heads = [_HEADS[place] for place in used]
    cells = ([row[place] for place in used] for row in rows)
    yield tables.table(heads, cells, right=_HEADS[1:-1])
    for cell in found.shop.unreadable:
        yield message(
            "not read: {id} {role}: {value!r} {reason}",
            id=cell.id or message("shop"),
            role=role_word(cell.role),
            value=cell.text,
            reason=cell.reason,
        )
    if found.shop.unknown:
        places = found.shop.unknown
        more = ["…"] if len(places) > _MOST else []
        yield message(
            "unknown to the mapping, and not used: {places}",
            places=listed([*places[:_MOST], *more]),
        )
    if found.missing:
        yield message(
            "gives no value of {metrics} of {ruleset}",
            metrics=listed(_named(found, id) for id in found.missing),
            ruleset=found.ruleset,
        )
    yield ""


def _remarks(found: InspectedDocument) -> Iterator[Message | str]:
    header, document = found.shop.header, found.document
    yield message(
        "shop {shop}, industry {industry}, values to {day}",
        shop=" ".join(str(header[k]) for k in ("shop_id", "shop_name") if k in header) or "–",
        industry=header.get("industry", "–"),
        day=found.shop.day or "–",
    )
    if document.cut:
        yield message("its envelope was not saved: whether the answer was good is not known")
    if document.mapping.uncertain:
        yield message("not certain: {said}", said=document.mapping.uncertain)
    yield from document.mapping.notes


def _named(found: InspectedDocument, id: str) -> object:
    label = found.label("metric", id)
    return id if label is None else message("{id} ({label})", id=id, label=label)


def _row(
    found: InspectedDocument, subject: str, id: str, entries: Sequence[Entry]
) -> tuple[object, ...]:
    label = found.label(subject, id)
    name = voice.text(label) if label else id
    by_role = {entry.role: entry for entry in entries}
    cells = [_shown(by_role[role]) if role in by_role else "" for role in _COLUMNS]
    besides = [_beside(e) for e in entries if e.role not in _COLUMNS]
    return (name, *cells, " · ".join(dict.fromkeys(besides)))


def _beside(entry: Entry) -> str:
    return f"{voice.text(role_word(entry.role))} {_shown(entry)}"


def _shown(entry: Entry) -> str:
    value = entry.value.share if isinstance(entry.value, Percent) else entry.value
    if isinstance(value, bool):
        return voice.text(message("yes") if value else message("no"))
    if not isinstance(value, Fraction):
        return str(value)
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.6g}"


def _to_dict(found: InspectedDocument) -> dict[str, Any]:
    document, mapping = found.document, found.document.mapping
    return {
        "file": document.label,
        "mapping": mapping.name,
        "zh": mapping.zh,
        "en": mapping.en,
        "uncertain": mapping.uncertain or None,
        "envelope_missing": document.cut,
        "shop": {role: str(value) for role, value in found.shop.header.items()},
        "figures": [
            {
                "subject": entry.subject,
                "id": entry.id,
                "role": entry.role,
                "value": _plain(entry),
                "exact": str(entry.value) if isinstance(entry.value, Fraction) else None,
                "text": entry.text,
                "at": entry.at,
                "day": None if entry.day is None else str(entry.day),
            }
            for entry in found.shop.entries
        ],
        "unreadable": [
            {
                "subject": cell.subject,
                "id": cell.id,
                "role": cell.role,
                "text": cell.text,
                "at": cell.at,
                "en": cell.reason.text("en"),
                "zh": cell.reason.text("zh"),
            }
            for cell in found.shop.unreadable
        ],
        "unknown": list(found.shop.unknown),
        "ruleset": found.ruleset or None,
        "missing": list(found.missing),
    }


def _plain(entry: Entry) -> float | str | bool:
    value = entry.value.share if isinstance(entry.value, Percent) else entry.value
    if isinstance(value, Fraction):
        return float(value)
    return value if isinstance(value, bool) else str(value)
