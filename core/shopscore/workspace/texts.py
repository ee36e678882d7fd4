"""Texts of documents: each in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..messages import in_language, translate
from ..model.labels import Label

#: A text in English and in Chinese, as documents have it.
Both = dict[str, str]


def in_both(said: object) -> Both | None:
    """Return a message or a label in both languages; None for nothing.

    >>> in_both(Label("差评率", "Bad reviews"))
    {'en': 'Bad reviews', 'zh': '差评率'}
    """
    return None if said is None else both(said)


def both(said: object) -> Both:
    """Return a message or a label in both languages."""
    return {"en": in_language(said, "en"), "zh": in_language(said, "zh")}


def word_in_both(word: str, declared: Mapping[str, Label] = MappingProxyType({})) -> Both:
    """Return a word of the package, such as a status, or one that a plugin declared.

    >>> word_in_both("scored")
    {'en': 'scored', 'zh': '已评分'}
    """
    if word in declared:
        return {"en": declared[word].en, "zh": declared[word].zh}
    return {"en": word.replace("_", " "), "zh": translate(word, "zh")}
