"""Messages: what the package says, in English, with its Chinese translation at hand.

A message is an English text that knows the template and the values that it was made of, so that
whoever shows it can ask for another language. The translations stand in ``locale/zh``, read by
:mod:`gettext`; ``tox -e messages`` brings the catalogue up to date with the code.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Protocol, Self, TypeGuard, runtime_checkable

_LOCALE = Path(__file__).parent / "locale"
#: A template is recognised in a text where it has more letters of its own than these.
_OWN = 3


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


def listed(items: Iterable[object], most: int | None = None) -> Translated:
    """Return items as one value of a message, with commas between them; of many the first ones.

    >>> message("; known: {words}", words=listed(["a", "b"])).text("zh")
    '；已知的有：a、b'
    >>> str(listed(["a", "b", "c"], most=2))
    'a, b, …'
    """
    every = [*items]
    return _Listed(every if most is None or len(every) <= most else [*every[:most], "…"])


def in_language(value: object, lang: str) -> str:
    """Return a value as text in a language: messages and labels are translated.

    >>> in_language("S001", "zh")
    'S001'
    """
    if _is_translated(value) and not isinstance(value, type):
        return value.text(lang)
    return str(value)


def _is_translated(value: object) -> TypeGuard[Translated]:
    """Return whether a value has a text in each language; asking a protocol takes ten times longer."""
    kind = type(value)
    if kind is Message or kind is _Listed:
        return True
    return kind not in (str, int, float) and isinstance(value, Translated)


class _Recalled(str):
    """An English text of the package, out of a column of a table."""

    def text(self, lang: str) -> str:
        return translate(str(self), lang)


def recalled(text: str) -> Translated:
    """Return a message of which only the English text is left, so that it can be had in Chinese.

    >>> recalled("a.csv: no such file").text("zh")
    'a.csv：没有这个文件'
    """
    return _Recalled(text)


class Bilingual(str):
    """A text in English whose Chinese comes with it; elsewhere it is a ``str`` like any other."""

    zh: str

    def __new__(cls, en: str, zh: str) -> Self:
        """Return the English text; use :func:`bilingual`."""
        made = super().__new__(cls, en)
        made.zh = zh
        return made

    def text(self, lang: str) -> str:
        """Return the text in a language; where there is no Chinese it is English."""
        return self.zh if lang == "zh" and self.zh else str(self)

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        return type(self), (str(self), self.zh)


def bilingual(en: str, zh: str) -> Bilingual:
    """Return an English text that can be had in Chinese: a note of a metric, a reason.

    >>> note = bilingual("Orders count when due.", "订单计入应揽收日。")
    >>> print(note, note.text("zh"))
    Orders count when due. 订单计入应揽收日。
    """
    return Bilingual(en, zh)


def translate(word: str, lang: str) -> str:
    """Return a word or a sentence in a language; what the catalogue lacks stays as it is.

    A message of which only the English text is left, since it was in a column of a table, is
    recognised by its template.

    >>> translate("insufficient_orders", "zh"), translate("insufficient_orders", "en")
    ('订单不足', 'insufficient_orders')
    >>> translate("a.csv: no such file", "zh")
    'a.csv：没有这个文件'
    """
    told = _look_up(word, "", None, lang)
    return _recognised(word, lang) if told == word and lang == "zh" else told


def _recognised(text: str, lang: str) -> str:
    """Return a text by the most literal template that it could be made of, or as it is."""
    for template, pattern in _patterns(lang):
        if found := pattern.fullmatch(text):
            values = {name: translate(value, lang) for name, value in found.groupdict().items()}
            return _AsTheyStand().vformat(_look_up(template, "", None, lang), (), values)
    return text


class _AsTheyStand(Formatter):
    """Fills a template with parts of a text, which were written as numbers or quoted already."""

    def convert_field(self, value: object, _: str | None) -> object:
        return value

    def format_field(self, value: object, _: str) -> str:
        return str(value)


@cache
def _patterns(lang: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the templates with values, those with the most words of their own first."""
    found = []
    for template in getattr(_catalogue(lang), "_catalog", {}):
        if not isinstance(template, str) or "{" not in template:
            continue
        parts = list(Formatter().parse(template))
        names = [name for _, name, _, _ in parts if name]
        own = sum(char.isalpha() for literal, *_ in parts for char in literal)
        if own > _OWN and len(names) == len(set(names)):
            words = (
                re.escape(literal) + (f"(?P<{name}>.+?)" if name else "")
                for literal, name, _, _ in parts
            )
            found.append((own, template, re.compile("".join(words), re.DOTALL)))
    return tuple(
        (template, pattern)
        for _, template, pattern in sorted(found, reverse=True, key=lambda f: f[0])
    )


def _fill(template: str, plural: str, values: Mapping[str, object], lang: str) -> str:
    told = {n: v.text(lang) if _is_translated(v) else v for n, v in values.items()}
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
