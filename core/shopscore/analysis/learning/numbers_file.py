"""Numbers files of what documents prove: weights, ends of weights, and ends of bands, as TOML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, floor

from ...messages import Message, in_language, message
from .bands import LearnedBand
from .learned import LearnedNumbers
from .weights import LearnedWeight

#: Digits behind the point of an end, which is rounded away from what lies within.
_DIGITS = 12
#: Worse than this no value is, whatever its metric counts.
_WORST = 10**9


def numbers_file(learned: LearnedNumbers, lang: str = "en") -> str:
    """Return a numbers file of what is proved; its comments are in a language.

    ``weight_low`` and ``weight_high`` enclose a weight that is not known, and bands of the kind
    ``band_intervals`` have both ends of each bound: scoring by them gives the ends of a score.
    """
    return "\n".join(in_language(line, lang) for line in _lines(learned)) + "\n"


def _lines(learned: LearnedNumbers) -> Iterator[Message | str]:
    ruleset = learned.rules.ruleset
    yield message(
        "# What {n} pages of consoles prove of {ruleset}.",
        n=learned.documents,
        ruleset=ruleset.name,
    )
    for against in learned.contradictions:
        yield message("# Not used: {said}", said=against.said)
    yield "schema = 1"
    for key in ("platform", "scorecard", "version"):
        yield f"{key} = {_text(getattr(ruleset, key))}"
    if learned.industry:
        yield f"industries = [{_text(learned.industry)}]"
    bands: dict[str, list[LearnedBand]] = {}
    for band in learned.bands:
        bands.setdefault(band.metric, []).append(band)
    weights = {(w.mean.id, w.id): w for w in learned.weights}
    scorers: dict[str, str] = {}
    for dimension in ruleset.dimensions:
        own = weights.get(("total", dimension.id))
        rows = []
        for entry in dimension.metrics:
            row = _weight(weights.get((dimension.id, entry.id)))
            if entry.id in bands:
                scorers.setdefault(entry.scorer or entry.id, entry.id)
                row += [f"scorer = {_text(entry.scorer or entry.id)}"]
            if row:
                rows.append((entry.id, row))
        if own is None and not rows:
            continue
        yield ""
        yield "[[dimensions]]"
        yield f"id = {_text(dimension.id)}"
        yield from _weight(own)
        for id, row in rows:
            yield "[[dimensions.metrics]]"
            yield f"id = {_text(id)}"
            yield from row
    for scorer, metric in scorers.items():
        higher = learned.rules.metrics[metric].metric.better == "higher"
        yield f"\n[scorers.{scorer}]"
        yield 'kind = "band_intervals"'
        yield f"bands = [{', '.join(_band(band, higher=higher) for band in bands[metric])}]"


def _weight(weight: LearnedWeight | None) -> list[str]:
    if weight is None:
        return []
    if weight.low == weight.high:
        return [f"weight = {_decimal(weight.low)}"]
    return [
        f"weight_low = {_decimal(weight.low, up=False)}",
        f"weight_high = {_decimal(weight.high)}",
    ]


def _band(band: LearnedBand, *, higher: bool) -> str:
    """Return both ends of a bound and its points; nobody missed the first bound that was seen."""
    worst = Fraction(-_WORST if higher else _WORST)
    missed = worst if band.missed is None else band.missed
    ends = _decimal(missed, up=not higher), _decimal(band.reached, up=higher)
    return f"[{', '.join(ends)}, {_decimal(band.points)}]"


def _decimal(number: Fraction, *, up: bool = True) -> str:
    """Return a number as TOML writes it, rounded up or down where it is no decimal number."""
    scaled = number * 10**_DIGITS
    whole = ceil(scaled) if up else floor(scaled)
    sign, digits = ("-" if whole < 0 else ""), f"{abs(whole):0{_DIGITS + 1}d}"
    text = f"{sign}{digits[:-_DIGITS]}.{digits[-_DIGITS:]}".rstrip("0")
    return text.removesuffix(".") if text.endswith(".") else text


def _text(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)


def of_industry(found: Sequence[LearnedNumbers], industry: str | None) -> LearnedNumbers | None:
    """Return what was learned of one industry; None where several are there, and none is named."""
    if industry is not None:
        return next((one for one in found if one.industry == industry), None)
    return found[0] if len(found) == 1 else None
