"""The kinds of scorer that every rule set can name, and how one is made from its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import fields, has

from ..errors import RuleSetError, did_you_mean
from ..messages import message
from .band_intervals import BandIntervals
from .scorers import Bands, Linear, PercentileCurve, Scorer, ScorerKinds, Threshold

#: The kinds of scorer that every rule set can name.
KINDS: ScorerKinds = {
    "percentile_curve": PercentileCurve,
    "bands": Bands,
    "band_intervals": BandIntervals,
    "threshold": Threshold,
    "linear": Linear,
}


def make_scorer(
    kind: str, parameters: Mapping[str, Any], more: ScorerKinds | None = None
) -> Scorer:
    """Make a scorer of a kind from the parameters of its class.

    Raises:
        RuleSetError: for an unknown kind or parameter, with a guess, and for invalid values.

    >>> make_scorer("linear", {"line": [(0, 0), (10, 100)]}).line[0]
    (Fraction(0, 1), Fraction(0, 1))
    """
    known = {**KINDS, **(more or {})}
    if kind not in known:
        guess = did_you_mean(kind, known)
        raise RuleSetError(message("unknown kind of scorer {kind}{guess}", kind=kind, guess=guess))
    accepted = _parameter_names(known[kind]) or list(parameters)
    for name in parameters:
        if name not in accepted:
            said = message(
                "scorer of kind {kind}: unknown key {key}{guess}",
                kind=kind,
                key=name,
                guess=did_you_mean(name, accepted),
            )
            raise RuleSetError(said)
    try:
        return known[kind](**parameters)
    except (TypeError, ValueError) as error:
        said = message("scorer of kind {kind}: {error}", kind=kind, error=str(error))
        raise RuleSetError(said) from None


def _parameter_names(kind: Any) -> list[str]:
    """Return the parameters of a scorer class; none where it is not an attrs class."""
    return [f.alias for f in fields(kind)] if has(kind) else []
