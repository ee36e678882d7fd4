"""A simulation: one shop before and after, what changed, and which rows levers touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

import polars as pl

from ...errors import UsageError, did_you_mean
from ...messages import Message, in_language, message
from ...results.documents import SIMULATE, dumped
from ...results.result import Result
from ...results.views import ShopView
from ...value_classes import frozen
from .applying import Touched
from .draws import Draw
from .figures import Change, Figure
from .own_events import OwnEvents
from .row_cells import ids_of, texts_of
from .savings import Refunds, refunds_of, savings_of

_TOUCHED = {
    "lever": pl.String,
    "stream": pl.String,
    "id": pl.String,
    "file": pl.String,
    "line": pl.Int64,
    "column": pl.String,
    "before": pl.String,
    "after": pl.String,
}


@frozen(eq=False, repr=False, slots=False)
class Simulation:
    """One shop as it is, and as it would be with levers or other values; all others stay.

    ``before`` and ``after`` are the shop; ``changes`` has each metric, dimension and the total,
    ``levers`` what each lever touched, ``supposed`` the values that were set. With several ``draws``
    each change has the ends between which it is after them. Of the second of ``results`` only the
    row of this shop tells anything: the percentiles of the others are those among a shop that does
    not exist.
    """

    shop_id: str
    results: tuple[Result, Result]
    changes: tuple[Change, ...]
    levers: tuple[Touched, ...]
    supposed: Mapping[str, Fraction]
    draw: Draw
    draws: int
    notes: tuple[Message, ...]
    own: OwnEvents | None = None

    def __repr__(self) -> str:
        before, after = (f"{v.score:g}" if v.score is not None else v.status for v in self._both)
        return f"<Simulation {self.shop_id}: {before} → {after}>"

    @property
    def _both(self) -> tuple[ShopView, ShopView]:
        return self.before, self.after

    @cached_property
    def before(self) -> ShopView:
        """The shop as it is."""
        return self.results[0][self.shop_id]

    @cached_property
    def after(self) -> ShopView:
        """The shop as it would be."""
        return self.results[1][self.shop_id]

    def __getitem__(self, id: str) -> Change:
        """Return the change of a metric or dimension, or of the ``total``, by its id.

        Raises:
            UsageError: where there is none.
        """
        for change in self.changes:
            if change.id == id:
                return change
        guess = did_you_mean(str(id), (change.id for change in self.changes))
        raise UsageError(message("no metric {id}{guess}", id=id, guess=guess))

    @cached_property
    def touched(self) -> pl.DataFrame:
        """The cells of the rows that levers touched: one row per lever, row and column it sets.

        ``file`` and ``line`` say where the row was read from, ``before`` and ``after`` are cells as
        files of events have them.
        """
        parts = [_touched_rows(one, self.own) for one in self.levers if self.own is not None]
        return pl.concat([pl.DataFrame(schema=_TOUCHED), *parts])

    def to_polars(self) -> pl.DataFrame:
        """Return one row per metric, dimension and total, before and after."""
        return pl.DataFrame(
            [_flat(change) for change in self.changes], infer_schema_length=None, schema=_FLAT
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the document ``shopscore.simulate/1``."""
        result = self.results[0]
        return {
            "schema": SIMULATE,
            "platform": result.platform,
            "scorecard": result.scorecard,
            "ruleset": result.ruleset,
            "ruleset_status": result.rules.ruleset.status,
            "as_of": result.as_of.isoformat(),
            "versions": result.versions,
            "shop_id": self.shop_id,
            "levers": [_lever(one, result.rules.platform.currency) for one in self.levers],
            "set": [{"metric": id, "value": float(v)} for id, v in self.supposed.items()],
            "seed": self.draw.seed,
            "draws": self.draws,
            "changes": [_change(change) for change in self.changes],
            "before": self.before.to_dict(),
            "after": self.after.to_dict(),
            "notes": [{"en": str(note), "zh": note.text("zh")} for note in self.notes],
            "notices": [notice.to_dict() for notice in result.notices],
        }

    def to_json(self) -> str:
        """Return the content of :meth:`to_dict` as text."""
        return dumped(self.to_dict())


