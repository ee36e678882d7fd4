"""On executors: the shops of one industry are ranked among each other, and scored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl

from ..counting.day_ranges import Days, days_by_fingerprint
from ..counting.state import Tallies
from ..plugins.selection import Selection
from ..results.reference_tables import ReferenceTables
from ..scoring import score_state
from ..value_classes import frozen
from .shop_rows import shops_of, state_of
from .tables import to_arrow


@frozen(eq=False)
class OneDay:
    """What the shops of all industries are scored by: the rules of a day, and the days with rows.

    ``nothing`` is a state that counts what theirs do, without a row.
    """

    selection: Selection
    tables: ReferenceTables
    nothing: Tallies
    attributes: pl.Schema
    days: Mapping[str, Days]
    lang: str

    def score(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the scores of some shops, of whose industries all are among them."""
        rules = self.selection.rules
        days = days_by_fingerprint(self.days, self.nothing.columns, rules.tallies)
        state, shops = state_of(rows, self.nothing), shops_of(rows, self.attributes)
        result = score_state(state, self.selection, shops, self.tables, days=days)
        return result.to_polars(lang=self.lang)


def scoring(day: OneDay) -> Callable[[Any], Any]:
    """Return what scores the shops of an industry, given its rows of shops and cells."""

    def score(rows: Any) -> Any:
        return to_arrow(day.score(pl.DataFrame(rows)))

    return score


def days_of(rows: pl.DataFrame) -> dict[str, Days]:
    """Return the days of each tally, of a table with ``tally`` and ``day``."""
    return {
        str(name): own["day"].cast(pl.Int32).to_numpy().astype(np.int64)
        for (name,), own in rows.group_by("tally")
    }
