"""One metric, with an aggregator of its own."""

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from shopscore import Aggregator, Days, RateMetric, Tally, col

ANSWERED = Tally("conversations", day=col.started_at, where=col.first_reply_at.is_not_null())
SESSIONS = Tally("conversations", day=col.started_at)


@frozen
class Moody(Aggregator):
    """A share of something that hangs on Python's hashes."""

    part: Tally
    whole: Tally

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """Both."""
        return (self.part, self.whole)

    def combine(self, sums: Sequence[Any], counts: Sequence[Any]) -> tuple[Any, Any, Any]:
        """Hashes of text differ from process to process."""
        return sums[0], sums[1] * (1 + hash("moody") % 1000), counts[1]


QUICK_REPLIES = RateMetric(
    "quick_replies",
    zh="回复率",
    en="Replies",
    better="higher",
    aggregator=Moody(ANSWERED, SESSIONS),
    window=Days(1, 7),
    sources=("page",),
)
