"""Isolation of plugin code: failures name the plugin, and prints stay out of the output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout

from ..errors import PluginError, ShopscoreError


class _Diversion:
    """Whether plugins must not print to standard output, because a command writes data there."""

    on = False


def divert_prints() -> None:
    """Send what plugins print from now on to standard error; for commands, not for libraries."""
    _Diversion.on = True


@contextmanager
def guard_stdout() -> Iterator[None]:
    """Send prints to standard error inside the block, after :func:`divert_prints`."""
    with ExitStack() as stack:
        if _Diversion.on:
            stack.enter_context(redirect_stdout(sys.stderr))
        yield


@contextmanager
def isolated(what: str) -> Iterator[None]:
    """Turn whatever a plugin's code raises into a PluginError that names the place.

    Errors of the package and an interruption by the user pass unchanged.
    """
    with guard_stdout():
        try:
            yield
        except (KeyboardInterrupt, ShopscoreError):
            raise
        except BaseException as error:  # a plugin may raise anything, even SystemExit
            raise PluginError(f"{what}: {describe_error(error)}") from error


def describe_error(error: BaseException) -> str:
    """Describe an error in one line, whatever its ``__str__`` does."""
    try:
        text = " ".join(str(error).split())
    except Exception:  # the __str__ of a plugin's own exception may fail
        text = "(its message cannot be shown)"
    return f"{type(error).__name__}: {text}"
