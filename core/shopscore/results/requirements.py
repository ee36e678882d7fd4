"""Requirements: what a result must be, so that an unattended job can rely on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ..composing.eligibility import ranked_shops
from ..errors import RequirementError, UsageError, did_you_mean
from ..exact.rationals import Mask
from ..grading.points import Graded
from ..messages import Message, message
from ..notices import Notice
from ..value_classes import frozen
from .result import Result

#: Notices that tell that a requirement does not hold.
_CODES = {
    "complete": (
        "missing_input",
        "numbers_missing",
        "not_checked",
        "no_peers",
        "no_file_of_shop",
    ),
    "fresh": ("stale_stream", "stale_document", "empty_stream"),
    "window": ("short_window",),
}
KINDS = (*_CODES, "peers")


@frozen
class Requirements:
    """Words of ``complete``, ``fresh`` and ``window``, and the fewest peers of a percentile."""

    words: tuple[str, ...] = ()
    peers: int = 0

    @classmethod
    def parse(cls, text: str | Iterable[str] | None) -> Requirements:
        """Read requirements as users write them: ``complete,fresh,window,peers=20``.

        Raises:
            UsageError: for an unknown word, or a number of peers that is none.

        >>> Requirements.parse("fresh, peers=20")
        Requirements(words=('fresh',), peers=20)
        """
        words, peers = [], 0
        for part in _parts(text):
            name, equals, number = part.partition("=")
            if name == "peers" and equals and number.strip().isdecimal():
                peers = int(number)
            elif part in _CODES:
                words.append(part)
            elif name == "peers":
                raise UsageError(
                    message("requirement {part}: write peers=20, or another number", part=part)
                )
            elif not part:
                raise UsageError(
                    message("require= names nothing: write complete, fresh, window or peers=20")
                )
            else:
                guess = did_you_mean(part, KINDS)
                raise UsageError(
                    message("unknown requirement {part}{guess}", part=part, guess=guess)
                )
        return cls(tuple(words), peers)

    def check(self, result: Result, shop_ids: tuple[str, ...] = ()) -> Result:
        """Return the result; raise where it is not what it must be.

        With ``shop_ids`` only these shops must be complete and ranked among enough. How far the
        data reach is asked of all of them: nobody else's rows tell it of one shop.

        Raises:
            RequirementError: naming the requirement, and what does not hold.
            UsageError: for a shop that is not there.
        """
        asked = np.full(len(result), not shop_ids)
        asked[result.only(shop_ids).to_numpy()] = True
        if (self.words or self.peers) and not asked.any():
            raise RequirementError(message("something is required of the shops; but there is none"))
        for word in self.words:
            failed = [n for n in result.notices if n.code in _CODES[word]]
            failed = [n for n in failed if not shop_ids or n.concerns(shop_ids)]
            if failed:
                raise RequirementError(_missed(word, failed))
        if self.peers:
            self._check_peers(result, asked)
        return result

    def _check_peers(self, result: Result, asked: Mask) -> None:
        for id, graded in result.graded.items():
            self._check_unranked(result, id, graded, asked)
            if graded.percentiles is None:
                continue
            ranked = graded.percentiles.peers
            few = np.flatnonzero((ranked > 0) & (ranked < self.peers) & asked)
            if len(few):
                raise RequirementError(
                    message(
                        "required: peers={peers}; but {metric} of shop {shop} is ranked among {few}",
                        peers=self.peers,
                        metric=id,
                        shop=result.shops["shop_id"][int(few[0])],
                        few=int(ranked[few[0]]),
                    )
                )

    def _check_unranked(self, result: Result, id: str, graded: Graded, asked: Mask) -> None:
        """Raise where a shop has a value and no rank; but not where rules keep it from ranking."""
        ranked = ranked_shops(result.rules.exact, result.checks)
        missed = graded.unranked & asked
        if ranked is not None:
            missed = missed & ranked
        if missed.any():
            row = int(np.flatnonzero(missed)[0])
            raise RequirementError(
                message(
                    "required: peers={peers}; but {metric} of shop {shop} is not ranked: {why}",
                    peers=self.peers,
                    metric=id,
                    shop=result.shops["shop_id"][row],
                    why=result.columns.metric_reasons[id].at(row),
                )
            )


def _missed(word: str, failed: Sequence[Notice]) -> Message:
    """Return which requirement does not hold, with the first notice that says so."""
    first, more = failed[0].message, len(failed) - 1
    if not more:
        return message("required: {word}; but {first}", word=word, first=first)
    return message(
        "required: {word}; but {first} (and {more} more)", word=word, first=first, more=more
    )


def _parts(given: object) -> list[str]:
    """Return the words of a user, each without blanks around it.

    Raises:
        UsageError: where they are no words.
    """
    if isinstance(given, str):
        given = given.split(",")
    parts = list(given) if isinstance(given, Iterable) else [] if given is None else [given]
    for part in parts:
        if not isinstance(part, str):
            raise UsageError(
                message("require= takes words, complete or peers=20, not {value!r}", value=part)
            )
    return [str(part).strip() for part in parts]
