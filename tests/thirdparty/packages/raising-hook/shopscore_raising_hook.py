"""Its hook raises."""

from shopscore import Platform, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms() -> list[Platform]:
    """Divide by zero."""
    return [1 // 0]
