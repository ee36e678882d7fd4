"""Numbers files of what documents prove: weights, ends of weights, and ends of bands, as TOML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

from ...messages import Message, in_language, message, numbered
from ...rules.coverage import missing_numbers
from .bands import LearnedBand
from .learned import LearnedNumbers
from .weights import LearnedWeight

#: Digits behind the point of an end, which is rounded away from what lies within.
_DIGITS = 12
#: So many digits behind the point a numbers file may have.
_MOST_DIGITS = 30
#: Worse than this no value is, whatever its metric counts.
_WORST = 10**9


def numbers_file(learned: LearnedNumbers, lang: str = "en") -> str:
    """Return a numbers file of what is proved; its comments are in a language.

    ``weight_low`` and ``weight_high`` enclose a weight that is not known, or that no decimal number
    is equal to, such as a third; bands of the kind
    ``band_intervals`` have both ends of each bound: scoring by them gives the ends of a score.
    """
    return "\n".join(in_language(line, lang) for line in _lines(learned)) + "\n"


def _lines(learned: LearnedNumbers) -> Iterator[Message | str]:
    ruleset = learned.rules.ruleset
    yield numbered(
        "# What {n} page of a console proves of {ruleset}.",
        "# What {n} pages of consoles prove of {ruleset}.",
        learned.documents,
        ruleset=ruleset.name,
    )
    for against in learned.contradictions:
        yield message("# Not used: {said}", said=against.said)
    yield "schema = 1"
    for key in ("platform", "scorecard", "version"):
        yield f"{key} = {_text(getattr(ruleset, key))}"
    if not learned.for_all:
        yield f"industries = [{_text(learned.industry)}]"
    if not learned:
        yield message("# {said}", said=nothing_learned(learned))
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


def nothing_learned(learned: LearnedNumbers) -> Message:
    """Return why there are no numbers: none is missing, or nothing is proved of those that are."""
    ruleset = learned.rules.ruleset
    if missing_numbers(ruleset):
        return message(
            "Nothing is proved of the numbers missing in {ruleset}.", ruleset=ruleset.name
        )
    return message(
        "No number is missing in {ruleset}: there is nothing to fill in.", ruleset=ruleset.name
    )


def _weight(weight: LearnedWeight | None) -> list[str]:
    if weight is None:
        return []
    exact = _exact(weight.low)
    if weight.low == weight.high and exact is not None:
        return [f"weight = {exact}"]
    return [
        f"weight_low = {_end(weight.low, up=False)}",
        f"weight_high = {_end(weight.high, up=True)}",
    ]


def _band(band: LearnedBand, *, higher: bool) -> str:
    """Return both ends of a bound and its points; nobody missed the first bound that was seen."""
    worst = Fraction(-_WORST if higher else _WORST)
    missed = worst if band.missed is None else band.missed
    ends = _end(missed, up=not higher), _end(band.reached, up=higher)
    return f"[{', '.join(ends)}, {_exact(band.points) or float(band.points)}]"


def _exact(number: Fraction) -> str | None:
    """Return a number as TOML writes it; None where it is no decimal number, such as a third."""
    digits = next((d for d in range(_MOST_DIGITS + 1) if 10**d % number.denominator == 0), None)
    return None if digits is None else _decimal(int(number * 10**digits), digits)


def _end(number: Fraction, *, up: bool) -> str:
    """Return an end as TOML writes it, rounded up or down where it has too many digits."""
    scaled = number * 10**_DIGITS
    return _decimal(ceil(scaled) if up else floor(scaled), _DIGITS)


def _decimal(whole: int, digits: int) -> str:
    """Return an integer with some of its digits behind the point."""
    sign, text = ("-" if whole < 0 else ""), f"{abs(whole):0{digits + 1}d}"
    before, behind = text[: len(text) - digits], text[len(text) - digits :].rstrip("0")
    return f"{sign}{before}.{behind}" if behind else f"{sign}{before}"


def _text(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)
