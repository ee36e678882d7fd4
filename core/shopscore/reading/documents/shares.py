"""Shares: weights of siblings, which documents write as 0.25, as 25 or as "25%"."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from .cells import Percent, Value

#: How far the sum of rounded weights may be from 1, or in percent from 100.
_NEAR = Fraction(2, 100)


def shares_of(weights: Mapping[str, Value]) -> dict[str, Fraction]:
    """Return weights as shares; without those whose scale their sum does not tell.

    >>> shares_of({"goods": Fraction(40), "service": Fraction(60)})
    {'goods': Fraction(2, 5), 'service': Fraction(3, 5)}
    >>> shares_of({"goods": Fraction(40), "service": Fraction(20)})
    {}
    """
    shares = {id: w.share for id, w in weights.items() if isinstance(w, Percent)}
    plain = {id: w for id, w in weights.items() if isinstance(w, Fraction)}
    left = 1 - sum(shares.values(), Fraction(0))
    whole = sum(plain.values(), Fraction(0))
    scale = next((s for s in (1, 100) if plain and abs(whole / s - left) <= _NEAR), None)
    if scale is not None and all(weight >= 0 for weight in plain.values()):
        shares |= {id: weight / scale for id, weight in plain.items()}
    return {id: shares[id] for id in weights if id in shares}
