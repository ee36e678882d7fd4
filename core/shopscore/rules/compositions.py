"""Compositions: how the points of dimensions become a total, where that is no weighted mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TypeAlias

from ..errors import RuleSetError, did_you_mean
from ..exact.rationals import Rationals
from ..messages import message

#: The composition that needs no class: the mean of dimensions by their weights.
WEIGHTED = "weighted"


class Composition(ABC):
    """A way to make a total of the points of dimensions. It never falls where points rise."""

    @abstractmethod
    def total(self, dimensions: Mapping[str, Rationals]) -> Rationals:
        """Return the totals of some shops, of which each has points of just these dimensions.

        Arguments are not changed; there is at least one dimension.
        """


class Minimum(Composition):
    """The lowest of the dimensions.

    >>> from fractions import Fraction
    >>> points = {"goods": Rationals.of([4, 5], [1, 1]), "service": Rationals.of([9, 9], [2, 2])}
    >>> Minimum().total(points).fractions() == [4, Fraction(9, 2)]
    True
    """

    def total(self, dimensions: Mapping[str, Rationals]) -> Rationals:
        """Return the lowest points of each shop."""
        first, *others = dimensions.values()
        for other in others:
            first = first.least(other)
        return first


#: The kinds of composition that a scorecard adds, by the name that its rule sets use.
CompositionKinds: TypeAlias = Mapping[str, type[Composition]]

_KINDS: CompositionKinds = {"minimum": Minimum}


def make_composition(kind: str, more: CompositionKinds | None = None) -> Composition | None:
    """Return the composition of a kind; None for the weighted mean.

    Raises:
        RuleSetError: for an unknown kind, with a guess.
    """
    known = {**_KINDS, **(more or {})}
    if kind == WEIGHTED:
        return None
    if kind not in known:
        guess = did_you_mean(kind, (WEIGHTED, *known))
        raise RuleSetError(message("unknown composition {kind}{guess}", kind=kind, guess=guess))
    return known[kind]()
