"""What was counted on Spark: cells that stay there, and the state that is brought here."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ..composing.standards import Standards
from ..counting.state import Tallies
from ..grading.benchmarks import Benchmark
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.selection import Selection, notices_on, publication_day
from ..reading.events import Events
from ..reading.report import LoadReport
from ..results.reference_tables import ReferenceTables
from ..value_classes import evolve, field, frozen
from .by_industry import OneDay, days_of, scoring
from .failures import as_raised_on_executors
from .reports import KINDS, report_of
from .shop_rows import STATE_COLUMNS, shops_of, state_of
from .tables import spark_schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@frozen(slots=False, eq=False, repr=False)
class Counted:
    """The cells of events that were counted on Spark, with the books of reading them.

    ``table`` is a dataframe of Spark that is kept there (``persist``) once it was computed;
    :meth:`unpersist` lets it go. Made by :func:`shopscore.spark.tally`.
    """

    selection: Selection
    _empty: Events = field()
    _nothing: Tallies = field()
    table: DataFrame = field()

    @property
    def rules(self) -> BoundRuleSet:
        """The rules that it was counted for."""
        return self.selection.rules

    def __repr__(self) -> str:
        return f"<Counted on Spark: {len(self.tallies)} tallies of {self.rules.ruleset.name}>"

    @property
    def tallies(self) -> dict[str, str]:
        """What was counted, as canonical text by fingerprint."""
        return dict(self._nothing.tallies)

    @property
    def cells(self) -> DataFrame:
        """Sum and number of rows per tally (its fingerprint), shop and day, on Spark."""
        return self._of_kind("cell", "tally", "shop_id", "day", "sum", "count")

    @property
    def set_aside(self) -> DataFrame:
        """The cells for which rows were set aside, on Spark, with file, row and key of each."""
        return self._incidents("set_aside")

    @property
    def repaired(self) -> DataFrame:
        """The cells that count as empty, on Spark, with file, row and key of each."""
        return self._incidents("repaired")

    def collect(self) -> Tallies:
        """Return the whole state, if it fits on this machine: cells are many.

        Raises:
            ShopscoreError: of the kind that an executor raised.
            StateError: where rows of the state got lost or doubled on the way.
        """
        own = self.table.where("kind in ('cell', 'unit')").select(*STATE_COLUMNS)
        cells = self._collected(own)
        rows = pl.concat([cells, self._shop_rows.drop("text")], how="diagonal_relaxed")
        return state_of(rows, self._nothing)

    @cached_property
    def shops(self) -> pl.DataFrame:
        """The shops that have rows or are declared, with their attributes, as ``shops=`` takes them.

        Raises:
            ShopscoreError: of the kind that an executor raised.
        """
        return shops_of(self._shop_rows, self._empty.shops.schema)

    def score(
        self,
        *,
        as_of: date | str | None = None,
        benchmarks: Benchmark | str | Path | None = None,
        standards: Standards | str | Path | None = None,
        lang: str = "en",
    ) -> DataFrame:
        """Score all shops on Spark by the rules that they were counted for, industry by industry.

        It is for more shops than one machine scores; else :func:`shopscore.score` takes what
        :meth:`collect` returns, and says more. An industry must fit on one executor. The columns
        are those of :meth:`shopscore.Result.to_polars`, which see.

        Args:
            as_of: the day of publication; by default that of :func:`tally`.
            benchmarks: a table, or the path of one, from which percentiles are taken.
            standards: a table, or the path of one, that says what each metric must reach.
            lang: the language of reasons.

        Raises:
            ShopscoreError: of the kind that an executor raised.
            CoverageError: where the rules are not in force on the day, and were not named.
        """
        rules = self.rules
        day = publication_day(as_of or self.selection.day, rules.platform.zone)
        selection = evolve(self.selection, day=day, notices=notices_on(rules, day))
        tables = ReferenceTables(benchmarks, standards).bound(rules)
        days = days_of(self._collected(self.cells.select("tally", "day").distinct()))
        one = OneDay(selection, tables, self._nothing, self._empty.shops.schema, days, lang)
        columns = spark_schema(one.score(self._shop_rows.clear()).schema)
        rows = self.table.where("kind in ('cell', 'shop')")
        rows = rows.select("industry", *STATE_COLUMNS, "text")
        return rows.groupBy("industry").applyInArrow(scoring(one), columns)

    @cached_property
    def report(self) -> LoadReport:
        """The books and notices of all partitions together: those of one run over everything.

        Cells that were set aside are brought here; where they are very many, look at
        :attr:`set_aside`.

        Raises:
            ShopscoreError: of the kind that an executor raised.
        """
        found = self.table.where(f"kind in {KINDS}").drop("tally", "day", "sum", "count")
        return report_of(self._collected(found), self._empty, self.shops)

    def unpersist(self) -> None:
        """Let go of what Spark keeps of the table."""
        self.table.unpersist()

    @cached_property
    def _shop_rows(self) -> pl.DataFrame:
        return self._collected(self._of_kind("shop", *STATE_COLUMNS, "text"))

    def _of_kind(self, kind: str, *columns: str) -> DataFrame:
        return self.table.where(f"kind = '{kind}'").select(*columns)

    def _incidents(self, kind: str) -> DataFrame:
        named = self._of_kind(
            kind, "stream", "file", "row", "shop_id", "key", "column", "value", "text"
        )
        return named.withColumnRenamed("text", "reason")

    def _collected(self, rows: DataFrame) -> pl.DataFrame:
        """Return rows on this machine."""
        with as_raised_on_executors(self.rules):
            return pl.DataFrame(rows.toArrow())
