"""Regrading: shops of a result as they might be, by the stages of any score, while all peers stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ...exact.columns import ExactColumn
from ...exact.integers import Integers
from ...grading.instead import Instead
from ...grading.variants import coded
from ...grading.weighing import MetricValues
from ...results.building import grade_and_publish
from ...results.result import Result
from ...rules.scorer_kinds import KINDS
from ...value_classes import frozen
from .forgetting import differing, forget_console, forget_supplied
from .grounds import Grounds
from .placing import put

Rows = npt.NDArray[np.int64]
#: Suppositions that are graded at a time.
AT_ONCE = 1 << 14


@frozen(eq=False)
class Regraded:
    """A result in which some rows are suppositions: which of those that were asked each is."""

    result: Result
    rows: Rows
    which: Rows


@frozen(eq=False, slots=False)
class Regrading:
    """A result whose shops are scored again with other values, each supposition by itself.

    Of everything that the shops were graded with, only what was told of values that a shop no
    longer has is forgotten.
    """

    result: Result

    @cached_property
    def grounds(self) -> Grounds:
        """What the shops were graded with, besides their values."""
        return Grounds.of(self.result)

    @cached_property
    def one_by_one(self) -> bool:
        """Whether suppositions of one industry would touch each other.

        So it is where a plugin's own scorer looks at whole industries, and where a mean that a shop
        moves decides who is ranked.
        """
        exact = self.result.rules.exact
        every = (exact, *(variant for _, variant in exact.variants))
        scorers = (type(scorer) for one in every for scorer in one.scorers.values())
        by_mean = any(one.condition.times_industry_mean for one in exact.eligibility)
        strange = any(kind not in KINDS.values() for kind in scorers)
        return strange or (by_mean and exact.peers_need_eligibility)

    def scores(
        self, shops: Rows, measured: Mapping[str, MetricValues], *, at_once: bool = False
    ) -> list[Fraction | None]:
        """Return the exact score of each supposition; None where there is none."""
        found: list[Fraction | None] = [None] * len(shops)
        for part in self.results(shops, measured, at_once=at_once):
            scores = exact_scores(part.result, part.rows)
            for place, score in zip(part.which.tolist(), scores, strict=True):
                found[place] = score
        return found

    def results(
        self, shops: Rows, measured: Mapping[str, MetricValues], *, at_once: bool = False
    ) -> Iterator[Regraded]:
        """Yield results of suppositions, of which ``shops`` are the rows in the result.

        Args:
            shops: the shop that each supposition is of.
            measured: the values of the metrics that might be others, one for each supposition.
            at_once: ask for all together even where that is only nearly right.
        """
        apart = self.one_by_one and not at_once
        for which in self._turns(shops) if apart else _slices(len(shops)):
            own = {id: values.take(which) for id, values in measured.items()}
            yield self._regraded(shops[which], own, which, apart=apart)

    @cached_property
    def _industries(self) -> Rows:
        """The industry of each shop, as a number."""
        return coded(self.result.shops["industry"])[1]

    def _turns(self, shops: Rows) -> Iterator[Rows]:
        """Yield suppositions of which no two are of one industry."""
        turns: list[list[int]] = []
        seen: dict[int, int] = {}
        for place, industry in enumerate(self._industries[shops].tolist()):
            turn = seen[industry] = seen.get(industry, -1) + 1
            if turn == len(turns):
                turns.append([])
            turns[turn].append(place)
        return (np.array(turn, dtype=np.int64) for turn in turns)

    def _regraded(
        self, shops: Rows, own: Mapping[str, MetricValues], which: Rows, *, apart: bool
    ) -> Regraded:
        """Grade suppositions: where they are apart each in its shop's place, else below the shops."""
        real = np.flatnonzero(np.isin(self._industries, self._industries[shops]))
        there = np.searchsorted(real, shops)
        rows, places, instead = real, there, None
        if not apart:
            rows, places = np.concatenate([real, shops]), np.arange(len(shops)) + len(real)
            instead = Instead(np.concatenate([np.arange(len(real)), there]))
        measured = {
            id: put(values.take(rows), places, own[id]) if id in own else values.take(rows)
            for id, values in self.result.measured.items()
        }
        return Regraded(self._grade(measured, rows, places, instead), places, which)

    def _grade(
        self,
        measured: Mapping[str, MetricValues],
        rows: Rows,
        places: Rows,
        instead: Instead | None,
    ) -> Result:
        result, grounds, shops = self.result, self.grounds, self.result.shops[rows]
        supplied, console = grounds.supplied.take(rows), result.console.take(rows)
        if grounds.told[rows[places]].any():
            now = {id: values.take(rows) for id, values in result.measured.items()}
            changed = differing(now, measured, places)
            supplied = forget_supplied(supplied, changed)
            console = forget_console(console, changed, shops["shop_id"], result.rules)
        return grade_and_publish(
            result.rules,
            result.as_of,
            measured,
            shops,
            grounds.tables,
            supplied=supplied,
            console=console,
            judged_on=grounds.judged_on,
            ranks=grounds.ranks,
            instead=instead,
        )


def _slices(size: int) -> Iterator[Rows]:
    """Yield suppositions in parts, as many as are graded at a time."""
    for start in range(0, size, AT_ONCE):
        yield np.arange(start, min(start + AT_ONCE, size))


def exact_scores(result: Result, rows: Rows) -> list[Fraction | None]:
    """Return the exact scores of some shops; None where there is none."""
    column: ExactColumn = result.composed.score.only(result.published.total)
    return column.take(rows).fractions()


def alike(numbers: Sequence[Integers]) -> tuple[Rows, Rows]:
    """Return the first of suppositions with the same numbers, and for each which of these it is.

    >>> [found.tolist() for found in alike([np.array([1, 2, 1])])]
    [[0, 1], [0, 1, 0]]
    """
    seen: dict[tuple[int, ...], int] = {}
    rows = zip(*(column.tolist() for column in numbers), strict=True)
    which = [seen.setdefault(row, len(seen)) for row in rows]
    found = np.array(which, dtype=np.int64)
    return np.unique(found, return_index=True)[1].astype(np.int64), found
