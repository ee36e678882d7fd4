"""Labels: names in Chinese and in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..value_classes import frozen


@frozen
class Label:
    """A name in both languages.

    >>> Label("差评率", "Bad reviews").text("zh")
    '差评率'
    """

    zh: str
    en: str

    def text(self, lang: str) -> str:
        """Return the name in a language: ``zh`` is Chinese, anything else English."""
        return self.zh if lang == "zh" else self.en

    @property
    def complete(self) -> bool:
        """Whether there is a name in both languages."""
        return bool(self.zh.strip() and self.en.strip())


class Labelled:
    """Base of classes with a name in both languages, written ``zh=`` and ``en=``."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def zh(self) -> str:
            """The name in Chinese, as the platform writes it."""

        @property
        def en(self) -> str:
            """The name in English."""

    @property
    def label(self) -> Label:
        """The name in both languages."""
        return Label(self.zh, self.en)
