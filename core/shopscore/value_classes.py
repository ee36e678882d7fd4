"""Value objects: classes of attrs that share one ``__repr__``.

attrs writes and compiles a ``__repr__`` for every class. Behind a score are 260 of them, for which
that was a twentieth of a short command. Here one function shows any of them, in the same words.
What goes with such classes, ``field`` and ``evolve``, is attrs' own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

import attrs
from attrs import evolve, field

__all__ = ["define", "evolve", "field", "frozen"]


@recursive_repr()
def _show(self: Any) -> str:
    """Return the name of the class and its fields, as attrs writes them."""
    shown = (
        f"{field.name}={(repr if field.repr is True else field.repr)(getattr(self, field.name))}"
        for field in type(self).__attrs_attrs__
        if field.repr
    )
    return f"{type(self).__qualname__.rpartition('>.')[2]}({', '.join(shown)})"


def _sharing(make: Callable[..., Any]) -> Callable[..., Any]:
    """Return a decorator of attrs whose classes get the shared ``__repr__``, or keep their own."""

    def decorator(cls: type | None = None, *, repr: bool = True, **settings: Any) -> Any:
        if cls is None:
            return partial(decorator, repr=repr, **settings)
        has_own = "__repr__" in vars(cls)
        made = make(cls, repr=False, **settings)
        if repr and not has_own:
            made.__repr__ = _show
        return made

    return decorator


if TYPE_CHECKING:
    from attrs import define, frozen
else:
    define, frozen = _sharing(attrs.define), _sharing(attrs.frozen)
