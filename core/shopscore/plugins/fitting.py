"""Whether an addition fits a platform: it contradicts nothing, and changes nothing that counts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from contextlib import suppress

from attrs import evolve

from ..errors import DeclarationError, PluginError, ShopscoreError
from ..messages import Message, message
from ..model.shop_statuses import merged_statuses
from ..model.streams import Stream
from .additions import Addition, merged_facts
from .declarations import Platform
from .folders import toml_texts
from .isolation import isolated


def find_contradiction(platform: Platform, additions: Sequence[Addition]) -> str | None:
    """Return what a plugin's additions declare otherwise than the platform does; None: nothing."""
    try:
        for addition in additions:
            for stream in addition.streams:
                if (known := platform.all_streams.get(stream.name)) is not None:
                    known.merged_with(stream)
            merged_facts(platform.facts, addition.facts)
            merged_statuses(platform.statuses, addition.statuses)
    except DeclarationError as error:
        return _said(error)
    if any(addition.exports for addition in additions):
        known_ids = _layout_ids((platform.exports, *platform.more_exports))
        if twice := known_ids & _layout_ids(addition.exports for addition in additions):
            return _layout_twice(platform, min(twice))
    return None


def find_fault(platform: Platform, additions: Sequence[Addition]) -> str | None:
    """Return why a plugin's additions cannot be used, or would change what others count.

    They are looked at together, so that one may name what another brings; None: no reason.
    """
    try:
        for stream in (stream for addition in additions for stream in addition.streams):
            if (known := platform.all_streams.get(stream.name)) is not None:
                _check_harmless(known, stream)
        extended = platform.with_additions(additions)
        if exports := tuple(addition.exports for addition in additions if addition.exports):
            # a layout that cannot be used would take those of others along
            _ = evolve(extended, exports="", more_exports=exports).layouts
    except ShopscoreError as error:
        return _said(error)
    return None


def _said(error: ShopscoreError) -> str:
    said: str = error.args[0]
    return said


def _layout_twice(platform: Platform, layout: str) -> Message:
    return message(
        "{platform}: layout {layout} is declared twice", platform=platform.id, layout=layout
    )


def _layout_ids(folders: Iterable[str]) -> set[str]:
    """Return the ids of the layouts in some folders; what is wrong with one is told elsewhere."""
    ids = set[str]()
    for folder in filter(None, folders):
        with suppress(PluginError), isolated(folder):  # importing a package may do anything
            ids.update(str(tomllib.loads(text).get("id")) for text in toml_texts(folder).values())
    return ids


def _check_harmless(known: Stream, added: Stream) -> None:
    """Raise DeclarationError where rows of a stream would no longer count as they do."""
    for column in added.columns:
        if column.name not in known.names and (column.required or column.vital):
            said = message(
                "stream {stream}: column {column} cannot be required or vital: rows without it would"
                " no longer count for others",
                stream=known.name,
                column=column.name,
            )
            raise DeclarationError(said)
    for first, then in added.ordered:
        if (first, then) not in known.ordered and then in known.names:
            said = message(
                "stream {stream}: {column} is not a column of its own, and would become empty where"
                " it is before {first}",
                stream=known.name,
                column=then,
                first=first,
            )
            raise DeclarationError(said)
