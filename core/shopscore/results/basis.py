"""What a result was concluded from: kept with it, so that it can be concluded of other values too."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ..counting.day_ranges import RowDays
from ..grading.value_merging import ValuesBeside
from ..grading.weighing import MetricValues
from ..notices import Notice
from ..plugins.selection import Selection
from ..value_classes import field, frozen
from .reference_tables import ReferenceTables


@frozen(eq=False)
class Basis:
    """The rules, what was counted, what stands beside it, and the tables of a result.

    ``counted`` are the values of ``shops`` as they were counted, ``current`` those of the last
    evaluation, ``days`` the days with rows. Without events or a state nothing was counted.
    """

    selection: Selection
    tables: ReferenceTables
    beside: ValuesBeside | None = None
    shops: pl.DataFrame = field(factory=pl.DataFrame)
    counted: Mapping[str, MetricValues] | None = None
    current: Mapping[str, MetricValues] | None = None
    days: RowDays | None = None
    notices: tuple[Notice, ...] = ()
