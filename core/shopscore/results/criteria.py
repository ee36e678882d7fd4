"""Levels and their criteria as columns."""

from __future__ import annotations

import numpy as np
import polars as pl

from ..composing.levels import CriterionCheck, Levels
from ..rules.condition_words import relief_words
from .filling import floats, masked, repeat, words


def level_columns(found: Levels) -> dict[str, pl.Series]:
    """Return the level of each shop, the one that it has for certain, and the highest possible.

    A level is null where the shop has none, or where it is not known; empty without levels.
    """
    if not found.levels:
        return {}
    ids = [*(level.id for level in found.levels), None]
    known = np.where(found.known, found.certain, len(found.levels))
    return {
        "level": words(ids, known),
        "level_certain": words(ids, found.certain),
        "level_possible": words(ids, found.possible),
    }


def criterion_columns(check: CriterionCheck) -> dict[str, pl.Series]:
    """Return what a criterion measures of each shop, its bound, its relief, and who meets it."""
    condition, size = check.criterion.condition, len(check.values)
    relief = relief_words(condition)
    return {
        "id": repeat(check.criterion.id, size),
        "measure": repeat(condition.measure.kind, size),
        "of": repeat(condition.measure.id or None, size, pl.String),
        "value": floats(check.values),
        "condition": repeat(condition.operator, size),
        "bound": floats(check.bounds),
        "relief": repeat(None if relief is None else str(relief), size, pl.String),
        "met": masked(check.verdict.met, check.verdict.told),
    }
