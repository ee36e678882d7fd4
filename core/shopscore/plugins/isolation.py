"""Isolation of plugin code: failures name the plugin, and what it prints or sets stays its own."""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout

from ..errors import DeclarationError, ExpressionError, PluginError, ShopscoreError, UsageError
from ..messages import message

#: So much is shown of what a plugin says or returns.
MOST_SHOWN = 500


class _Diversion:
    """Whether plugins must not print to standard output, because a command writes data there."""

    on = False


def divert_prints() -> None:
    """Send what plugins print from now on to standard error; for commands, not for libraries."""
    _Diversion.on = True


@contextmanager
def contained() -> Iterator[None]:
    """Keep what a plugin's code does to the process inside the block.

    Filters of warnings are as before after it; prints go to standard error, after
    :func:`divert_prints`.
    """
    diverted = redirect_stdout(sys.stderr) if _Diversion.on else nullcontext()
    with warnings.catch_warnings(), diverted:
        yield


@contextmanager
def isolated(what: object) -> Iterator[None]:
    """Turn whatever a plugin's code raises into a PluginError that names the place.

    Errors of the package and an interruption by the user pass unchanged, but for what says that
    the plugin uses the package wrongly.
    """
    with contained():
        try:
            yield
        except (KeyboardInterrupt, ExpressionError, DeclarationError):
            raise
        except UsageError as error:
            raise PluginError(message("{place}: {error}", place=what, error=error)) from error
        except ShopscoreError:
            raise
        except BaseException as error:  # a plugin may raise anything, even SystemExit
            said = message("{place}: {error}", place=what, error=describe_error(error))
            raise PluginError(said) from error


def describe_error(error: BaseException) -> str:
    """Describe an error in one line, whatever its ``__str__`` does."""
    name = type.__dict__["__name__"].__get__(type(error))  # a metaclass may have its own
    try:
        text = " ".join(str(error).split())
    except KeyboardInterrupt:
        raise
    except BaseException:  # a plugin's own exception may do anything when it is shown
        text = "(its message cannot be shown)"
    return f"{name}: {shortened(text)}"


def shortened(text: str) -> str:
    """Return a text of a plugin's, cut where it is too long for a line."""
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…"


def describe_traceback(error: BaseException) -> str:
    """Return the traceback of an error; its description alone where it cannot be shown."""
    try:
        return "".join(traceback.format_exception(error))
    except KeyboardInterrupt:
        raise
    except BaseException:  # see describe_error
        return describe_error(error)
