"""Containing what plugins do when their code runs: failures get a name, prints go elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout

from ..errors import PluginError, ShopscoreError


class _Diversion:
    """Whether standard output is data that plugins must not print into; a command says so."""

    on = False


def divert_prints() -> None:
    """From now on what plugins print goes to standard error; for commands, not for libraries."""
    _Diversion.on = True


@contextmanager
def prints_diverted() -> Iterator[None]:
    """Within, what is printed goes to standard error, if a command asked for that."""
    with ExitStack() as stack:
        if _Diversion.on:
            stack.enter_context(redirect_stdout(sys.stderr))
        yield


@contextmanager
def isolated(what: str) -> Iterator[None]:
    """Turn whatever a plugin's code raises into a PluginError that names the place.

    Errors of the package pass, and so does an interruption by the user.
    """
    with prints_diverted():
        try:
            yield
        except (KeyboardInterrupt, ShopscoreError):
            raise
        except BaseException as error:  # a plugin may raise anything, SystemExit among it
            raise PluginError(f"{what}: {described(error)}") from error


def described(error: BaseException) -> str:
    """An error in one line, whatever its ``__str__`` does."""
    try:
        text = " ".join(str(error).split())
    except Exception:  # a plugin's own exception may fail even at this
        text = "(its message cannot be shown)"
    return f"{type(error).__name__}: {text}"
