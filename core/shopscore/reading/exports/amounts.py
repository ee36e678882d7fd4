"""Amounts: text with currencies and separators of thousands as plain numbers."""

from __future__ import annotations

import polars as pl

from ...model.streams import Kind
from ..marks import FIRST

_OWN = "[¥￥元]"
#: Signs and words of other currencies, which a layout that states the decimal mark answers for.
_ANY = r"(?:\p{Sc}|元|zł|(?i:RMB|CNY|EUR|USD|HKD|GBP|PLN|IDR|Rp|kr))"
_AROUND = r"^([+-]?)\s*{0}?\s*([+-]?)\s*([0-9].*?)\s*{0}?$"
_GROUPS = r"^[+-]?[1-9][0-9]{{0,2}}(?:[{0}][0-9]{{3}})+(?:\.[0-9]*)?$"
_PLAIN = r"^[+-]?[0-9]+(?:\.[0-9]*)?$"
_COMMA = r"^[+-]?(?:[0-9]+|[1-9][0-9]{0,2}(?:[.\s][0-9]{3})+),[0-9]+$"
_DOTS = r"^[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}$"
#: Three decimals, or thousands: nobody knows.
_DOUBTFUL = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
_ODD = rf"[^0-9.]|\..*\.|{_DOUBTFUL}"


def are_plain(cells: pl.Series) -> bool:
    """Return whether all cells are numbers of one meaning, with nothing around them.

    >>> are_plain(pl.Series(["1234.50", None])), are_plain(pl.Series(["1,234"]))
    (True, False)
    """
    return not any(part.str.contains(rf"^$|{_ODD}").any() for part in (cells.head(FIRST), cells))


def plain_numbers(cells: pl.Series, kind: Kind, decimal: str | None = None) -> pl.Series:
    """Return amounts as numbers with a dot before the decimals, where they have one meaning.

    ``decimal`` is the mark that a layout states. Without one a comma before groups of three digits
    separates thousands, and any other stands before decimals where nothing else is possible. What
    could be either is told apart by a question mark, with which it is no number.

    >>> plain_numbers(pl.Series(["￥1,234.50元", "70,48", "1.299,90", "59.900"]), "money").to_list()
    ['1234.50', '70.48', '1299.90', '59.900 ?']
    >>> plain_numbers(pl.Series(["59,90 €", "59.900"]), "money", ",").to_list()
    ['59.90', '59900']
    """
    odd = cells.str.contains(_ODD).fill_null(False)
    if not odd.any():
        return cells
    written = cells.filter(odd)
    around = _AROUND.format(_OWN if decimal is None else _ANY)
    bare = written.str.replace_all("，", ",").str.replace(around, "$1$2$3")
    readings = _unstated(bare, kind) if decimal is None else _stated(bare, decimal)
    found = pl.select(pl.coalesce(readings)).to_series()
    left = written.set(bare.str.contains(_PLAIN), None).fill_null(written + " ?")
    nothing = written.str.contains(f"^{_OWN}$")
    return cells.clone().scatter(odd.arg_true(), found.fill_null(left).set(nothing, None))


def _unstated(bare: pl.Series, kind: Kind) -> list[pl.Expr]:
    """Return the readings of numbers whose marks nobody states; the first that fits is taken."""
    plain = bare.str.contains(_PLAIN)
    if kind != "number":
        plain = plain & ~bare.str.contains(_DOUBTFUL)
    return [
        _where(plain, bare),
        *_thousands(bare, "."),
        _where(bare.str.contains(_COMMA), _decimal_comma(bare)),
        _where(bare.str.contains(_DOTS), bare.str.replace_all(".", "", literal=True)),
    ]


def _stated(bare: pl.Series, decimal: str) -> list[pl.Expr]:
    if decimal == ".":
        return [_where(bare.str.contains(_PLAIN), bare), *_thousands(bare, ".")]
    return [
        _where(bare.str.contains(_COMMA), _decimal_comma(bare)),
        _where(bare.str.contains(r"^[+-]?[0-9]+$"), bare),
        *(_where(bare.str.contains(p), _decimal_comma(bare)) for p in (_DOUBTFUL, _DOTS)),
        *_thousands(bare, ","),
    ]


def _thousands(bare: pl.Series, decimal: str) -> list[pl.Expr]:
    """Return readings with separators of thousands; blanks are such beside any mark."""
    marks = (r"\s",) if decimal == "," else (",", r"\s")
    return [
        _where(bare.str.contains(_GROUPS.format(mark)), bare.str.replace_all(mark, ""))
        for mark in marks
    ]


def _decimal_comma(bare: pl.Series) -> pl.Series:
    return bare.str.replace_all(r"[.\s]", "").str.replace(",", ".", literal=True)


def _where(mask: pl.Series, values: pl.Series) -> pl.Expr:
    return pl.when(mask).then(values)
