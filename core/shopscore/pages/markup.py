"""Markup: what templates call to show texts, numbers and charts; all data is escaped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from ..charts.drawing import labelled, svg_of
from ..charts.specifications import Specification, among_peers, gives_and_costs, score_over_days
from ..messages import in_language
from ..results.figures import NONE, decimals, in_unit

LANGUAGES = ("en", "zh")
_EXACT = 4
_NONE = Markup('<span class="none">{}</span>').format(NONE)


def text(said: object) -> Markup:
    """Return a text in both languages, of which a page shows one; nothing for None.

    Data that has only one language, such as the name of a shop, is shown in both.
    """
    if said is None:
        return Markup("")
    return _spans(_in(said, "en"), _in(said, "zh"))


@lru_cache(maxsize=10_000)
def _spans(en: str, zh: str) -> Markup:
    """Return a text in both languages; the same words come again in thousands of rows."""
    if en == zh:
        return escape(en)
    return Markup('<span lang="en">{}</span><span lang="zh">{}</span>').format(en, zh)


def option_texts(said: object) -> Markup:
    """Return the attributes with the texts of an element that holds no other, such as an option."""
    return Markup('data-en="{}" data-zh="{}"').format(*(_in(said, lang) for lang in LANGUAGES))


def _in(said: object, lang: str) -> str:
    if isinstance(said, Mapping):
        return str(said.get(lang) or said.get("en") or "")
    return in_language(said, lang)


def listing(items: Sequence[object]) -> Markup:
    """Return texts with the comma of each language between them."""
    joined = {
        lang: sign.join(_in(one, lang) for one in items)
        for lang, sign in (("en", ", "), ("zh", "、"))
    }
    return text(joined)


def figure(value: float | None, unit: str) -> Markup:
    """Return a number in its unit; a machine finds the whole of it."""
    return _data(value, in_unit(value, unit))  # type: ignore[arg-type]


def number(value: float | None, places: int = 2, sign: bool = False) -> Markup:
    """Return a number with so many decimals; with ``sign`` a plus and a real minus."""
    shown = decimals(value, places)
    if sign and value is not None:
        shown = shown.replace("-", "−") if value < 0 else f"+{shown}" if value else "±0"
    return _data(value, shown)


def points(value: float | None) -> Markup:
    """Return points as they are before rounding."""
    return number(value, _EXACT)


def percent(value: float | None, places: int = 0) -> Markup:
    """Return a share as a percentage."""
    return _data(value, NONE if value is None else f"{decimals(value * 100, places)}%")


def whole(value: float | None) -> Markup:
    """Return a number of things."""
    return _data(value, NONE if value is None else f"{value:,.0f}")


def _data(value: float | None, shown: object) -> Markup:
    if value is None:
        return _NONE
    # put together from escaped parts: there are a dozen in each of thousands of rows
    return Markup(f'<data value="{escape(repr(value))}">{text(shown)}</data>')  # noqa: S704


def known(value: float | None, said: object) -> Markup:
    """Return a number that is in words already."""
    return _data(value, said)


def there(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return what any of the rows has a value of: columns of nothing are left out."""
    return {name for row in rows for name, value in row.items() if value is not None}


def bar(share: float | None) -> Markup:
    """Return a small bar beside a share; the number says the same."""
    if share is None:
        return Markup("")
    width = f"{min(max(share, 0.0), 1.0) * 100:.1f}"
    return Markup(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rail" width="100" height="8"/><rect class="fill" width="{}" height="8"/></svg>'
    ).format(width)


def days_chart(days: Sequence[Mapping[str, Any]], id: str) -> Markup:
    """Return the chart of a score over days."""
    return _chart(score_over_days(days), id)


def costs_chart(lines: Sequence[Mapping[str, Any]], id: str) -> Markup:
    """Return the chart of what parts give and cost, in both languages."""
    return _in_both(
        lambda lang: gives_and_costs(
            [
                {"name": _in(one["label"], lang), "gives": one["gives"], "costs": one["lost"]}
                for one in lines
            ]
        ),
        id,
    )


def peers_chart(metrics: Sequence[Mapping[str, Any]], id: str) -> Markup:
    """Return the chart of the place of a shop among its peers, in both languages."""
    return _in_both(
        lambda lang: among_peers([{**one, "name": _in(one["label"], lang)} for one in metrics]), id
    )


def _in_both(specified: Callable[[str], Specification], id: str) -> Markup:
    charts = (
        Markup('<div lang="{}">{}</div>').format(lang, _chart(specified(lang), id))
        for lang in LANGUAGES
    )
    return Markup("").join(charts)


def _chart(specification: Specification, id: str) -> Markup:
    """Return a chart that is named and told by the texts beside it.

    The engine escapes the texts of a specification: what it draws is markup of its own.
    """
    named = Markup('aria-labelledby="{0}-name" aria-describedby="{0}-said"').format(id)
    return Markup(labelled(svg_of(specification), named))  # noqa: S704 - see above


#: What templates find by these names.
CALLED = {
    "t": text,
    "option_texts": option_texts,
    "listing": listing,
    "figure": figure,
    "number": number,
    "points": points,
    "percent": percent,
    "whole": whole,
    "known": known,
    "there": there,
    "bar": bar,
    "days_chart": days_chart,
    "costs_chart": costs_chart,
    "peers_chart": peers_chart,
}
