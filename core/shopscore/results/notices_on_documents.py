"""Notices on documents: where a console shows another total than the rules give, and which part."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from ..exact.columns import ExactColumn
from ..messages import Message, listed, message
from ..notices import Notice
from ..value_classes import frozen
from .notices_on_limits import notices_on_limits
from .notices_on_verdicts import notices_on_verdicts
from .notices_on_windows import notices_on_windows

if TYPE_CHECKING:
    from ..grading.told import Figures
    from .result import Result

_NOTHING = Fraction(0)


def notices_on_documents(result: Result) -> Iterator[Notice]:
    """Yield for each shop whose document shows another total than is computed here.

    Figures that were rounded may be off by half of their last digit: so much, together, is no
    difference. The notice names the dimensions, weights, bonus or deduction that differ.
    """
    yield from notices_on_limits(result)
    yield from notices_on_verdicts(result)
    yield from notices_on_windows(result)
    if not (figures := result.console.figures):
        return
    rows = {id: row for row, id in enumerate(result.shops["shop_id"])}
    for shop in figures:
        if shop.shop_id not in rows:
            continue
        compared = _Compared(result, shop, rows[shop.shop_id])
        apart = compared.apart("total", "total", result.composed.score, compared.slack)
        apart = apart or compared.outside()
        parts = list(compared.parts())
        if apart is None and not any(part.certain for part in parts):
            continue
        said = message(
            "shop {shop}: {what}; apart are: {parts}",
            shop=shop.shop_id,
            what=apart or message("the totals agree, but for rounding"),
            parts=listed(p.said for p in parts) if parts else message("none of its parts"),
        )
        yield Notice("document_differs", said, shops=1, shop_ids=(shop.shop_id,))


@frozen
class _Part:
    """A part of a total that differs; ``certain`` where that is no matter of what it is made of."""

    said: Message
    certain: bool = True


@frozen(eq=False)
class _Compared:
    """One shop, as its documents show it and as it is computed."""

    result: Result
    shop: Figures
    row: int

    @property
    def slack(self) -> Fraction:
        """How far a computed total may be off, since its parts were rounded."""
        ids = self.result.composed.dimensions
        parts = [max(self._rounding("dimension", id), self._of_metrics(id)) for id in ids]
        changes = (self._rounding("total", "total", role) for role in ("bonus", "deduction"))
        return max(parts, default=_NOTHING) + sum(changes, _NOTHING)

    def parts(self) -> Iterator[_Part]:
        """Yield the dimensions, weights and adjustments that differ."""
        for dimension in self.result.rules.ruleset.dimensions:
            id = dimension.id
            column = self.result.composed.dimensions.get(id)
            if column is not None:
                said = self.apart("dimension", id, column, self._of_metrics(id))
                if said is not None:
                    yield _Part(message("{label}: {said}", label=dimension.label, said=said))
            weights = self.result.composed.dimension_weights.get(id)
            shown = self.shop.number("dimension", id, "weight")
            own = None if weights is None else _number(weights, self.row)
            if shown is not None and own is not None and abs(shown - own) > Fraction(1, 100):
                said = message(
                    "weight {own:g}, shown {shown:g}", own=float(own), shown=float(shown)
                )
                yield _Part(message("{label}: {said}", label=dimension.label, said=said))

    def apart(self, subject: str, id: str, column: ExactColumn, slack: Fraction) -> Message | None:
        """Return in words how far a figure is from the computed one; None where it is not."""
        shown, own = self.shop.number(subject, id, "points"), _number(column, self.row)
        if shown is None or own is None:
            return None
        if abs(shown - own) <= self._rounding(subject, id) + slack:
            return None
        return message(
            "{own:.4g} is computed, {shown:g} is shown", own=float(own), shown=float(shown)
        )

    def outside(self) -> Message | None:
        """Return in words that a shown total is not between the ends of one that is not computed."""
        shown = self.shop.number("total", "total", "points")
        published = self.result.published
        low, high = (_number(end, self.row) for end in (published.lowest, published.highest))
        if shown is None or low is None or high is None:
            return None
        slack = self.slack + self._rounding("total", "total")
        if low - slack <= shown <= high + slack:
            return None
        return message(
            "{shown:g} is shown, and the total is between {low:g} and {high:g}",
            shown=float(shown),
            low=float(low),
            high=float(high),
        )

    def _rounding(self, subject: str, id: str, role: str = "points") -> Fraction:
        entry = self.shop.entries.get((subject, id, role))
        return _NOTHING if entry is None else entry[0].rounding

    def _of_metrics(self, dimension: str) -> Fraction:
        """Return how far a dimension may be off, since the points of its metrics were rounded."""
        entries = self.result.rules.ruleset.entries
        ids = (entry.id for own, entry in entries if own.id == dimension)
        return max((self._rounding("metric", id) for id in ids), default=_NOTHING)


def _number(column: ExactColumn, row: int) -> Fraction | None:
    return column.take(slice(row, row + 1)).fractions()[0]
