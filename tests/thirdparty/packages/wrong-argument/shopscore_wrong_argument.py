"""Its hook asks for an argument that there is not."""

from shopscore import Platform, hookimpl

PLUGIN_API = 1


@hookimpl
def shopscore_platforms(config: object) -> list[Platform]:
    """Never called."""
    return [config]
