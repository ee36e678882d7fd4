"""Checks of examples of documents: they are what their mapping reads, and could be true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve

from ..errors import ShopscoreError
from ..grading.supplements import supplement
from ..model.mappings import DocumentMapping
from ..plugins.declarations import Platform
from ..plugins.document_examples import DocumentExample, document_examples
from ..plugins.selection import select_rules
from ..reading.documents.documents import Document, Documents, number_of
from ..reading.documents.extraction import Entry, extract
from ..reading.documents.outer_forms import answers_of
from ..reading.documents.recognition import Recognised, recognise
from ..results.reference_tables import ReferenceTables
from ..scoring import score_supplement
from .report import Check
from .subject import Subject, conclude, failed, skipped

#: The last day of the examples that are looked at, and the shop in them: a name that needs escapes.
_DAY = date(2026, 9, 30)
_SHOP, _NAME = "example-1", 'A "made-up" shop'
#: Numbers of rows and of days, and shares of peers: none of them is below nothing.
_COUNTS = ("num", "den", "n", "rank")


def examples(subject: Subject) -> Iterator[Check]:
    """Check that examples are recognised, known in full, and hold no number that cannot be."""
    for platform in subject.own:
        try:
            found = document_examples(platform)
            mappings = {mapping.id: mapping for mapping in platform.mappings}
        except (ShopscoreError, OSError, ValueError) as error:
            yield failed("examples", platform.id, str(error))
            continue
        if not found:
            yield skipped("examples", platform.id, "the platform has no examples of documents")
        for id, example in found.items():
            mapping = mappings.get(id)
            if mapping is None:
                yield failed("examples", example.origin, f"there is no document {id}")
            else:
                yield conclude("examples", mapping.name, _faults(platform, mapping, example))


def _faults(
    platform: Platform, mapping: DocumentMapping, example: DocumentExample
) -> Iterator[str]:
    try:
        text = example.filled(shop=_SHOP, name=_NAME, day=_DAY)
        answers = answers_of(text.encode(), example.file_name)
    except ShopscoreError as error:
        yield str(error)
        return
    if not answers:
        yield "there is no answer in it"
    documents = []
    for answer in answers:
        found = recognise(answer, platform.mappings)
        if not isinstance(found, Recognised):
            yield f"{answer.label}: is not recognised"
        elif found.mapping is not mapping:
            yield f"{answer.label}: is taken for {found.mapping.name}"
        else:
            shops = extract(found, ZoneInfo(platform.zone))
            documents.append(Document(answer.label, mapping, shops, _SHOP))
    for document in documents:
        yield from _faults_of_content(document)
    yield from _faults_by_rules(platform, mapping, Documents(tuple(documents)))


def _faults_of_content(document: Document) -> Iterator[str]:
    """Yield what is not read, or says nothing, or cannot be."""
    if not any(shop.entries for shop in document.shops):
        yield f"{document.label}: says nothing of a shop"
    for shop in document.shops:
        for cell in shop.unreadable:
            yield f"{document.label}: {cell.id} {cell.role} {cell.text!r}: {cell.reason}"
        for place in shop.unknown:
            yield f"{document.label}: {place} is not in the mapping"
        for entry in shop.entries:
            number = number_of(entry.value)
            if entry.role in _COUNTS and number is not None and number < 0:
                yield f"{document.label}: {entry.id} {entry.role} is below nothing"
        yield from _contradictions(document.label, shop.entries)


def _contradictions(label: str, entries: tuple[Entry, ...]) -> Iterator[str]:
    """Yield the figures whose value is not the numerator divided by the denominator."""
    numbers = {(e.subject, e.id, e.role): number_of(e.value) for e in entries}
    for entry in entries:
        num, den, value = (
            numbers.get((entry.subject, entry.id, role)) for role in ("num", "den", "value")
        )
        if entry.role != "value" or num is None or not den or value is None:
            continue
        if abs(value - num / den) > entry.rounding:
            yield f"{label}: {entry.id} is {value}, and not {num} / {den}"


def _faults_by_rules(
    platform: Platform, mapping: DocumentMapping, documents: Documents
) -> Iterator[str]:
    """Yield what the newest rules say of numbers that cannot be, or contradict each other."""
    placed = Documents(
        tuple(evolve(d, shops=tuple(s.called(_SHOP) for s in d.shops)) for d in documents)
    )
    for id in mapping.scorecards if documents else ():
        version = platform.scorecard(id).newest().version
        selection = select_rules(platform, id, version, _DAY + timedelta(days=1))
        selection, beside = supplement(selection, placed)
        if beside is None or not beside.typed.shop_ids:  # it says nothing that the rules know
            continue
        for notice in score_supplement(beside, selection, ReferenceTables()).notices:
            if notice.code in ("document_cell_unused", "document_differs"):
                yield str(notice.message)
