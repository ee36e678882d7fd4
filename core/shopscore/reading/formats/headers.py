"""Headers within a table: what is left where one file was put below another."""

from __future__ import annotations

from collections.abc import Collection, Sequence

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
    found = refuse_named(body.frame.get_columns(), body.origin, label, header)
    return evolve(body, refused={**body.refused, **found}) if found else body


def refuse_named(
    columns: Sequence[pl.Series], origin: Origin, label: str, header: Sequence[str]
) -> dict[int, Refusal]:
    """Return the rows that are the header once more, of rows with these columns of text.

    Such a row has the name of a column in one of the first two, one of its id.

    Raises:
        InputError: for another header, since the rows below it have other columns.
    """
    words = [name for name in header if name.strip()]
    first = (column for column in columns[:2] if may_hold(column, words))
    suspects = {row for column in first for row in column.is_in(words).arg_true()}
    return refuse_headers(suspects, origin, label, header)


def refuse_headers(
    rows: Collection[int], origin: Origin, label: str, header: Sequence[str], start: int = 0
) -> dict[int, Refusal]:
    """Return those of some rows that are the header once more; ``start`` rows are before these.

    Raises:
        InputError: for another header, since the rows below it have other columns.
    """
    suspects = sorted(rows)
    if not suspects:
        return {}
    words = [name for name in header if name.strip()]
    own, known = list(map(plain_header, header)), {plain_header(word) for word in words}
    refused: dict[int, Refusal] = {}
    records = origin.records([start + row for row in suspects])
    for row, cells in zip(suspects, records, strict=True):
        found = [plain_header(cell) for cell in cells]
        if _bare(found) == _bare(own):
            refused[row] = words[0], AGAIN
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
