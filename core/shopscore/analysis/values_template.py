"""A template for values: a table with a row for everything that a user can type in under some rules."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ..grading.names import Names
from ..messages import message, translate
from ..model.metrics import Unit
from ..plugins.bound_rules import BoundRuleSet

COLUMNS = (
    "shop_id",
    "industry",
    "metric",
    "value",
    "n",
    "percentile",
    "points",
    "label",
    "unit",
    "example",
)
#: What is said of each unit, and a value as a console shows it.
EXAMPLES: dict[Unit, tuple[str, str]] = {
    "ratio": ("a rate: 93.5%, or 0.935", "93.5%"),
    "hours": ("a duration: 12.5 h, or 2小时5分; a mere number is hours", "12.5 h"),
    "days": ("a duration: 2.5 d, or 2天5小时; a mere number is days", "2.5 d"),
    "minutes": ("a duration: 2.5 min; a mere number is minutes", "2.5 min"),
    "seconds": ("a duration: 45 s, or 1分5秒; a mere number is seconds", "45 s"),
    "points": ("points on the scale", ""),
    "count": ("a number of things", "12"),
    "money": ("an amount in the currency of the platform", "1250.00"),
    "index": ("a number as the platform shows it", "3.5"),
}
SHOP = "S1"


def values_template(rules: BoundRuleSet, lang: str, shop_id: str = SHOP) -> str:
    """Return the template as CSV, in which only ``value``, or ``points``, is left to fill in.

    Reading takes what ``example`` shows; the columns behind ``points`` are not read.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(rules, lang, shop_id))
    return text.getvalue()


def _rows(rules: BoundRuleSet, lang: str, shop_id: str) -> Iterator[tuple[str, ...]]:
    for name in Names.of(rules).every:
        possible = name.possible
        said, example = EXAMPLES[possible.unit]
        unit = translate(said, lang)
        if possible.unit == "points" and possible.low is not None and possible.high is not None:
            scale = f"{float(possible.low):g}–{float(possible.high):g}"
            unit = message("{about}: {said}", about=unit, said=scale).text(lang)
            example = f"{float(possible.low + (possible.high - possible.low) * 3 / 4):g}"
        yield (shop_id, "", name.id, *("",) * 4, name.label.text(lang), unit, example)
