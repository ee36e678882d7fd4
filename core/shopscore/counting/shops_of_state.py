"""What a state needs to be scored: that it counts what the rules need, and attributes of shops."""

from __future__ import annotations

from typing import Any

import polars as pl

from ..errors import StateError
from ..messages import message, numbered
from ..model.streams import SHOPS
from ..notices import Notice
from ..plugins.bound_rules import BoundRuleSet
from ..plugins.declarations import Platform
from ..reading.events import UNKNOWN_INDUSTRY, Events
from ..reading.files import from_dataframe
from ..reading.loading import read_events
from ..value_classes import frozen
from .cells import fingerprint
from .state import Tallies


def check_counted(state: Tallies, rules: BoundRuleSet) -> None:
    """Raise StateError where the rules need a tally that the state does not have."""
    missing = [
        message("{tally}, for metric {metric}", tally=tally.key, metric=id)
        for id, metric in rules.metrics.items()
        for tally in metric.tallies
        if fingerprint(tally) not in state.tallies
    ]
    if missing:
        more = len(missing) - 1
        raise StateError(
            message(
                "the state does not count what rule set {ruleset} needs: {missing}{more}."
                " Score it by the rules and assumptions that it was resolved for, or resolve and"
                " tally the events for these",
                ruleset=rules.ruleset.name,
                missing=missing[0],
                more=message(" (and {n} more)", n=more) if more else "",
            )
        )


@frozen(eq=False)
class StateOfShops:
    """A state and the attributes of its shops, row by row; ``notices`` say what is not known."""

    state: Tallies
    shops: pl.DataFrame
    notices: tuple[Notice, ...]


def with_attributes(state: Tallies, shops: Any, platform: Platform) -> StateOfShops:
    """Return a state with the attributes of its shops, and with the shops that it has no rows of.

    Args:
        state: the state, which holds no attribute of a shop.
        shops: events, a dataframe, or None where nothing is known.
        platform: whose clock the times in the dataframe are of.
    """
    attributes, notices = _attributes(state, shops, platform)
    known = state.with_shops(attributes["shop_id"])
    listed = pl.DataFrame([known.shop_ids]).join(
        attributes, on="shop_id", how="left", maintain_order="left"
    )
    filled = listed.with_columns(pl.col("industry").fill_null(UNKNOWN_INDUSTRY))
    return StateOfShops(known, filled, notices)


def _attributes(
    state: Tallies, shops: Any, platform: Platform
) -> tuple[pl.DataFrame, tuple[Notice, ...]]:
    """Return what is known of shops, and a notice where that is not all."""
    if shops is None:
        attributes = pl.DataFrame([state.shop_ids]).with_columns(industry=pl.lit(UNKNOWN_INDUSTRY))
        said = message(
            "industries of the shops are unknown, since shops= was not given: all are ranked together"
        )
        return attributes, (Notice("industry_unknown", said, stream="shops"),)
    attributes = _shop_attributes(shops, platform)
    missing = int((~state.shop_ids.is_in(attributes["shop_id"].implode())).sum())
    if not missing:
        return attributes, ()
    said = numbered(
        "{n} of {shops} shops of the state is not in shops=: its industry is taken as {industry}",
        "{n} of {shops} shops of the state are not in shops=: their industry is taken as {industry}",
        missing,
        shops=len(state.shop_ids),
        industry=UNKNOWN_INDUSTRY,
    )
    return attributes, (Notice("industry_unknown", said, stream="shops", shops=missing),)


def _shop_attributes(shops: Any, platform: Platform) -> pl.DataFrame:
    """Return what grading needs to know of shops, from events or any dataframe."""
    if isinstance(shops, Events):
        return shops.shops
    frame = from_dataframe("shops", shops).frame
    shops_stream = platform.all_streams[SHOPS.name]
    days = [column.name for column in shops_stream.columns if column.kind == "day"]
    wanted = ("shop_id", "industry", "shop_type", "updated_at", *days)
    known = frame.select(name for name in wanted if name in frame.columns)
    # events.shops has days as seconds; files have them as days
    seconds = [name for name in days if known.schema.get(name) == pl.Int64]
    known = known.with_columns((pl.col(seconds) * 1000).cast(pl.Datetime("ms")))
    return read_events({"shops": known}, platform=platform).shops
