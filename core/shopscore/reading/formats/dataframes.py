"""Dataframes of any library as dataframes of polars."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import polars as pl
from polars.exceptions import PanicException

from ...errors import InputError
from ...messages import message
from .column_types import as_text

#: What a dataframe may raise when it is read, whatever library it is of.
_FAILURES = (Exception, PanicException)


def library_of(data: Any) -> str:
    """Return the package that a dataframe is of.

    >>> library_of(pl.DataFrame())
    'polars'
    """
    return type(data).__module__.partition(".")[0].lstrip("_")


def read_dataframe(
    data: Any, label: str, columns: Collection[str] | None = None
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return any dataframe with the Arrow PyCapsule interface as one of polars.

    Where not all of it can be read, columns other than those in ``columns`` are left out; their
    names come second.

    Raises:
        InputError: where it is none, or a package is missing that reads it; it names the column.
    """
    _refuse_lost_index(data, label, columns or ())
    try:
        whole = data.collect() if isinstance(data, pl.LazyFrame) else pl.DataFrame(_stream(data))
        return whole, ()
    except _FAILURES as error:
        _refuse_missing_packages(data, label, error)
        each = [*_columns(data)]
        if not each:
            raise InputError(
                message(
                    "{where}: {type} cannot be read as a dataframe: {error}",
                    where=label,
                    type=type(data).__name__,
                    error=error,
                )
            ) from None
    return _read_each(each, label, columns, library_of(data))


def _read_each(
    each: list[tuple[str, Any]], label: str, columns: Collection[str] | None, library: str
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the columns that can be read, one by one; raise for a known one that cannot."""
    read: dict[str, pl.Series] = {}
    left_out = []
    for name, column in each:
        known = columns is None or name in columns
        if known and name in read:
            raise InputError(
                message("{where}: column {column} is there twice", where=label, column=name)
            )
        try:
            read[name] = pl.DataFrame(column).to_series()
        except _FAILURES as error:
            if known:
                raise _mixed(name, column, label, library, error) from None
            left_out.append(name)
    return pl.DataFrame(read), tuple(left_out)


def _mixed(name: str, column: Any, label: str, library: str, error: BaseException) -> InputError:
    code = as_text(name, library)
    cells = column.iloc[:, 0].dropna() if library == "pandas" else ()
    types = sorted({type(cell).__name__ for cell in cells})
    if len(types) < 2:
        return InputError(
            message(
                "{where}: column {column} cannot be read: {error}; give it as text ({code})",
                where=label,
                column=name,
                error=error,
                code=code,
            )
        )
    return InputError(
        message(
            "{where}: column {column} holds values of several types ({types}): give it as text"
            " ({code}), or read it as text at once (pd.read_excel(…, dtype=str))",
            where=label,
            column=name,
            types=", ".join(types),
            code=code,
        )
    )


def _columns(data: Any) -> Iterator[tuple[str, Any]]:
    """Yield name and dataframe of each column, where the library is one that we know."""
    library = library_of(data)
    if library == "pandas" and hasattr(data, "iloc") and hasattr(data, "columns"):
        for place, name in enumerate(data.columns):
            yield str(name), data.iloc[:, [place]]
    elif library == "pyarrow" and hasattr(data, "column_names") and hasattr(data, "select"):
        for place, name in enumerate(data.column_names):
            yield name, data.select([place])
    elif library == "duckdb" and hasattr(data, "columns") and hasattr(data, "select"):
        from duckdb import ColumnExpression  # type: ignore[import-not-found, unused-ignore]

        for name in data.columns:
            yield name, data.select(ColumnExpression(name))


def _refuse_missing_packages(data: Any, label: str, error: BaseException) -> None:
    if isinstance(error, ImportError) and library_of(data) == "pandas":
        raise InputError(
            message(
                '{where}: a dataframe of pandas needs pyarrow; pip install "shopscore[pandas]"',
                where=label,
            )
        ) from None


def _refuse_lost_index(data: Any, label: str, columns: Collection[str]) -> None:
    """Raise where a known column is the index of a dataframe, which is not read."""
    if library_of(data) != "pandas" or not hasattr(data, "index"):
        return
    lost = [n for n in data.index.names if n in columns and n not in data.columns]
    if lost:
        raise InputError(
            message(
                "{where}: column {column} is the index of the dataframe, which is not read: give"
                " frame.reset_index()",
                where=label,
                column=lost[0],
            )
        )


def _stream(data: Any) -> Any:
    """Return a dataset (or its scanner), which offers no stream itself, as one that does."""
    if not hasattr(data, "__arrow_c_stream__"):
        for opens in ("scanner", "to_reader"):
            data = getattr(data, opens)() if hasattr(data, opens) else data
    return data
