"""Weights that documents prove: as they stand there, or enclosed by the totals that are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from ...messages import message
from ...value_classes import frozen
from .exact_extents import AtMost, find_extents
from .observations import Contradiction, Interval, Key, Observation, Place


@frozen
class Mean:
    """A weighted mean of the rules: the total of dimensions, or a dimension of metrics.

    ``low`` and ``high`` are the ends of the scale, at which a shown figure may have been cut off.
    """

    subject: str
    id: str
    parts: tuple[str, ...]
    low: Fraction
    high: Fraction

    @property
    def part_subject(self) -> str:
        """What the parts are."""
        return "dimension" if self.subject == "total" else "metric"


@frozen
class LearnedWeight:
    """A weight that lies between two ends, which may be the same, and what proves it."""

    mean: Mean
    id: str
    low: Fraction
    high: Fraction
    stated: bool
    documents: int


def learn_weights(
    mean: Mean, told: Sequence[Observation]
) -> tuple[tuple[LearnedWeight, ...], tuple[Contradiction, ...]]:
    """Return what documents of shops with the same rules prove of the weights of a mean.

    Weights that stand in a document are taken as they are; else the totals that are shown enclose
    them. Nothing is returned of documents that contradict each other.
    """
    stated = [(t, shares) for t in told if (shares := _stated(mean, t))]
    if stated:
        return _of_stated(mean, stated)
    observed = [(t, rows) for t in told if (rows := tuple(_inequalities(mean, t)))]
    if not observed:
        return (), ()
    extents = find_extents([row for _, rows in observed for row in rows], len(mean.parts))
    if extents is None:
        return (), (_first_contradiction(mean, observed),)
    learned = (
        LearnedWeight(mean, id, low, high, stated=False, documents=len(observed))
        for id, (low, high) in zip(mean.parts, extents, strict=True)
        if low > 0 or high < 1
    )
    return tuple(learned), ()


def _stated(mean: Mean, told: Observation) -> dict[str, Fraction]:
    """Return the weights that a document states, if it states all of them."""
    shares = told.shares(mean.part_subject, mean.parts)
    return shares if len(shares) == len(mean.parts) and sum(shares.values()) == 1 else {}


def _of_stated(
    mean: Mean, stated: Sequence[tuple[Observation, dict[str, Fraction]]]
) -> tuple[tuple[LearnedWeight, ...], tuple[Contradiction, ...]]:
    first, shares = stated[0]
    for other, others in stated[1:]:
        for id in mean.parts:
            if others[id] != shares[id]:
                places = _place_of_weights(mean, first), _place_of_weights(mean, other)
                said = message(
                    "weight of {id}: {one} in {first}, {other} in {second}",
                    id=id,
                    one=float(shares[id]),
                    other=float(others[id]),
                    first=places[0],
                    second=places[1],
                )
                return (), (Contradiction(id, said, *places),)
    learned = (
        LearnedWeight(mean, id, shares[id], shares[id], stated=True, documents=len(stated))
        for id in mean.parts
    )
    return tuple(learned), ()


def _place_of_weights(mean: Mean, told: Observation) -> Place:
    return told.place((mean.part_subject, id, "weight") for id in mean.parts)


def _place_of_points(mean: Mean, told: Observation) -> Place:
    parts: list[Key] = [(mean.part_subject, id, "points") for id in mean.parts]
    return told.place([(mean.subject, mean.id, "points"), *parts])


def _inequalities(mean: Mean, told: Observation) -> Iterator[AtMost]:
    """Yield what a shown whole and its shown parts ask of the weights; nothing where one is missing.

    A bonus and a deduction are part of the whole, and not of the mean; they may be rounded as well,
    but for 0, which says that there was none. One that is disputed leaves nothing to say. At an end
    of the scale the whole may have been cut off, and tells one side only.
    """
    whole = told.interval(mean.subject, mean.id, "points")
    parts = [told.interval(mean.part_subject, id, "points") for id in mean.parts]
    known = [part for part in parts if part is not None]
    beside = {(mean.subject, mean.id, role) for role in ("bonus", "deduction")}
    if whole is None or len(known) < len(parts) or beside & told.disputed:
        return
    added, taken = (_beside_the_mean(mean, told, role) for role in ("bonus", "deduction"))
    if whole.high < mean.high:
        yield AtMost(tuple(part.low for part in known), whole.high - added.low + taken.high)
    if whole.low > mean.low:
        yield AtMost(tuple(-part.high for part in known), added.high - taken.low - whole.low)


def _beside_the_mean(mean: Mean, told: Observation, role: str) -> Interval:
    """Return a bonus or a deduction as it was before it was rounded."""
    found = told.interval(mean.subject, mean.id, role)
    if found is None or not told.number(mean.subject, mean.id, role):
        return Interval(Fraction(0), Fraction(0))
    return found


def _first_contradiction(
    mean: Mean, observed: Sequence[tuple[Observation, tuple[AtMost, ...]]]
) -> Contradiction:
    """Return the first document that contradicts those before it, and one of these."""
    size = len(mean.parts)

    def fits(count: int) -> bool:
        rows = [row for _, own in observed[:count] for row in own]
        return find_extents(rows, size) is not None

    low, high = 0, len(observed)  # the first ``low`` fit, the first ``high`` do not
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    last, own = observed[high - 1]
    alone = (t for t, rows in observed[: high - 1] if find_extents([*rows, *own], size) is None)
    other = next(alone, observed[max(high - 2, 0)][0])
    places = _place_of_points(mean, other), _place_of_points(mean, last)
    said = message(
        "no weights make the points of both: {first} and {second}",
        first=places[0],
        second=places[1],
    )
    return Contradiction(mean.id, said, *places)
