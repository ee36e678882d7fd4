"""The classes that a scorecard brings for its rule sets, besides those of the package."""

from __future__ import annotations

from ..value_classes import field, frozen
from .compositions import CompositionKinds
from .scorers import ScorerKinds


@frozen
class OwnKinds:
    """A scorecard's own classes, each by the name that its rule sets use."""

    scorers: ScorerKinds = field(factory=dict)
    compositions: CompositionKinds = field(factory=dict)


NONE_OWN = OwnKinds()
