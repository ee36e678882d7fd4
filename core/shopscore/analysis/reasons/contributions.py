"""Contributions: what each part of the rules adds to one score, and what that falls short of.

The lines of a shop add up to its exact score as fractions. Nothing is computed here again: shares,
points, dimensions and totals are those of the result, and a line is the step from one to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Literal

from ...composing.composition import Composed
from ...exact.columns import ExactColumn
from ...grading.variants import by_variant
from ...messages import Message, message
from ...model.conditions import Adjustment
from ...model.rulesets import Dimension
from ...plugins.bound_rules import BoundRuleSet
from ...results.result import Result
from ...rules.compositions import Minimum
from ...rules.coverage import weights_within
from ...rules.exact_rules import ExactRuleSet, Weight
from ...value_classes import frozen

Kind = Literal[
    "metric", "dimension", "points added", "composition", "bonus", "deduction", "clamp", "cap",
    "fixed total",
]  # fmt: skip


@frozen
class Contribution:
    """One line: what it ``gives`` to the score, and what it gives less than full points would.

    ``weight`` is the share of the total after what is missing was left out, ``declared`` that of the
    rules; None where a line has none. ``lost`` is None where full points mean nothing.
    """

    kind: Kind
    id: str
    gives: Fraction
    lost: Fraction | None = None
    points: Fraction | None = None
    weight: Fraction | None = None
    declared: Fraction | None = None
    note: Message | None = None


@frozen
class Decomposition:
    """The lines of one score, and the rounding that comes last.

    ``note`` says why there are no lines, or what cannot be split.
    """

    lines: tuple[Contribution, ...]
    score_exact: Fraction | None
    rounding: Fraction | None
    note: Message | None = None

    def lost(self, metric: str) -> Fraction | None:
        """Return what a metric costs against full points; None where it is not in the total."""
        return next((o.lost for o in self.lines if (o.kind, o.id) == ("metric", metric)), None)


_KINDS: Mapping[str, Message] = {
    "points added": message("points added"),
    "composition": message("composition"),
    "bonus": message("bonus"),
    "deduction": message("deduction"),
    "clamp": message("end of the scale"),
    "cap": message("cap"),
    "fixed total": message("fixed total"),
}


def contribution_name(line: Contribution, rules: BoundRuleSet) -> object:
    """Return what a line is called: its metric or dimension, or what else it comes from."""
    if line.id in rules.metrics:
        return rules.metrics[line.id].metric.label
    dimensions = {one.id: one.label for one in rules.ruleset.dimensions}
    about: object = dimensions.get(line.id, line.id)
    kind = _KINDS.get(line.kind)
    if kind is None:
        return about
    return message("{about}: {said}", about=kind, said=about) if line.id else kind


def decompose(result: Result, row: int) -> Decomposition:
    """Return how the score of one shop comes about; its lines sum to the exact score."""
    score = _at(result.composed.score.only(result.published.total), row)
    if score is None:
        return Decomposition((), None, None, _no_lines(result))
    shop = _Shop(result, row)
    if result.composed.fixed is not None and result.composed.fixed[row]:
        said = message("the rules fix the total of shops that do not meet a condition for a score")
        lines = [Contribution("fixed total", "", score, note=said)]
    else:
        lines = [*shop.lines()]
    shown = _at(result.published.score, row)
    rounding = None if shown is None else shown - score
    return Decomposition(tuple(lines), score, rounding, shop.note)


def _no_lines(result: Result) -> Message:
    if not result.rules.ruleset.dimensions:
        return message("this scorecard has no total: nothing adds up to one")
    return message("there is no score, so nothing adds up to one")


def _at(column: ExactColumn, row: int) -> Fraction | None:
    return column.take([row]).fractions()[0]


@frozen(eq=False, slots=False)
class _Shop:
    """One shop with a total that was computed."""

    result: Result
    row: int

    @property
    def composed(self) -> Composed:
        return self.result.composed

    @cached_property
    def rules(self) -> ExactRuleSet:
        """The rules of the shop itself, or of its industry and type."""
        shops = self.result.shops[[self.row]]
        types = shops["shop_type"] if "shop_type" in shops.columns else None
        variants = by_variant(self.result.rules.exact, shops["industry"], types, shops["shop_id"])
        return next(variant.rules for variant in variants if variant.rows[0])

    @property
    def note(self) -> Message | None:
        """What cannot be split, by a composition that is no weighted mean."""
        composition = self.result.rules.exact.composition
        if composition is None or self._fixed:
            return None
        if not isinstance(composition, Minimum):
            return message("a composition of the platform's own makes the total: it is not split")
        return message("the lowest dimension makes the total: the others add nothing")

    @property
    def _fixed(self) -> bool:
        return bool(self.composed.fixed_shops[self.row])

    def lines(self) -> Iterator[Contribution]:
        """Yield the lines in the order of the stages."""
        total = Fraction(0)
        made = self._of_dimensions if self._composition is None else self._of_composition
        for line in (*made(), *self._adjusted()):
            total += line.gives
            yield line
        yield from self._held(total)

    @property
    def _composition(self) -> object:
        return self.result.rules.exact.composition

    def _of_dimensions(self) -> Iterator[Contribution]:
        shares = self._shares()
        rules = self.rules
        for dimension in rules.dimensions:
            if (share := shares.get(dimension.id)) is None:
                yield from self._left_out(dimension)
                continue
            made = Fraction(0)
            stated = self._stated(dimension)
            if not stated:
                for line in self._of_metrics(dimension, share):
                    made += line.gives
                    yield line
            points = _at(self.composed.dimensions[dimension.id], self.row) or Fraction(0)
            if stated:
                lost = share * (rules.high - points)
                said = message("points of the whole dimension are given")
                gives = share * points
                yield Contribution(
                    "dimension", dimension.id, gives, lost, points, share, self._declared(dimension),
                    said,
                )  # fmt: skip
            elif share * points != made:
                yield Contribution("points added", dimension.id, share * points - made)

    def _shares(self) -> dict[str, Fraction]:
        """Return the shares of dimensions that have points; they sum to 1."""
        weights = {
            d.id: _at(self.composed.dimension_weights[d.id], self.row)
            for d in self.rules.dimensions
            if self.composed.dimensions[d.id].known[self.row]
        }
        total = sum((w for w in weights.values() if w), Fraction(0))
        return {id: weight / total for id, weight in weights.items() if weight is not None}

    def _stated(self, dimension: Dimension[Weight]) -> bool:
        """Return whether nothing but the points of the dimension itself is known."""
        ids = [entry.id for entry in dimension.metrics]
        return not any(self.composed.weights[id].known[self.row] for id in ids)

    def _declared(self, dimension: Dimension[Weight]) -> Fraction | None:
        whole = self.rules.total_weight
        return None if dimension.weight is None or not whole else dimension.weight / whole

    def _of_metrics(self, dimension: Dimension[Weight], share: Fraction) -> Iterator[Contribution]:
        high = self.rules.high
        declared = _declared_weights(dimension, self._declared(dimension))
        for entry in dimension.metrics:
            weight = _at(self.composed.weights[entry.id], self.row)
            points = _at(self.result.graded[entry.id].points, self.row)
            if weight is None or points is None:
                if share:
                    yield self._nothing(entry.id, declared.get(entry.id))
                continue
            yield Contribution(
                "metric",
                entry.id,
                weight * points,
                weight * (high - points),
                points,
                weight,
                declared.get(entry.id),
                self._on_points(entry.id),
            )

    def _on_points(self, id: str) -> Message | None:
        """Return where points are from that no scorer made of the value."""
        graded = self.result.graded[id]
        if graded.set_by_rule is not None and graded.set_by_rule[self.row]:
            return message("the rules set its points, since a criterion is met")
        if graded.supplied is not None and graded.supplied[self.row]:
            return message("its points are supplied")
        return None

    def _left_out(self, dimension: Dimension[Weight]) -> Iterator[Contribution]:
        declared = _declared_weights(dimension, self._declared(dimension))
        for entry in dimension.metrics:
            yield self._nothing(entry.id, declared.get(entry.id))

    def _nothing(self, id: str, declared: Fraction | None) -> Contribution:
        said = message("no points: the others share its weight")
        return Contribution(
            "metric", id, Fraction(0), None, weight=Fraction(0), declared=declared, note=said
        )

    def _of_composition(self) -> Iterator[Contribution]:
        """Yield the one line of a total that no weights make: no split is invented."""
        rules, row = self.result.rules.exact, self.row
        points = {id: _at(column, row) for id, column in self.composed.dimensions.items()}
        known = {id: number for id, number in points.items() if number is not None}
        total = self._before_adjustments()
        decides = ""
        if isinstance(rules.composition, Minimum):
            decides = next((id for id, number in known.items() if number == total), "")
        yield Contribution("composition", decides, total, rules.high - total, total, note=self.note)

    def _before_adjustments(self) -> Fraction:
        """Return the total that the composition made, by which the rules went on."""
        rules, row = self.result.rules.exact, self.row
        known = {
            id: column.values.take([row])
            for id, column in self.composed.dimensions.items()
            if column.known[row]
        }
        assert rules.composition is not None  # weighted means are split
        return rules.composition.total(known).fractions()[0]

    def _adjusted(self) -> Iterator[Contribution]:
        for sign, whole in (
            (1, self.result.console.bonus), (-1, self.result.console.deduction),
        ):  # fmt: skip
            parts = [a for a in self.result.rules.exact.adjustments if not a.dimension]
            own = [a for a in parts if a.sign == sign]
            told = None if whole is None or not self._lacks(own) else _at(whole, self.row)
            if told is not None:
                said = message("all of them together, as a document tells")
                yield Contribution(own[0].role, "", sign * told, None, told, note=said)
                continue
            for adjustment in own:
                points = _at(self.result.graded[adjustment.metric].points, self.row) or Fraction(0)
                gives = adjustment.sign * points
                yield Contribution(
                    adjustment.role, adjustment.metric, gives, _short_of(adjustment, gives), points
                )

    def _lacks(self, adjustments: Sequence[Adjustment[Fraction]]) -> bool:
        return any(self.result.graded[a.metric].missing[self.row] for a in adjustments)

    def _held(self, total: Fraction) -> Iterator[Contribution]:
        """Yield what an end of the scale, and a cap, take from a total or add to it."""
        rules, row, composed = self.result.rules.exact, self.row, self.composed
        if composed.clamped is not None and composed.clamped.held[row]:
            end = rules.total_low if composed.clamped.places[row] == 0 else rules.high
            yield Contribution("clamp", "", end - total)
            total = end
        if composed.capped is not None and composed.capped.held[row]:
            cap = rules.caps[int(composed.capped.places[row])]
            yield Contribution("cap", cap.criterion, cap.ceiling - total)


def _declared_weights(dimension: Dimension[Weight], whole: Fraction | None) -> dict[str, Fraction]:
    """Return the shares of the total that the rules give metrics, where all of them are known."""
    within = weights_within(dimension)
    total = sum(within.values(), Fraction(0))
    if whole is None or not total:
        return {}
    return {id: whole * weight / total for id, weight in within.items()}


def _short_of(adjustment: Adjustment[Fraction], gives: Fraction) -> Fraction | None:
    """Return what a bonus gives less than its cap, or what a deduction takes."""
    if adjustment.sign < 0:
        return -gives
    return None if adjustment.cap is None else adjustment.cap - gives
