"""The version of the installed distribution."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as _installed


def version(distribution: str = "shopscore") -> str:
    """The version of an installed distribution; ``unknown`` where it is not installed."""
    try:
        return _installed(distribution)
    except PackageNotFoundError:
        return "unknown"
