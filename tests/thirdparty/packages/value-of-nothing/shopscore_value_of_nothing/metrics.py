"""One metric, with an aggregator of its own."""

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from shopscore import Aggregator, Days, RateMetric, Tally, col

ANSWERED = Tally("conversations", day=col.started_at, where=col.first_reply_at.is_not_null())
SESSIONS = Tally("conversations", day=col.started_at)


@frozen
class Smoothed(Aggregator):
    """One answer and two sessions more than there were."""

    part: Tally
    whole: Tally

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """Both."""
        return (self.part, self.whole)

    def combine(self, sums: Sequence[Any], counts: Sequence[Any]) -> tuple[Any, Any, Any]:
        """The empty state should have no denominator."""
        return sums[0] + 1, sums[1] + 2, counts[1] + 2


QUICK_REPLIES = RateMetric(
    "quick_replies",
    zh="回复率",
    en="Replies",
    better="higher",
    aggregator=Smoothed(ANSWERED, SESSIONS),
    window=Days(1, 7),
    sources=("page",),
)
