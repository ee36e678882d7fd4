"""The mappings of documents, and the words that they are written with, as parts of a page."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_tables import code, table
from pages_of_rulesets import CONFIDENCE
from sphinx.errors import ExtensionError

import shopscore
from shopscore.model.mappings import ASKED_FOR, HEADERS, READINGS, ROLES, DocumentMapping

#: What each reading makes of a cell.
_READINGS = {
    "number": 'a number, or one as text: `4.7`, `"4.70"`, `"1e-3"`. Not `"1,234"`, not `"98%"`',
    "fraction": "a number from 0 to 1; beyond that its scale is not known, and it is not read",
    "percent": 'percent points: `"88.15"` is 0.8815',
    "percent_text": 'a text that ends with %: `"88.15%"` is 0.8815',
    "seconds_to_minutes": "seconds, in minutes",
    "seconds_to_hours": "seconds, in hours",
    "weight": 'a share of its siblings, as 0.25, 25 or `"25%"`. Of dimensions the sum tells which: near 1 or near 100, or they are not read',
    "text": "text; of a number all digits",
    "flag": "true or false, also as text, 1 or 0",
    "day": "`2026-08-31`, as it is written, also in front of a time",
    "day_digits": "`20260831`",
    "first_day": "the first `2026-08-02` in a text",
    "last_day": "the last one",
    "instant": "a time in ISO 8601; its day on the platform's clock",
    "epoch_s": "seconds since 1970; their day on the platform's clock",
    "epoch_ms": "milliseconds since 1970",
    "operator": "`<`, `≤`, `=`, `≥`, `>`, or words: `LESS_THAN`, `90% or above`; of an interval, `(LOWER,UPPER]`, the end that it names last",
    "limit": "the one percentage in some words: `90% or above` is 0.9",
}
#: What each role says of its subject.
_ROLES = {
    "value": "the value of a metric",
    "num": "its numerator",
    "den": "its denominator",
    "n": "the number of rows that it rests on",
    "points": "points of a metric or dimension, or the total",
    "weight": "the weight of a metric or dimension",
    "weighted": "points × weight",
    "target": "the limit that the source holds it against",
    "target_low": "a lower limit",
    "target_high": "an upper limit",
    "op": "how it is compared with its limit",
    "level": "the source's own verdict",
    "rank": "the share of peers that the shop is ahead of",
    "shown": "what a person sees; nothing is computed with it",
    "unit": "the unit or currency, as it stands there",
    "stars": "stars beside a total",
    "preview": "points that are to come",
    "bonus": "added to the total, whatever for",
    "deduction": "taken off the total, whatever for",
    "change": "the change against an earlier day",
    "last": "the value of the period before",
    "peer": "the mean of the peers",
    "from": "the first day of its window",
    "to": "the last day of its window",
    "name": "what it is called there",
    "tag": "a mark beside it",
    "assessed": "whether it counts in the score",
}
_HEADERS = {
    "shop_id": "the shop",
    "shop_name": "its name",
    "industry": "its industry, as the platform calls it",
    "shop_type": "its type",
    "date": "the last day that counts in the values",
    "from": "the first day of the window of all values",
    "to": "the last one",
    "updated_at": "when the answer was made, which is not the day of its values",
    "cycle": "which evaluation it is of",
}


def readings() -> str:
    """What each reading makes of a cell."""
    return _words(("`as`", "is read"), READINGS, _READINGS)


def roles() -> str:
    """What can be said of a subject, with the reading where none is written."""
    usual = {role: f"{meaning} | {code(ROLES[role])}" for role, meaning in _ROLES.items()}
    return _words(("role", "what it says", "read as"), ROLES, usual)


def headers() -> str:
    """What can be said of a shop."""
    usual = {word: f"{meaning} | {code(HEADERS[word])}" for word, meaning in _HEADERS.items()}
    return _words(("key", "what it says", "read as"), HEADERS, usual)


def _words(heads: tuple[str, ...], known: object, words: dict[str, str]) -> str:
    names = list(known)  # type: ignore[call-overload]
    if set(names) != set(words):
        raise ExtensionError(f"parts_of_documents.py: words for {set(names) ^ set(words)}")
    return table(heads, [(code(name), *words[name].split(" | ")) for name in names])


def overview() -> str:
    """Every mapping in a line."""
    rows = [
        (f"{p.en} · {p.zh}", f"[{code(m.id)}](#{_anchor(m)})", m.zh, _gives(m))
        for p in shopscore.platforms()
        for m in p.mappings
    ]
    return table(("platform", "document", "what it is", "has"), rows)


def documents() -> Iterator[str]:
    """The mappings of every platform that has any."""
    for platform in shopscore.platforms():
        if platform.mappings:
            yield f"## {platform.en}"
        for mapping in platform.mappings:
            yield from _mapping(mapping)


def _anchor(mapping: DocumentMapping) -> str:
    return f"document-{mapping.platform}-{mapping.id}"


def _told(mapping: DocumentMapping) -> Iterator[tuple[str, str, str]]:
    """What a mapping reads: subject, id and roles."""
    for figure in mapping.figures:
        asked = mapping.asked.ids.values() if mapping.asked and figure.id == ASKED_FOR else ()
        for id in asked or [figure.id]:
            yield figure.subject, id, ", ".join(figure.cells)
    for rows in mapping.rows:
        for id in dict.fromkeys(rows.ids.values()) or [f"{rows.id}:…" if rows.key else rows.id]:
            days = ", each day" if rows.day else ""
            yield rows.subject_of(id), id, ", ".join(rows.cells) + days


def _gives(mapping: DocumentMapping) -> str:
    subjects = [subject for subject, _, _ in _told(mapping)]
    counted = {s: subjects.count(s) for s in ("dimension", "metric", "fact")}
    words = ["total"] if "total" in subjects else []
    words += [f"{n} {s}{'s' if n > 1 else ''}" for s, n in counted.items() if n]
    return ", ".join(words)


def _mapping(mapping: DocumentMapping) -> Iterator[str]:
    yield f"({_anchor(mapping)})=\n### {code(mapping.name)}"
    yield f"{mapping.zh} · {mapping.en}"
    yield "\n".join(f"- {name}: {said}" for name, said in _facts(mapping) if said)
    yield table(
        ("of what", "id", "roles"),
        [("the shop", "", ", ".join(mapping.shop))] * bool(mapping.shop)
        + [(subject, code(id), roles) for subject, id, roles in _told(mapping)],
    )
    if mapping.notes:
        yield "\n".join(f"- {note}" for note in mapping.notes)


def _expression(text: str) -> str:
    """An expression as code, which may have backticks in it."""
    return f"`` {text} ``" if text else ""


def _facts(mapping: DocumentMapping) -> Iterator[tuple[str, str]]:
    yield "scorecards", ", ".join(map(code, mapping.scorecards))
    yield "recognised by", _expression(mapping.identified_by)
    yield "a good answer", _expression(mapping.good)
    yield "one shop for each of", _expression(mapping.each)
    yield "answers without values", ", ".join(refusal.label.en for refusal in mapping.refusals)
    yield (
        "limits that go before those of the rules",
        ", ".join(dict.fromkeys(code(limit.criterion) for limit in mapping.limits)),
    )
    yield (
        "verdicts that stand beside those computed",
        ", ".join(dict.fromkeys(code(verdict.criterion) for verdict in mapping.verdicts)),
    )
    yield "uncertain", mapping.uncertain
    source = mapping.source
    if source:
        title = f"[{source.title}]({source.url})" if source.url else source.title
        meaning = CONFIDENCE.get(source.confidence, "")
        yield "source", f"{title} ({source.confidence}: {meaning}). {source.note}".rstrip()
