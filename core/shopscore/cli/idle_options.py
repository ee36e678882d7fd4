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
    context = click.get_current_context()
    given = [
        max(parameter.opts, key=len)
        for parameter in context.command.params
        if parameter.name in names
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise UsageError(message("without EVENTS nothing heeds {options}", options=listed(given)))
