"""Page of a day: which shop and day documents are compared for, and which of them are of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ...errors import InputError, UsageError, did_you_mean
from ...grading.supplements import no_document_of
from ...messages import listed, message
from ...notices import Notice
from ...plugins.declarations import Platform
from ...plugins.selection import publication_day
from ...reading.documents.documents import Documents
from ...value_classes import evolve, frozen
from ..tracking.console_lines import documents_by_day, notices_on_undated

#: So many names are listed.
_MOST = 5


@frozen(eq=False)
class PageOfDay:
    """What the documents of a shop show on a day of publication."""

    shop_id: str
    day: date
    documents: Documents
    notices: tuple[Notice, ...] = ()


def find_page(
    documents: Documents, platform: Platform, shop: str | None, as_of: date | str | None
) -> PageOfDay:
    """Return the documents of a shop and a day: by default the only shop, and the newest day.

    Documents that tell no day are of the day that is asked for, where no others are.

    Raises:
        InputError: where no document is of the platform, or of that day.
        UsageError: where there are several shops, or documents of another one.
    """
    own = documents.of_platform(platform.id)
    if not own.documents:
        raise no_document_of(documents, platform.id)
    shop_id = _shop(own, shop)
    of_shop = _of_shop(own, shop_id)
    by_day = documents_by_day(of_shop, platform.id)
    if as_of is None:
        if not by_day:
            said = message(
                "no document of shop {shop} tells of which day it is: name the day of publication"
                " with as_of=",
                shop=shop_id,
            )
            raise InputError(said)
        as_of = max(by_day)
    day = publication_day(as_of, platform.zone)
    notices = notices_on_undated(of_shop, platform.id)
    if day in by_day:
        return PageOfDay(shop_id, day, by_day[day], notices)
    undated = _undated(of_shop)
    if not undated.documents:
        said = message(
            "no document of shop {shop} shows {day}, but {days}",
            shop=shop_id,
            day=day,
            days=_first(sorted(by_day, reverse=True)),
        )
        raise InputError(said)
    return PageOfDay(shop_id, day, undated)


def _shop(documents: Documents, shop: str | None) -> str:
    ids = sorted({str(one.shop_id) for document in documents for one in document.shops})
    if shop is None and len(ids) == 1:
        return ids[0]
    if shop is None:
        said = message(
            "documents of several shops: name one with shop=: {shops}", shops=_first(ids)
        )
        raise UsageError(said)
    if shop not in ids:
        guess = did_you_mean(shop, ids)
        raise UsageError(message("no document of shop {shop}{guess}", shop=shop, guess=guess))
    return shop


def _of_shop(documents: Documents, shop_id: str) -> Documents:
    found = (
        evolve(document, shops=tuple(s for s in document.shops if s.shop_id == shop_id))
        for document in documents
    )
    return evolve(documents, documents=tuple(document for document in found if document.shops))


def _undated(documents: Documents) -> Documents:
    """Return the documents of which nothing tells a day."""
    found = (
        document
        for document in documents
        if all(s.day is None and all(e.day is None for e in s.entries) for s in document.shops)
    )
    return evolve(documents, documents=tuple(found))


def _first(names: Iterable[object]) -> object:
    every = list(names)
    return listed(every, most=_MOST)
