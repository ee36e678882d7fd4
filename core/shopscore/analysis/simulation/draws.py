"""Draws: which rows a lever is used on, where it is used on a share of them only.

A row is drawn by a hash of the seed and its id, so that neither the order of rows nor the files in
which they stand matter, and a greater share takes the same rows and more.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from hashlib import blake2b
from math import floor

import numpy as np

from ...exact.rationals import Mask
from ...value_classes import frozen


@frozen
class Draw:
    """One way to draw rows: a seed, and the number of the draw; the first is number 0."""

    seed: int = 0
    number: int = 0

    def rows(self, lever: str, ids: Sequence[str], share: Fraction) -> Mask:
        """Return which of some rows are drawn: as many as the share, rounded half up.

        >>> int(Draw().rows("lever", ["a", "b", "c", "d"], Fraction(1, 2)).sum())
        2
        """
        drawn = np.ones(len(ids), dtype=np.bool_)
        if share < 1:
            marks = sorted((self._mark(lever, id), place) for place, id in enumerate(ids))
            drawn[[place for _, place in marks[floor(share * len(ids) + Fraction(1, 2)) :]]] = False
        return drawn

    def _mark(self, lever: str, id: str) -> bytes:
        text = "\0".join((str(self.seed), str(self.number), lever, id))
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
