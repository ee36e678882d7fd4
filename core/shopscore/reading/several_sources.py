"""Several sources: files and folders that are read as if they lay together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..model.layouts import Layout
from ..model.streams import Stream
from .documents.loading import holds_tables
from .sources import Sources, find_sources, refuse_lost


def find_all_sources(
    paths: Sequence[Path], streams: Mapping[str, Stream], layouts: Sequence[Sequence[Layout]]
) -> Sources:
    """Find what is to be read from several files and folders, of which some may hold documents alone.

    Their files are named from above each folder, so that those of several are told apart.

    Raises:
        InputError: as :func:`find_sources` does.
    """
    for path in paths:
        refuse_lost(path)
    those = [path for path in paths if holds_tables(path)]
    if len(paths) == 1 or not those:
        return find_sources(paths[0], streams, layouts)
    above = [path.parent if path.is_dir() else path.parent.parent for path in those]
    found = [
        find_sources(path, streams, layouts, named_from=base)
        for path, base in zip(those, above, strict=True)
    ]
    tables = {
        name: [opener for one in found for opener in one.tables.get(name, ())]
        for name in streams
        if any(name in one.tables for one in found)
    }
    return Sources(tables, tuple(notice for one in found for notice in one.notices))
