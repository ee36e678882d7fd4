"""Known: which documents are looked for, what makes each recognised, and what to say of no document."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import InputError
from ...messages import Message, listed, message
from ...model.mappings import DocumentMapping
from ...plugins.declarations import Platform
from .documents import Documents
from .unread import identifying_places

#: So many files are named with their reasons.
_MOST = 5


def no_document(folder: str, documents: Documents, platforms: Sequence[Platform]) -> InputError:
    """Return the error for a file, or for the files of a folder, none of which is a document.

    Args:
        folder: how the folder is named; empty for a single file.
        documents: what was found instead.
        platforms: whose documents were looked for.
    """
    others = documents.others
    said = others[0].said
    for other in others[1:_MOST]:
        said = message("{a}; {b}", a=said, b=other.said)
    if len(others) > _MOST:
        said = message("{a}; {b}", a=said, b="…")
    if folder:
        said = message("{folder}: no events, and no document: {said}", folder=folder, said=said)
    if any(other.error is None for other in others):  # it could be read, and is something else
        said = message("{said}. {known}", said=said, known=_known(platforms))
    if any(other.table for other in others):
        said = message("{said}. A table of events has to be CSV or Parquet", said=said)
    return InputError(said)


def _known(platforms: Sequence[Platform]) -> Message:
    """Return which documents are known: of one platform with what makes each recognised."""
    own = [platform for platform in platforms if platform.mappings]
    if not own:
        names = listed(platform.id for platform in platforms)
        return message("No documents of {platforms} are known", platforms=names)
    if len(platforms) == 1:
        return message(
            "A document is recognised by what it has; those of {platform} are {documents}",
            platform=own[0].id,
            documents=listed(map(_described, own[0].mappings)),
        )
    return message(
        "Documents are known of {platforms}; inspect with platform= says what each is recognised by",
        platforms=listed(map(_of_platform, own)),
    )


def _described(mapping: DocumentMapping) -> Message:
    places = listed(identifying_places(mapping))
    return message("{document} (it has {places})", document=mapping.id, places=places)


def _of_platform(platform: Platform) -> Message:
    ids = listed(mapping.id for mapping in platform.mappings)
    return message("{platform} ({documents})", platform=platform.id, documents=ids)
