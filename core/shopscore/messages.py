"""Messages: what the package says, in English, with its Chinese translation at hand.

A message is an English text that knows the template and the values that it was made of, so that
whoever shows it can ask for another language. The translations stand in ``locale/zh``, read by
:mod:`gettext`; ``tox -e messages`` brings the catalogue up to date with the code.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

_LOCALE = Path(__file__).parent / "locale"


@runtime_checkable
class Translated(Protocol):
    """Whatever has a text in each language: messages, labels."""

    def text(self, lang: str) -> str:
        """Return the text in a language: ``zh`` is Chinese, anything else English."""


class Message(str):
    """A text in English that can be had in Chinese; elsewhere it is a ``str`` like any other.

    >>> said = message("{file}: no such file", file="orders.csv")
    >>> said == "orders.csv: no such file", said.text("zh")
    (True, 'orders.csv：没有这个文件')
    """

    template: str
    plural: str
    values: Mapping[str, object]

    def __new__(cls, template: str, plural: str, values: Mapping[str, object]) -> Self:
        """Return the English text of a template; use :func:`message` or :func:`numbered`."""
        made = super().__new__(cls, _fill(template, plural, values, "en"))
        made.template, made.plural, made.values = template, plural, values
        return made

    def text(self, lang: str) -> str:
        """Return the message in a language; what the catalogue lacks stays English."""
        return _fill(self.template, self.plural, self.values, lang)

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), (self.template, self.plural, self.values)


def message(template: str, /, **values: object) -> Message:
    """Return a message made of a template and values; a value may be a message or label itself.

    >>> print(message("{file}: no such file", file="orders.csv"))
    orders.csv: no such file
    """
    return Message(template, "", values)


def numbered(one: str, many: str, /, n: int, **values: object) -> Message:
    """Return a message about ``n`` things, in the singular or the plural.

    >>> str(numbered("{n} shop", "{n} shops", 1)), str(numbered("{n} shop", "{n} shops", 2))
    ('1 shop', '2 shops')
    """
    return Message(one, many, {"n": n, **values})


class _Listed:
    """Items that are listed with the comma of each language."""

    def __init__(self, items: Iterable[object]) -> None:
        self._items = tuple(items)

    def text(self, lang: str) -> str:
        return ("、" if lang == "zh" else ", ").join(in_language(i, lang) for i in self._items)

    def __str__(self) -> str:
        return self.text("en")

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def listed(items: Iterable[object]) -> Translated:
    """Return items as one value of a message, with commas between them.

    >>> message("; known: {words}", words=listed(["a", "b"])).text("zh")
    '；已知的有：a、b'
    """
    return _Listed(items)


def in_language(value: object, lang: str) -> str:
    """Return a value as text in a language: messages and labels are translated.

    >>> in_language("S001", "zh")
    'S001'
    """
    if isinstance(value, Translated) and not isinstance(value, type):
        return value.text(lang)
    return str(value)


def translate(word: str, lang: str) -> str:
    """Return a word or a fixed sentence in a language; what the catalogue lacks stays as it is.

    >>> translate("insufficient_orders", "zh"), translate("insufficient_orders", "en")
    ('订单不足', 'insufficient_orders')
    """
    return _look_up(word, "", None, lang)


def _fill(template: str, plural: str, values: Mapping[str, object], lang: str) -> str:
    told = {n: v.text(lang) if isinstance(v, Translated) else v for n, v in values.items()}
    return _look_up(template, plural, values.get("n"), lang).format(**told)


def _look_up(template: str, plural: str, n: object, lang: str) -> str:
    catalogue = _catalogue(lang)
    if not template:  # gettext's own entry
        return template
    if plural and isinstance(n, int):
        return catalogue.ngettext(template, plural, n)
    return catalogue.gettext(template)


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    if lang != "zh":
        return gettext.NullTranslations()
    return gettext.translation("shopscore", _LOCALE, languages=["zh"], fallback=True)
