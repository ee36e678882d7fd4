"""An aggregator of its own."""

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from shopscore import Aggregator, Tally


@frozen
class NetShare(Aggregator):
    """Those in favour less those against, over all: from −1 to 1."""

    pro: Tally
    contra: Tally
    all: Tally

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """Three tallies."""
        return (self.pro, self.contra, self.all)

    def combine(self, sums: Sequence[Any], counts: Sequence[Any]) -> tuple[Any, Any, Any]:
        """(pro − contra) / all."""
        return sums[0] - sums[1], sums[2], counts[2]
