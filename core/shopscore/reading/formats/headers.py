"""Headers within a table: what is left where one file was put below another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import polars as pl
from attrs import evolve

from ...errors import InputError
from ...messages import message
from ...model.layouts import plain_header
from .body import Body, Origin, Refusal

#: Cells that are looked at without polars: a call of it costs as much as some thousand of them.
_FEW = 2_048

#: The reason of a row that is the header once more.
AGAIN = message("the header again, and no row")


def check_headers(body: Body, label: str, header: Sequence[str]) -> Body:
    """Return a body that refuses the rows that are its header once more.

    Its columns are named after their positions in the header.

    Raises:
        InputError: for another header, since the rows below it have other columns.
    """
    names = {at: name for at, name in enumerate(header) if name.strip()}
    suspects = set(_suspects(body.frame, names))
    refused = refuse_headers(suspects, body.origin, label, header)
    return evolve(body, refused={**body.refused, **refused}) if refused else body


def refuse_headers(
    rows: Collection[int], origin: Origin, label: str, header: Sequence[str], start: int = 0
) -> dict[int, Refusal]:
    """Return those of some rows that are the header once more; ``start`` rows are before these.

    Raises:
        InputError: for another header, since the rows below it have other columns.
    """
    names = {at: name for at, name in enumerate(header) if name.strip()}
    suspects = sorted(rows)
    if not suspects:
        return {}
    known = {plain_header(name) for name in names.values()}
    own = [plain_header(name) for name in header]
    refused: dict[int, Refusal] = {}
    records = origin.records([start + row for row in suspects])
    for row, cells in zip(suspects, records, strict=True):
        found = [plain_header(cell) for cell in cells]
        if _bare(found) == _bare(own):
            first = min(names)
            refused[row] = names[first], AGAIN
        elif _is_header(found, known):
            (line,) = origin.lines([start + row])
            raise InputError(
                message(
                    "{file}, line {line}: another header, with other columns than the first; make"
                    " two tables of it",
                    file=label,
                    line=start + row + 1 if line is None else line,
                )
            )
    return refused


def _suspects(frame: pl.DataFrame, names: dict[int, str]) -> Iterator[int]:
    """Yield rows that have the name of a column in one of the first two places, one of its id."""
    words = [*names.values()]
    for column in frame.get_columns()[:2]:
        if may_hold(column, words):
            yield from column.is_in(words).arg_true()


def may_hold(column: pl.Series, words: Collection[str]) -> bool:
    """Return whether cells may be one of some words: of few cells Python says so much sooner."""
    return len(column) > _FEW or not {*column.to_list()}.isdisjoint([*words, None])


def _is_header(cells: Sequence[str], known: set[str]) -> bool:
    """Return whether most filled cells of a row are names of columns, two of them at least."""
    filled = [cell for cell in cells if cell]
    return sum(cell in known for cell in filled) >= max(2, len(filled) / 2)


def _bare(cells: Sequence[str]) -> list[str]:
    """Return cells without blank ones at the end."""
    bare = list(cells)
    while bare and not bare[-1]:
        bare.pop()
    return bare
