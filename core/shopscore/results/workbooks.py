"""Results as files that are no text: workbooks, and Parquet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO

import polars as pl

from ..errors import InputError, UsageError
from ..messages import message
from ..notices import Notice
from .csv_text import flatten

#: What a worksheet holds, the header included, and a cell of it.
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_CHARACTERS = 32_767

#: Texts stay what they are: no formulas, no links, no numbers, no dates.
_AS_IT_IS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


#: The columns of the sheet of notices, as in the JSON documents.
_NOTICES: dict[str, pl.DataType] = {
    "code": pl.String(),
    "stream": pl.String(),
    "metrics": pl.List(pl.String()),
    "shops": pl.Int64(),
    "shop_ids": pl.List(pl.String()),
    "en": pl.String(),
    "zh": pl.String(),
}


def workbook(frame: pl.DataFrame, notices: Sequence[Notice]) -> bytes:
    """Return a result as a workbook: its scores, and what to know of them, a sheet each.

    Raises:
        UsageError: where the extra ``excel`` is not installed.
        InputError: where a worksheet does not hold it.
    """
    told = pl.DataFrame([notice.to_dict() for notice in notices], schema=_NOTICES)
    return workbook_of({"scores": frame, "notices": told})


def workbook_of(sheets: Mapping[str, pl.DataFrame], created: date | None = None) -> bytes:
    """Return frames as a workbook with a sheet for each, by its name.

    A workbook says when it was made: with ``created`` the same frames give the same bytes.

    Raises:
        UsageError: where the extra ``excel`` is not installed.
        InputError: where a worksheet does not hold a frame.
    """
    try:
        from xlsxwriter import Workbook
    except ImportError:
        raise UsageError(
            message('a workbook needs xlsxwriter: pip install "shopscore[excel]"')
        ) from None
    flat = {name: flatten(frame) for name, frame in sheets.items()}
    for sheet in flat.values():
        _check_size(sheet)
    written = BytesIO()
    with Workbook(written, {**_AS_IT_IS, "in_memory": True, "nan_inf_to_errors": True}) as book:
        if created is not None:
            book.set_properties({"created": datetime.combine(created, time())})
        for name, sheet in flat.items():
            sheet.write_excel(
                book,
                name,
                dtype_formats={pl.Float64: "General", pl.Int64: "0", pl.Date: "yyyy-mm-dd"},
                freeze_panes=(1, 0),
                autofit=True,
            )
    return written.getvalue()


def parquet(frame: pl.DataFrame) -> bytes:
    """Return a result as the bytes of a Parquet file."""
    written = BytesIO()
    frame.write_parquet(written)
    return written.getvalue()


def _check_size(frame: pl.DataFrame) -> None:
    if frame.height >= MOST_ROWS or frame.width > MOST_COLUMNS:
        raise InputError(
            message(
                "a worksheet does not hold {rows} rows of {columns} columns: take CSV or Parquet",
                rows=frame.height,
                columns=frame.width,
            )
        )
    for name, dtype in frame.schema.items():
        longest = frame[name].str.len_chars().max() if dtype == pl.String else 0
        if isinstance(longest, int) and longest > MOST_CHARACTERS:
            raise InputError(
                message(
                    "a cell of a worksheet does not hold {n} characters: take CSV or Parquet",
                    n=longest,
                )
            )
