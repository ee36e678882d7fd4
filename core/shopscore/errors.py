"""One tree of errors; each message says what happened, where, and what to do.

    ShopscoreError
    ├── UsageError              an invalid or contradictory argument or option    (exit 2)
    │   ├── ExpressionError     an expression that makes no sense where it is used
    │   └── DeclarationError    an invalid declaration of a metric, window, …
    ├── InputError              events, values or tables that cannot be used      (exit 3)
    │   ├── StrictError         rows were set aside, in strict mode               (exit 1)
    │   ├── RequirementError    a result is not what it was required to be        (exit 1)
    │   └── BusyError           another process writes: try again                 (exit 1)
    ├── StateError              a state that cannot be added, subtracted or scored (exit 3)
    ├── CoverageError           platform, scorecard, rule set or date not covered (exit 4)
    │   └── RuleSetError        an invalid rule set file
    └── PluginError             a plugin that is needed failed                    (exit 5)
        └── PluginErrorGroup    several plugins failed, in strict mode

A warning of the package is a :class:`ShopscoreWarning`.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import ClassVar

from .messages import Message, in_language, listed, message


class ShopscoreError(Exception):
    """Base of every error that the package raises on purpose."""

    exit_code: ClassVar[int] = 3

    def text(self, lang: str) -> str:
        """Return what happened in a language: ``zh`` is Chinese, anything else English."""
        return in_language(self.args[0], lang) if self.args else ""


class UsageError(ShopscoreError):
    """An invalid argument or option, or several that contradict each other."""

    exit_code = 2


class ExpressionError(UsageError, TypeError):
    """An expression that makes no sense where it is used, such as ``bool(col.rating > 3)``."""


class DeclarationError(UsageError, ValueError):
    """An invalid declaration of a metric, tally, window, scorer or platform."""


class InputError(ShopscoreError):
    """Unusable events, metric values or tables; the message names file, line, column and value."""


class StrictError(InputError):
    """Rows were set aside, in strict mode."""

    exit_code = 1


class RequirementError(InputError):
    """A result is not complete, fresh, or ranked among enough shops, as it was required to be."""

    exit_code = 1


class BusyError(InputError):
    """Another process writes to the same ledger: try again when it has finished."""

    exit_code = 1


class StateError(ShopscoreError):
    """States that share units, count other things than needed, or are damaged."""


class CoverageError(ShopscoreError):
    """No such platform, scorecard or rule set, or none in force on the date."""

    exit_code = 4


class RuleSetError(CoverageError):
    """An invalid rule set file; the message names the file and the key."""


class PluginError(ShopscoreError):
    """A plugin that is needed failed."""

    exit_code = 5


class PluginErrorGroup(PluginError, ExceptionGroup[PluginError]):  # noqa: N818 - like its base
    """Several plugins are broken, in strict mode.

    >>> try:
    ...     raise PluginErrorGroup("broken plugins", [PluginError("plugin a"), PluginError("plugin b")])
    ... except PluginError as error:
    ...     print(error)
    broken plugins: plugin a; plugin b
    """

    def derive(  # type: ignore[override]
        self, excs: Sequence[PluginError]
    ) -> PluginErrorGroup:
        """Return a group of the same kind with other members."""
        return PluginErrorGroup(self.message, excs)

    def __str__(self) -> str:
        return f"{self.message}: {'; '.join(map(str, self.exceptions))}"

    def text(self, lang: str) -> str:
        """Return what every member says, in a language."""
        every = "; ".join(in_language(error, lang) for error in self.exceptions)
        return f"{in_language(self.message, lang)}: {every}"


#: What systems say by these numbers, in our own words: those of a system are in its language alone.
_OF_SYSTEM = {
    errno.ENOENT: message("No such file or directory"),
    errno.EACCES: message("Permission denied"),
    errno.EPERM: message("Operation not permitted"),
    errno.EISDIR: message("Is a directory"),
    errno.ENOTDIR: message("Not a directory"),
    errno.EEXIST: message("File exists"),
    errno.ENOSPC: message("No space left on device"),
    errno.EROFS: message("Read-only file system"),
    errno.EFBIG: message("File too large"),
    errno.ENAMETOOLONG: message("File name too long"),
    errno.ELOOP: message("Too many levels of symbolic links"),
    errno.EBADF: message("Bad file descriptor"),
    errno.EIO: message("Input/output error"),
}
#: How engines in Rust end what they say of a system's error.
_OS_ERROR = re.compile(r" \(os error (\d+)\)")


def system_reason(error: Exception) -> Message | str:
    """Return why the system refused something; what is not common it says itself, in its language.

    >>> system_reason(FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))).text("zh")
    '没有这个文件或文件夹'
    """
    own = error.strerror if isinstance(error, OSError) else None
    said = own or str(error)
    found = _OS_ERROR.search(said)
    if found:
        return _OF_SYSTEM.get(int(found[1])) or _OS_ERROR.sub("", said)
    number = getattr(error, "errno", None) or 0
    return _OF_SYSTEM.get(number, said) if said == os.strerror(number) else said


class ShopscoreWarning(UserWarning):
    """Something worth knowing that does not stop the work."""


#: More known words than this are not listed.
_MOST_LISTED = 20


def nearest(word: str, known: Iterable[str], alike: float = 0.6) -> str | None:
    """Return the known word that is most like a word; None where none is so much alike.

    >>> nearest("order_id", ["Order ID", "paid"]), nearest("order_id", ["paid"])
    ('Order ID', None)
    """
    plain = {_plain(name): name for name in sorted(known, reverse=True)}
    close = get_close_matches(_plain(word), plain, n=1, cutoff=alike)
    return plain[close[0]] if close else None


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]+", "_", word.strip()).lower()


def did_you_mean(word: str, known: Iterable[str]) -> Message:
    """Return the end of a message about an unknown word: a guess, or the list of known words.

    >>> print(did_you_mean("tyo", ["toy", "bazaar"]))
    ; did you mean toy?
    >>> print(did_you_mean("zzz", ["toy", "bazaar"]))
    ; known: bazaar, toy
    >>> str(did_you_mean("zzz", []))
    ''
    """
    names = sorted(known)
    near = nearest(word, names)
    if near is not None:
        return message("; did you mean {word}?", word=near)
    if not names:
        return message("")
    return message("; known: {words}", words=listed(names, most=_MOST_LISTED))


def did_you_write(missing: Iterable[str], there: Iterable[str]) -> Message:
    """Return the end of a message about names that are missing: which others may be them.

    >>> print(did_you_write(["order_id", "shop_id"], ["Order ID", "paid"]))
    ; did you mean Order ID for order_id?
    >>> str(did_you_write(["order_id"], ["paid"]))
    ''
    """
    names = [*there]
    near = [(found, name) for name in missing if (found := nearest(name, names)) is not None]
    if not near:
        return message("")
    pairs = listed(message("{found} for {name}", found=found, name=name) for found, name in near)
    return message("; did you mean {word}?", word=pairs)


def not_given(file: object, error: Exception) -> InputError:
    """Return the error of a file or folder that the system does not give, and why.

    >>> print(not_given("a.csv", FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))))
    a.csv: No such file or directory
    """
    return InputError(message("{file}: {error}", file=file, error=system_reason(error)))
