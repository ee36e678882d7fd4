"""What was counted on Spark: cells that stay there, and the state that is brought here."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl
from attrs import field, frozen

from ..counting.state import Tallies
from ..counting.state_table import joined_table
from ..model.streams import SHOPS
from ..plugins.bound_rules import BoundRuleSet
from ..reading.assembling import on_industries
from ..reading.events import UNKNOWN_INDUSTRY, Events
from ..reading.findings import on_losses, on_repeated
from ..reading.report import INCIDENT_SCHEMA, Books, LoadReport
from .failures import as_raised_on_executors
from .lost_links import LinkFacts, on_lost_links

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@frozen(slots=False, eq=False, repr=False)
class Counted:
    """The cells of events that were counted on Spark, with the books of reading them.

    ``table`` is a dataframe of Spark that is kept there (``persist``) once it was computed;
    :meth:`unpersist` lets it go. Made by :func:`shopscore.spark.tally`.
    """

    rules: BoundRuleSet
    _empty: Events = field()
    _nothing: Tallies = field()
    table: DataFrame = field()

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
        """Return the whole state, which fits on this machine or not: its cells are many.

        Raises:
            ShopscoreError: of the kind that an executor raised.
            StateError: where rows of the state got lost or doubled on the way.
        """
        own = pl.concat([self._collected(self.cells, "cell"), self._units()], how="diagonal")
        return Tallies.from_dataframe(joined_table(self._nothing, own.lazy()))

    @cached_property
    def shops(self) -> pl.DataFrame:
        """The shops that have rows or are declared, with their attributes, as ``shops=`` takes them.

        Raises:
            ShopscoreError: of the kind that an executor raised.
        """
        schema = self._empty.shops.schema
        said = pl.Struct({name: dtype for name, dtype in schema.items() if name != "shop_id"})
        rows = self._shop_rows.select(
            "shop_id", pl.col("text").str.json_decode(said).struct.unnest()
        )
        return rows.select(schema.names()).sort("shop_id")

    @cached_property
    def report(self) -> LoadReport:
        """The books and notices of all partitions together: those of one run over everything.

        Cells that were set aside are brought here; where they are very many, look at
        :attr:`set_aside`.

        Raises:
            ShopscoreError: of the kind that an executor raised.
        """
        books = {name: Books() for name in self._empty.report.books}
        for stream, text in self._of_rows("books", "stream", "text"):
            books[stream] = books[stream].plus(Books(**json.loads(text)))
        aside, repaired = (self._local_incidents(kind) for kind in ("set_aside", "repaired"))
        links = [_link_facts(text) for (text,) in self._of_rows("links", "text")]
        unknown = pl.col("industry").replace(UNKNOWN_INDUSTRY, None)
        notices = [*self._empty.report.notices, *on_industries(self.shops.with_columns(unknown))]
        for name, found in books.items():
            notices += on_repeated(name, found.repeated)
            own = pl.col("stream") == name
            notices += on_losses(name, found, aside.filter(own), repaired.filter(own))
        notices += on_lost_links(links, self._empty.streams)
        ignored = self._empty.report.ignored
        return LoadReport(books, aside, repaired, ignored, tuple(notices))

    def unpersist(self) -> None:
        """Let go of what Spark keeps of the table."""
        self.table.unpersist()

    @cached_property
    def _shop_rows(self) -> pl.DataFrame:
        return self._collected(self._of_kind("shop", "shop_id", "count", "unit", "check", "text"))

    def _units(self) -> pl.DataFrame:
        """Return the rows of shops and units that a state has."""
        shops = self._shop_rows.filter(pl.col("unit").is_not_null())
        units = shops.select(
            pl.lit("unit").alias("kind"),
            pl.lit(1, pl.Int64).alias("count"),
            pl.col("unit").reinterpret(signed=False),
            pl.col("check").cast(pl.UInt32),
        )
        own = shops.select(pl.lit("shop").alias("kind"), "shop_id", "count")
        return pl.concat([own, units], how="diagonal")

    def _of_kind(self, kind: str, *columns: str) -> DataFrame:
        from pyspark.sql import functions as F

        return self.table.where(F.col("kind") == kind).select(*columns)

    def _incidents(self, kind: str) -> DataFrame:
        named = self._of_kind(kind, "stream", "file", "row", "shop_id", "key", "column", "value", "text")
        return named.withColumnRenamed("text", "reason")

    def _of_rows(self, kind: str, *columns: str) -> list[tuple[str, ...]]:
        return self._collected(self._of_kind(kind, *columns)).rows()

    def _local_incidents(self, kind: str) -> pl.DataFrame:
        rows = self._collected(self._incidents(kind))
        rows = rows.with_columns(line=pl.lit(None, pl.Int64))
        typed = rows.select(pl.col(name).cast(dtype) for name, dtype in INCIDENT_SCHEMA.items())
        return typed.sort("stream", "file", "row", "column")

    def _collected(self, rows: DataFrame, kind: str | None = None) -> pl.DataFrame:
        """Return rows on this machine, which say their kind where it is asked for."""
        with as_raised_on_executors():
            found = pl.DataFrame(rows.toArrow())
        return found if kind is None else found.with_columns(kind=pl.lit(kind))


def _link_facts(text: str) -> LinkFacts:
    said = json.loads(text)
    return LinkFacts(**{**said, "shops": tuple(tuple(shop) for shop in said["shops"])})
