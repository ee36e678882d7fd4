"""Folders of platforms: their shops are scored by different rules, so they are not read as one."""

from __future__ import annotations

from pathlib import Path

from ..errors import InputError
from ..messages import listed, message
from .entries import visible
from .files import show_path


def refuse_platform_folders(folder: Path) -> None:
    """Raise for a folder that holds folders named after several installed platforms.

    As one input, what each says of its platform would be taken for events of a shop that is called
    like the platform.

    Raises:
        InputError: saying which file tells them apart; or where the folder cannot be read.
    """
    inner = [show_path(path.name) for path in visible(folder) if path.is_dir()]
    if len(inner) < 2:
        return
    from ..plugins.catalog import platforms_named

    named = {name: platforms_named(name) for name in inner}
    called = [name for name, found in named.items() if found]
    if len({platform.id for found in named.values() for platform in found}) < 2:
        return
    raise InputError(
        message(
            "{folder}: holds folders of several platforms ({names}), which are not read as one; name"
            " one of them, or write down what lies there with shopscore init {folder}, and use"
            " shopscore run",
            folder=show_path(folder),
            names=listed(called),
        )
    )
