"""An immutable dictionary, for the values of frozen classes."""

from __future__ import annotations

from typing import Any


class FrozenDict(dict[str, Any]):
    """An immutable dictionary."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a rule set cannot be changed: write one that extends it")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self))

    def __reduce__(self) -> Any:
        return FrozenDict, (dict(self),)
