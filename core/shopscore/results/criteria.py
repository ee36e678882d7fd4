"""Levels and their criteria as columns."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import polars as pl
from attrs import evolve

from ..composing.levels import CriterionCheck, Levels
from ..exact.columns import ExactColumn
from ..grading.console import Console
from ..model.conditions import Condition
from ..rules.condition_words import relief_words
from .filling import floats, masked, repeat, words

#: Columns of a criterion that only some results have: the verdict that a console shows.
OF_CONSOLE = ("console", "console_met")
#: Columns of a criterion that say how it was at the last evaluation.
OF_LAST = ("value", "bound", "met", *OF_CONSOLE)


def level_columns(found: Levels, console: Console, ids: pl.Series) -> dict[str, pl.Series]:
    """Return the level of each shop, the one that it has for certain, and the highest possible.

    A level is null where the shop has none, or where it is not known; empty without levels. The
    word of a console stands beside them where one shows any.
    """
    if not found.levels:
        return {}
    levels = [*(level.id for level in found.levels), None]
    known = np.where(found.known, found.certain, len(found.levels))
    columns = {
        "level": words(levels, known),
        "level_certain": words(levels, found.certain),
        "level_possible": words(levels, found.possible),
    }
    shown = console.stated.levels
    if shown:
        told = [shown[id].word if id in shown else None for id in ids]
        columns["level_console"] = pl.Series(told, dtype=pl.String)
    return columns


def criterion_columns(
    check: CriterionCheck, console: Console, ids: pl.Series
) -> dict[str, pl.Series]:
    """Return what a criterion measures of each shop, its bound, its relief, and who meets it.

    The verdict of a console stands beside that where one shows any: its word, and what it means.
    """
    condition, size = check.criterion.condition, len(check.values)
    columns = {
        "id": repeat(check.criterion.id, size),
        "measure": repeat(condition.measure.kind, size),
        "of": repeat(condition.measure.id or None, size, pl.String),
        "value": floats(check.values),
        "condition": repeat(condition.operator, size),
        "bound": floats(check.bounds),
        "relief": _reliefs(condition, console.counts.get(check.criterion.id), size),
        "met": masked(check.verdict.met, check.verdict.told),
    }
    if own := console.stated.verdicts.get(check.criterion.id):
        shown = [own.get(id) for id in ids]
        columns["console"] = pl.Series([s and s.word for s in shown], dtype=pl.String)
        columns["console_met"] = pl.Series([s and s.met for s in shown], dtype=pl.Boolean)
    return columns


def with_count(condition: Condition[Fraction], count: Fraction | None) -> Condition[Fraction]:
    """Return a condition with the count of its relief that a document states, where it does."""
    if count is None or condition.relief is None:
        return condition
    return evolve(condition, relief=evolve(condition.relief, count_at_most=count))


def _reliefs(condition: Condition[Fraction], told: ExactColumn | None, size: int) -> pl.Series:
    """Return the relief of each shop in words."""
    if told is None:
        return repeat(_relief(condition), size, pl.String)
    counts = told.fractions()
    texts = {count: _relief(with_count(condition, count)) for count in {*counts}}
    return pl.Series([texts[count] for count in counts], dtype=pl.String)


def _relief(condition: Condition[Fraction]) -> str | None:
    said = relief_words(condition)
    return None if said is None else str(said)
