"""One tree of errors; each message says what happened, where, and what to do.

    ShopscoreError
    ├── UsageError              an argument or option that cannot be meant        (exit 2)
    │   ├── ExpressionError     an expression used in a way that has no meaning
    │   └── DeclarationError    a metric, window, … declared wrongly
    ├── InputError              events, values or tables that cannot be used      (exit 3)
    │   └── StrictError         rows were set aside and strictness was asked for  (exit 1)
    ├── StateError              tallies that cannot be added or scored            (exit 3)
    ├── CoverageError           platform, scorecard, rule set or date not covered (exit 4)
    │   └── RuleSetError        a rule set file that says something impossible
    └── PluginError             a plugin failed in what was asked for             (exit 5)
        └── PluginErrorGroup        several did, in strict mode: an exception group

A warning of the package is a :class:`ShopscoreWarning`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import ClassVar


class ShopscoreError(Exception):
    """Base of every error that the package raises on purpose."""

    exit_code: ClassVar[int] = 3


class UsageError(ShopscoreError):
    """An argument or option that cannot be meant."""

    exit_code = 2


class ExpressionError(UsageError, TypeError):
    """An expression used in a way that has no meaning, such as ``bool(col.rating > 3)``."""


class DeclarationError(UsageError, ValueError):
    """A metric, tally, window, scorer or platform that is declared wrongly."""


class InputError(ShopscoreError):
    """Events, metric values or tables that cannot be used; names file, line, column, value."""


class StrictError(InputError):
    """Rows were set aside, and the caller asked for strictness."""

    exit_code = 1


class StateError(ShopscoreError):
    """Tallies that share units or count other things, lack what the rules need, or are damaged."""


class CoverageError(ShopscoreError):
    """No such platform, scorecard or rule set, or none in force on the date."""

    exit_code = 4


class RuleSetError(CoverageError):
    """A rule set file that says something impossible; names the file and the key."""


class PluginError(ShopscoreError):
    """A plugin failed in what was asked for."""

    exit_code = 5


class PluginErrorGroup(PluginError, ExceptionGroup[PluginError]):  # noqa: N818 - like its base
    """Several plugins are broken, and the caller asked for strictness.

    >>> try:
    ...     raise PluginErrorGroup("broken plugins", [PluginError("plugin a"), PluginError("plugin b")])
    ... except PluginError as error:
    ...     print(error)
    broken plugins: plugin a; plugin b
    """

    def derive(  # type: ignore[override]
        self, excs: Sequence[PluginError]
    ) -> PluginErrorGroup:
        """A group of the same kind with other members."""
        return PluginErrorGroup(self.message, excs)

    def __str__(self) -> str:
        return f"{self.message}: {'; '.join(map(str, self.exceptions))}"


class ShopscoreWarning(UserWarning):
    """Something a person should know that does not stop the work."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The tail of a message about an unknown word: a guess, or the list of what there is.

    >>> did_you_mean("tyo", ["toy", "bazaar"])
    '; did you mean toy?'
    >>> did_you_mean("zzz", ["toy", "bazaar"])
    '; known: bazaar, toy'
    >>> did_you_mean("zzz", [])
    ''
    """
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known: {', '.join(names)}" if names else ""
