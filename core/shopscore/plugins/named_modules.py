"""Modules that a platform names: their global levers and tasks, imported when first needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import TypeVar

from ..errors import DeclarationError
from ..messages import message
from ..model.levers import Lever
from ..model.tasks import Task
from .isolation import isolated

T = TypeVar("T")


def levers_in(platform: str, modules: Iterable[str]) -> Mapping[str, Lever]:
    """Return every lever of some modules, by id.

    Raises:
        DeclarationError: where two have the same id.
    """
    levers: dict[str, Lever] = {}
    for name in modules:
        for lever in _globals(platform, name, Lever):
            if levers.setdefault(lever.id, lever) is not lever:
                said = message(
                    "{platform}: lever {lever} is declared twice", platform=platform, lever=lever.id
                )
                raise DeclarationError(said)
    return levers


def tasks_in(platform: str, modules: Iterable[str]) -> Mapping[str, Task]:
    """Return every task of some modules, by id; of several with one id that of the first module.

    Raises:
        DeclarationError: where two of a module have the same id.
    """
    tasks: dict[str, Task] = {}
    for name in modules:
        own: dict[str, Task] = {}
        for task in _globals(platform, name, Task):
            if own.setdefault(task.id, task) is not task:
                said = message("{module}: task {task} is declared twice", module=name, task=task.id)
                raise DeclarationError(said)
        tasks = own | tasks
    return tasks


def _globals(platform: str, module: str, kind: type[T]) -> Iterator[T]:
    """Yield the global objects of a kind that a module has."""
    with isolated(message("{name}: importing {module}", name=platform, module=module)):
        found = import_module(module)
    return (value for value in vars(found).values() if isinstance(value, kind))
