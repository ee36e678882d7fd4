"""The verb on Spark: events become cells, partition by partition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import reduce
from typing import TYPE_CHECKING, get_args

from .._version import version
from ..counting.resolution import resolve_events
from ..counting.state import Tallies
from ..counting.units import reach_beyond_orders
from ..errors import UsageError
from ..messages import message
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.declarations import Platform
from ..plugins.selection import RuleSetName, select_rules
from ..reading.loading import read_events
from ..rules.numbers_toml import NumbersSource
from . import tables
from .counted import Counted
from .counting import Unit, counting
from .packing import packing
from .sources import spark_streams

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_PARTITIONS = "spark.sql.shuffle.partitions"


def tally(
    streams: Mapping[str, DataFrame | str],
    *,
    platform: str | Platform | None = None,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    profile: str | None = None,
    tz: str | None = None,
    partitions: int | None = None,
    unit: Unit = "shop",
    spark: SparkSession | None = None,
) -> Counted:
    """Count events on Spark, for the metrics of one rule set. Nothing runs until it is asked for.

    All rows of a shop meet in one partition, where they are read, resolved and counted as
    :func:`shopscore.tally` does it on one machine; so are the integers, to the last one.

    Args:
        streams: a dataframe of Spark, or the path of Parquet files that Spark can read, by stream.
        partitions: among how many partitions the shops are shared out; by default
            ``spark.sql.shuffle.partitions``.
        unit: what the state can be added by, or corrected: whole shops, or each ``order`` with the
            rows that name it, where no tally looks beyond one. A ledger that goes on with rows of the
            same shops needs ``order``; the state has 13 bytes for each.
        spark: the session that reads paths; by default the active one.
        tz: the zone of the events' clock, where it is not the platform's.

    The other arguments are those of :func:`shopscore.resolve`.

    Raises:
        InputError: for a stream or columns that cannot be used.
        UsageError: for invalid arguments, or where the extra ``spark`` is not installed.
        CoverageError: for a platform, rule set or date that is not covered.
    """
    _check_installed()
    selection = select_rules(platform, scorecard, ruleset, as_of, assume, numbers, profile)
    rules = selection.rules
    _check_unit(unit, rules)
    found = spark_streams(streams, rules.platform.all_streams, spark)
    empty = read_events(
        {one.stream.name: one.columns for one in found}, platform=rules.platform, tz=tz
    )
    nothing = Tallies.of(resolve_events(empty, rules))
    session = found[0].rows.sparkSession
    parts = int(session.conf.get(_PARTITIONS) or 1) if partitions is None else partitions
    if parts < 1:
        raise UsageError(message("partitions={parts}: at least one is needed", parts=parts))
    packets = reduce(
        lambda one, other: one.unionAll(other),
        [one.rows.mapInArrow(packing(one.stream, parts), tables.PACKET) for one in found],
    )
    columns = {one.stream.name: tables.to_packet(one.empty) for one in found}
    count = counting(rules, tz, columns, version(), unit)
    shared = packets.repartitionById(parts, "part").select("stream", "data")
    counted = shared.mapInArrow(count, tables.spark_schema(tables.COUNTED))
    return Counted(selection, empty, nothing, counted.persist())


def _check_unit(unit: Unit, rules: BoundRuleSet) -> None:
    if unit not in get_args(Unit):
        raise UsageError(message("unit={unit}: it is shop or order", unit=repr(unit)))
    if unit == "order" and reach_beyond_orders(rules.tallies, rules.streams):
        said = message(
            'unit="order": rule set {ruleset} looks beyond orders (at buyers, facts of a shop or other'
            " links), so only whole shops can be counted by it",
            ruleset=rules.ruleset.name,
        )
        raise UsageError(said)


def _check_installed() -> None:
    try:
        import pyspark  # noqa: F401
    except ImportError:
        said = message('counting on Spark needs pyspark: pip install "shopscore[spark]"')
        raise UsageError(said) from None