def _touched_rows(touched: Touched, own: OwnEvents) -> pl.DataFrame:
    lever = touched.use.lever
    if lever.stream not in own.positions:
        return pl.DataFrame(schema=_TOUCHED)
    stream = own.events.streams[lever.stream]
    rows = own.events.frames[lever.stream][touched.rows]
    at = own.positions[lever.stream][touched.rows.to_numpy()]
    origins = [one or (None, None) for one in own.all_events.origin(lever.stream, at)]
    columns = {
        "id": ids_of(rows, stream),
        "file": [file for file, _ in origins],
        "line": [line for _, line in origins],
    }
    parts = [
        {
            "lever": [lever.id] * len(rows),
            "stream": [lever.stream] * len(rows),
            **columns,
            "column": [name] * len(rows),
            "before": texts_of(stream.column(name), touched.before[name]),
            "after": texts_of(stream.column(name), touched.after[name]),
        }
        for name in touched.before.columns
    ]
    frames = [pl.DataFrame(part, schema=_TOUCHED) for part in parts]
    places = [frame.with_row_index("_row") for frame in frames]
    joined = pl.concat([pl.DataFrame(schema={"_row": pl.UInt32, **_TOUCHED}), *places])
    return joined.sort("_row", maintain_order=True).drop("_row")


def _lever(touched: Touched, currency: str) -> dict[str, Any]:
    lever, refunds = touched.use.lever, refunds_of(touched)
    return {
        "id": lever.id,
        "zh": lever.zh,
        "en": lever.en,
        "stream": lever.stream,
        "settings": touched.use.chosen,
        "share": float(touched.use.share),
        "matched": touched.matched,
        "touched": len(touched.rows),
        "changed": touched.changed,
        "earlier": [
            {
                "column": saving.column,
                "rows": saving.rows,
                "moved": saving.moved,
                "new": saving.new,
                "hours": float(saving.hours),
                "hours_per_row": _float(saving.hours_per_row),
            }
            for saving in savings_of(touched)
        ],
        "claimed_hours": _float(lever.claimed_hours),
        "refunds": None if refunds is None else _refunds(refunds, currency),
        "assumes": list(lever.assumes),
        "assumes_zh": [in_language(one, "zh") for one in lever.assumes],
    }


def _refunds(refunds: Refunds, currency: str) -> dict[str, Any]:
    return {
        "currency": currency,
        "rows": refunds.rows,
        "amount": float(refunds.amount),
        "hours": float(refunds.hours),
        "new_rows": refunds.new_rows,
        "new_amount": float(refunds.new_amount),
        "unknown": refunds.unknown,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "id": change.id,
        "zh": change.label.zh,
        "en": change.label.en,
        "unit": change.unit,
        "better": change.better,
        "effect": change.effect,
        "before": _figure(change.before),
        "after": _figure(change.after),
        "points_change": _float(change.points_change),
        "points_change_exact": _exact(change.points_change),
        **{
            f"{name}_between": None if ends is None else [float(end) for end in ends]
            for name, ends in change.ends.items()
        },
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "value": _float(figure.value),
        "n": figure.n,
        "percentile": _float(figure.percentile),
        "points": _float(figure.points),
        "points_exact": _exact(figure.points),
        "status": figure.status,
        "low": _float(figure.low),
        "high": _float(figure.high),
    }


_NUMBERS = ("value", "n", "percentile", "points")
_FLAT = {
    "kind": pl.String,
    "id": pl.String,
    "unit": pl.String,
    "effect": pl.String,
    **{
        f"{name}_{when}": pl.Int64 if name == "n" else pl.Float64
        for name in _NUMBERS
        for when in ("before", "after")
    },
    "status_before": pl.String,
    "status_after": pl.String,
    "points_change": pl.Float64,
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "points_low": pl.Float64,
    "points_high": pl.Float64,
}


def _flat(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "id": change.id,
        "unit": change.unit,
        "effect": change.effect,
        **dict(_before_and_after(change)),
        "status_before": change.before.status,
        "status_after": change.after.status,
        "points_change": _float(change.points_change),
        **dict(_spread(change)),
    }


def _before_and_after(change: Change) -> Iterator[tuple[str, Any]]:
    for name in _NUMBERS:
        for when, figure in (("before", change.before), ("after", change.after)):
            number = getattr(figure, name)
            yield f"{name}_{when}", number if name == "n" else _float(number)


def _spread(change: Change) -> Iterator[tuple[str, float | None]]:
    for name in ("value", "points"):
        ends = change.ends.get(name)
        low, high = (None, None) if ends is None else ends
        yield f"{name}_low", _float(low)
        yield f"{name}_high", _float(high)


def _float(number: Any) -> float | None:
    return None if number is None else float(number)


def _exact(number: Fraction | None) -> str | None:
    return None if number is None else str(number)
