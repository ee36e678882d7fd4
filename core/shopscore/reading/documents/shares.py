"""Shares: weights of siblings, which documents write as 0.25, as 25 or as "25%"."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from .cells import Percent, Value

#: How far the sum of rounded weights may be from 1, or in percent from 100.
_NEAR = Fraction(2, 100)


def shares_of(weights: Mapping[str, Value | None]) -> dict[str, Fraction]:
    """Return weights as shares; without those whose scale their sum does not tell.

    A sibling without a weight is None: the sum of the others tells nothing then. Weights that were
    rounded are made to add up to 1.

    >>> shares_of({"goods": Fraction(40), "service": Fraction(60)})
    {'goods': Fraction(2, 5), 'service': Fraction(3, 5)}
    >>> shares_of({"goods": Fraction(40), "service": Fraction(20)})
    {}
    >>> shares_of({"goods": Fraction(99), "service": None})
    {}
    """
    shares = {id: w.share for id, w in weights.items() if isinstance(w, Percent)}
    plain = {id: w for id, w in weights.items() if isinstance(w, Fraction)}
    if len(shares) + len(plain) < len(weights) or any(weight < 0 for weight in plain.values()):
        return shares
    left, whole = 1 - sum(shares.values(), Fraction(0)), sum(plain.values(), Fraction(0))
    scales = [s for s in (1, 100) if plain and abs(whole / s - left) <= _NEAR]
    if len(scales) == 1:
        shares |= {id: weight / scales[0] for id, weight in plain.items()}
    total = sum(shares.values(), Fraction(0))
    if len(shares) < len(weights) or not abs(total - 1) <= _NEAR:
        return shares
    return {id: shares[id] / total for id in weights}
