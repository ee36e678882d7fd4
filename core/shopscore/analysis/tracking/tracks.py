"""Tracks: the scores of shops on many days, as columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from ...errors import UsageError, did_you_mean
from ...messages import message
from ...notices import Notice
from ...plugins.bound_rules import BoundRuleSet
from ...results.documents import TRACK, dumped
from ...value_classes import frozen


@frozen(eq=False)
class RuleChange:
    """A day on which other rules came into force, and what they did to the shops on that day.

    ``shops`` has a row per shop: status and score by the rules of before and of after, from the
    same events.
    """

    day: date
    before: str
    after: str
    shops: pl.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """Return the change as it stands in the document."""
        return {
            "as_of": self.day.isoformat(),
            "before": self.before,
            "after": self.after,
            "shops": self.shops.to_dicts(),
        }


@frozen(eq=False, slots=False)
class Track:
    """The scores of shops on each of many days.

    ``days`` has a row per day and shop, with the columns of :meth:`shopscore.Result.to_polars`;
    ``console`` what documents show: a row per day, shop and metric, dimension or total. ``rules``
    are those that were in force, by their version.
    """

    platform: str
    scorecard: str
    rules: Mapping[str, BoundRuleSet]
    days: pl.DataFrame
    console: pl.DataFrame
    changes: tuple[RuleChange, ...] = ()
    notices: tuple[Notice, ...] = ()

    def __repr__(self) -> str:
        names = ", ".join(self.rules)
        return f"<Track {self.platform}/{self.scorecard} {names}: {len(self.days)} rows>"

    @property
    def first(self) -> date | None:
        """The first day of publication."""
        return self.days["as_of"].min()  # type: ignore[return-value]

    @property
    def last(self) -> date | None:
        """The last day of publication."""
        return self.days["as_of"].max()  # type: ignore[return-value]

    @cached_property
    def shop_ids(self) -> tuple[str, ...]:
        """The shops, sorted."""
        return tuple(self.days["shop_id"].unique().sort())

    def shop(self, shop_id: str) -> Track:
        """Return the track of one shop; raise UsageError where there is none."""
        if shop_id not in self.shop_ids:
            guess = did_you_mean(shop_id, self.shop_ids)
            raise UsageError(message("no shop {id} here{guess}", id=shop_id, guess=guess))
        own = pl.col("shop_id") == shop_id
        changes = (RuleChange(c.day, c.before, c.after, c.shops.filter(own)) for c in self.changes)
        return Track(
            self.platform,
            self.scorecard,
            self.rules,
            self.days.filter(own),
            self.console.filter(own),
            tuple(changes),
            self.notices,
        )

    def to_polars(self) -> pl.DataFrame:
        """Return a row per day and shop: all columns of a result, and the totals of the console.

        ``console_score`` is the total that a document shows for the day, ``console_score_exact``
        the same as a fraction; there are none of them without documents.
        """
        totals = self.console.filter(pl.col("kind") == "total").select(
            "as_of",
            "shop_id",
            pl.col("value").alias("console_score"),
            pl.col("value_exact").alias("console_score_exact"),
        )
        if not len(totals):
            return self.days
        return self.days.join(totals, on=["as_of", "shop_id"], how="left", maintain_order="left")

    def to_dict(self) -> dict[str, Any]:
        """Return the content of :meth:`to_json` as dictionaries, lists and plain values."""
        return {
            "schema": TRACK,
            "platform": self.platform,
            "scorecard": self.scorecard,
            "rulesets": list(self.rules),
            "days": _rows(self.to_polars()),
            "console": _rows(self.console),
            "changes": [change.to_dict() for change in self.changes],
            "notices": [notice.to_dict() for notice in self.notices],
        }

    def to_json(self) -> str:
        """Return the document ``shopscore.track/1``."""
        return dumped(self.to_dict())


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    days = frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"))
    return days.to_dicts()
