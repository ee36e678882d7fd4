"""It declares nothing."""

from shopscore import Platform, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Declare nothing."""
    return []
