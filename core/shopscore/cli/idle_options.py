"""Options that nothing would heed, given what else is asked for: they are refused, not ignored."""

from __future__ import annotations

import click
from click.core import ParameterSource

from ..errors import UsageError
from ..messages import listed, message

#: Parameters that say how events are read, or what goes before them; ``industry`` is of values too.
OF_EVENTS = ("prefer", "shop_id", "shop_type", "layouts", "tz", "strict", "quarantine")


def refuse_idle(*names: str) -> None:
    """Raise where a command line has options of EVENTS; what the environment says is no request.

    Raises:
        UsageError: naming the options.
    """
    if given := _given(names):
        raise UsageError(message("without EVENTS nothing heeds {options}", options=listed(given)))


def refuse_beside(option: str, *names: str) -> None:
    """Raise where a command line has options that do not go together with another one.

    Raises:
        UsageError: naming the options.
    """
    if given := _given(names):
        raise UsageError(
            message("{option} does not go with {options}", option=option, options=listed(given))
        )


def _given(names: tuple[str, ...]) -> list[str]:
    """Return the options that a command line has, of the parameters with some names."""
    context = click.get_current_context()
    return [
        max(parameter.opts, key=len)
        for parameter in context.command.params
        if parameter.name in names
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    ]
