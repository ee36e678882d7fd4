"""Answers to questions about a shop, in the form that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..results.csv_text import csv_text
from .option_values import OutputOptions
from .run import write, write_cells

if TYPE_CHECKING:
    import polars as pl


class Answer(Protocol):
    """What an explanation, gaps, a track and the like have in common."""

    def to_json(self) -> str:
        """Return the document as text."""

    def to_polars(self) -> pl.DataFrame:
        """Return what matters most as a dataframe."""


def write_answer(found: Answer, output: OutputOptions, show: Callable[[Path | None], None]) -> None:
    """Write an answer as a document or as CSV; else ``show`` it as tables."""
    if output.form == "json":
        write(found.to_json(), output.path)
    elif output.form == "csv":
        write_cells(csv_text(found.to_polars()), output.path, mark=output.bom)
    else:
        show(output.path)
