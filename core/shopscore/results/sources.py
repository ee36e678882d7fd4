"""Sources: where each number of a metric is from, from events or typed in by a user."""

from __future__ import annotations

import numpy as np
import polars as pl

from ..exact.rationals import Mask
from ..grading.points import Graded
from .filling import words

EVENTS, VALUES, DOCUMENTS = "events", "values", "documents"
PEERS, BENCHMARKS = "peers", "benchmarks"
RULES = "rules"


def has_typed(graded: Graded) -> bool:
    """Return whether a user typed in anything of a metric, be it used or not."""
    ranks = graded.percentiles
    masks = graded.measured.typed, graded.supplied, None if ranks is None else ranks.supplied
    return any(mask is not None for mask in masks)


def of_value(graded: Graded) -> pl.Series:
    """Return where values are from; of a metric without a value where what stands for it is from."""
    measured, size = graded.measured, len(graded.statuses)
    typed = _mask(measured.typed, size) & measured.known
    stands = _mask(graded.supplied, size)
    if graded.percentiles is not None:
        stands = stands | (_mask(graded.percentiles.supplied, size) & graded.points.known)
    told = documented(graded)
    return _words(
        size,
        (stands & ~measured.known, VALUES),
        (stands & ~measured.known & told, DOCUMENTS),
        (measured.known, EVENTS),
        (typed, VALUES),
        (typed & told, DOCUMENTS),
    )


def documented(graded: Graded) -> Mask:
    """Return the shops of which a document tells something of a metric."""
    documents = graded.measured.documents
    if documents is None:
        return np.zeros(len(graded.statuses), dtype=np.bool_)
    return np.array([one is not None for one in documents], dtype=np.bool_)


def _documented_alone(graded: Graded) -> Mask:
    """Return the shops of which a document tells something of a metric, and a user nothing."""
    return documented(graded) & ~_mask(graded.measured.typed_besides, len(graded.statuses))


def of_documents(graded: Graded) -> dict[str, pl.Series]:
    """Return which file tells each shop's numbers of a metric, and the last day that counts there."""
    documents = graded.measured.documents or (None,) * len(graded.statuses)
    return {
        "document": pl.Series([d and d.label for d in documents], dtype=pl.String),
        "document_day": pl.Series([d and d.day for d in documents], dtype=pl.Date),
    }


def of_percentile(graded: Graded) -> pl.Series:
    """Return where percentiles are from: ranks among peers, a table of benchmarks, or typed in."""
    size, ranks = len(graded.statuses), graded.percentiles
    if ranks is None:
        return _words(size)
    return _words(
        size,
        (ranks.column.known, PEERS),
        (ranks.from_table, BENCHMARKS),
        (_mask(ranks.supplied, size), VALUES),
        (_mask(ranks.supplied, size) & _documented_alone(graded), DOCUMENTS),
    )


def of_points(graded: Graded) -> pl.Series:
    """Return where points are from: the rules, or typed in."""
    size = len(graded.statuses)
    typed = _mask(graded.supplied, size) & graded.points.known
    told = typed & _documented_alone(graded)
    return _words(size, (graded.points.known, RULES), (typed, VALUES), (told, DOCUMENTS))


def _mask(mask: Mask | None, size: int) -> Mask:
    return np.zeros(size, dtype=np.bool_) if mask is None else mask


def _words(size: int, *marks: tuple[Mask, str]) -> pl.Series:
    """Return a column of words; of several marks the last counts."""
    codes = np.full(size, len(marks), dtype=np.int8)
    for code, (mask, _) in enumerate(marks):
        codes[mask] = code
    return words([*(word for _, word in marks), None], codes)
