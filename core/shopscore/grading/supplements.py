"""Supplements: what users typed in and what documents tell, beside events or alone."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ..errors import InputError
from ..messages import listed, message
from ..plugins.selection import Selection
from ..reading.documents.documents import Documents
from ..reading.events import UNKNOWN_INDUSTRY
from ..reading.files import stages
from .value_merging import Prefer, ValuesBeside, check_prefer

if TYPE_CHECKING:
    from .typed_rows import TypedRow
    from .typed_values import TypedValues


def supplement(
    selection: Selection,
    documents: Documents,
    values: Any = None,
    prefer: Prefer = "events",
    industry: str | None = None,
) -> tuple[Selection, ValuesBeside | None]:
    """Return the rules with the numbers that documents tell, and what to grade beside events.

    What a user typed in goes before what a document tells of the same metric of a shop.

    Raises:
        InputError: where no document is of the platform of the rules.
    """
    check_prefer(prefer, values if values is not None else documents or None)
    typed = current = None
    if values is not None:
        from .typed_values import read_values

        stages(None, logging.getLogger("shopscore.scoring"))(message("reading values"))
        typed = read_values(values, selection.rules)
    if documents.found_any:
        from .document_numbers import numbers_of_documents
        from .document_values import values_of_documents

        platform = selection.rules.platform.id
        if not documents.of_platform(platform).documents:
            raise no_document_of(documents, platform)
        told = values_of_documents(documents, selection.rules, selection.day)
        numbers = numbers_of_documents(told.figures, selection.rules, industry or UNKNOWN_INDUSTRY)
        selection = selection.with_numbers(numbers.tables)
        notices = (*told.notices, *numbers.notices)
        typed = _together(typed, evolve(told.typed, notices=notices))
        if selection.rules.ruleset.evaluation is not None:
            last = values_of_documents(documents, selection.rules, selection.day, "current")
            current = last.typed if last.figures else None
            more = [notice for notice in last.notices if notice not in typed.notices]
            typed = evolve(typed, notices=(*typed.notices, *more))
    if typed is None:
        return selection, None
    return selection, ValuesBeside(typed, prefer, industry or UNKNOWN_INDUSTRY, current)


def no_document_of(documents: Documents, platform: str) -> InputError:
    """Return the error of documents of which none is of a platform."""
    own = [other for other in documents.of_platform(platform).others if other.mapping]
    if own:
        return InputError(own[0].said)
    if not documents.platforms:
        said = message(
            "no document of {platform} here: shopscore inspect tells what each file is",
            platform=platform,
        )
        return InputError(said)
    return InputError(
        message(
            "no document of {platform} here, but of {others}: shopscore inspect tells what each is",
            platform=platform,
            others=listed(documents.platforms),
        )
    )


def _together(typed: TypedValues | None, told: TypedValues) -> TypedValues:
    """Return what was typed in, and what documents tell besides."""
    if typed is None:
        return told
    by_hand = [row for row in typed.rows if row.has_number or row.none]
    known = {_about(row): row for row in by_hand}
    more = [row for row in told.rows if _about(row) not in known]
    # a percentile or points beside which no value was typed in hide no value
    without = {key for key, row in known.items() if row.value is None and not row.says_none}
    more += [
        evolve(row, percentile=None, points=None)
        for row in told.rows
        if row.name.kind == "metric" and _about(row) in without and row.value is not None
    ]
    return evolve(
        told,
        rows=[*by_hand, *more],
        industries={**told.industries, **typed.industries},
        notices=(*typed.notices, *told.notices),
        conditions=typed.conditions,
    )


def _about(row: TypedRow) -> tuple[str, str, str]:
    """Return the shop of a row, and what of it the row is about."""
    return row.shop_id, row.name.kind, row.name.id
