"""The name of its hook is misspelt."""

from shopscore import Platform, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platfroms() -> list[Platform]:
    """Never called."""
    return []
