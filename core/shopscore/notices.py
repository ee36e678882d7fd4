"""Notices: what to know about an input or a result, as values for people and programs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from .messages import Message
from .value_classes import evolve, field, frozen

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl

#: Rows that end on the day before yesterday are fresh: many exports are a day late. So are documents.
FRESH_DAYS = 2

#: Every code with what it says. A code never changes its meaning.
CODES: Mapping[str, str] = {
    # about the rules
    "outside_span": "The rule set was named, and is not in force on the day of publication.",
    "weights_rescaled": "The weights of the dimensions do not add up to 1.",
    "numbers_supplied": "Numbers that the rule set lacks come from a file of the user's.",
    "profile_used": "Numbers that the rule set lacks come from a profile of it, which was named.",
    "numbers_missing": "Numbers of the rule set are not published, and were not supplied.",
    # about tables of the user's
    "benchmark_unused": "A benchmark table has rows of a metric that the rule set does not have.",
    "benchmark_used": "Percentiles of some metrics come from a benchmark table.",
    "standards_unused": "A table of standards has rows of a metric that the rule set does not have.",
    # about shops
    "industry_unknown": "Shops have no industry, and are ranked as industry unknown.",
    "not_checked": "A condition of eligibility was not checked, since its input is missing.",
    "rows_unknown": "Values were typed in whose number of rows is needed, and not known or not of use.",
    "values_without_events": "Shops have values typed in, and no events.",
    "values_not_current": "Values were typed in, and do not count for the last evaluation.",
    "console_differs": "A console shows other points than are computed, or than can be.",
    # about documents of consoles
    "document_unused": "A file holds no values of a document, or is of a later day.",
    "stale_document": "A document's figures end more than two days before the day of publication.",
    "document_cell_unused": "A cell of a document cannot be read, cannot be, or is of no use.",
    "documents_disagree": "Two documents of one day say different things; the first is used.",
    "document_differs": "What a document shows is not what its own numbers give, or the rules say.",
    # about input, time and peers
    "missing_input": "A stream, column or value that a weighted metric needs is missing.",
    "missing_side_input": "The same for a metric that has no weight.",
    "empty_stream": "A stream has no row before the day of publication.",
    "stale_stream": "The rows of a stream end more than two days before the day of publication.",
    "short_window": "The rows of a stream begin after the first day of a window.",
    "few_peers": "Shops were ranked among fewer than twenty.",
    "no_peers": "A weighted metric of shops has a value, and too few peers to be ranked among.",
    "states_undecided": "Rows of an ingest differ from known states, and nothing says which is newer.",
    "counted_parts": "Something was counted elsewhere and added to a ledger without its rows.",
    "as_known": "Only what a ledger knew at some moment was counted.",
    "may_be_counted": "New rows may be in what came to a ledger as counted, under another order.",
    "marks_kept": "Marks of forgotten orders stay in a ledger, since they came as counted.",
    # about files
    "file_recognised": "A file was recognised as an export of a platform.",
    "file_skipped": "A file or folder beside the input was not used.",
    "encoding_guessed": "A file is not UTF-8, and was read in another encoding.",
    "encoding_doubtful": "A file was read as GB18030, and its characters are improbable in it.",
    "quote_in_text": "A quote in a text was not taken for one that opens a cell: lines are rows.",
    "states_replaced": "Exports overlap: rows were there in a later state too, which wins.",
    "rows_repeated": "Rows were there more than once, equal in every cell, and count once.",
    "no_file_of_shop": "Shops have files of their own, and none of a stream that others have.",
    "no_links": "Rows name orders, or others, and none is there: the ids of two files differ.",
    "unknown_words": "Words that no list of the layout has became other, or empty.",
    "suborders_merged": "Rows of sub-orders became orders.",
    "rows_set_aside": "Rows could not be used, and do not count.",
    "cells_emptied": "Cells that cannot be read, or contradict others of their row, count as empty.",
    "columns_unused": "Columns of a file are not used.",
}

#: Of many shops a notice names so many.
FIRST = 20


@frozen
class Notice:
    """One thing to know: a stable code, a text in both languages, and what it is about.

    ``metrics`` are ids of metrics, ``stream`` and ``column`` the stream and the column concerned.
    ``shops`` is how many shops it concerns, None where it concerns all; ``shop_ids`` names the first
    of them, and ``every_shop`` has all that were marked.

    >>> from shopscore.messages import message
    >>> skipped = Notice("file_skipped", message("{file}: no such file", file="orders.csv"))
    >>> print(skipped.code, skipped, sep=": ")
    file_skipped: orders.csv: no such file
    """

    code: str = field()
    message: Message
    stream: str | None = None
    metrics: tuple[str, ...] = ()
    shops: int | None = None
    shop_ids: tuple[str, ...] = ()
    every_shop: pl.Series | None = field(default=None, eq=False, repr=False)
    column: str | None = None

    @code.validator
    def _check_code(self, _: object, code: str) -> None:
        if code not in CODES:
            raise ValueError(f"no notice has the code {code!r}: list it in shopscore.notices.CODES")

    def about(self, shop_ids: pl.Series, rows: npt.NDArray[np.bool_]) -> Notice:
        """Return the notice as one about the marked shops; where all are, none is named."""
        if rows.all():
            return self
        marked = shop_ids.gather(rows.nonzero()[0])
        first = tuple(marked.head(FIRST))
        return evolve(self, shops=len(marked), shop_ids=first, every_shop=marked)

    def concerns(self, shop_ids: Collection[str]) -> bool:
        """Return whether the notice is about any of some shops."""
        if self.shops is None:
            return True
        known = self.shop_ids if self.every_shop is None else self.every_shop
        return any(id in known for id in shop_ids)

    def __str__(self) -> str:
        return str(self.message)

    def text(self, lang: str) -> str:
        """Return the text in a language: ``zh`` is Chinese, anything else English."""
        return self.message.text(lang)

    def to_dict(self) -> dict[str, Any]:
        """Return the notice as it stands in the JSON documents."""
        return {
            "code": self.code,
            "stream": self.stream,
            "metrics": list(self.metrics),
            "shops": self.shops,
            "shop_ids": list(self.shop_ids),
            "en": self.message.text("en"),
            "zh": self.message.text("zh"),
        }
