"""Tasks: what may be waiting on a merchant's desk, until when, and what becomes of it if missed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import DeclarationError
from ..messages import Message, message
from ..value_classes import evolve, field, frozen
from .assumptions import Assumption
from .binding import bind
from .expressions import Expr, as_expr
from .frozen import FrozenDict
from .labels import Labelled
from .levers import _cells
from .rulesets import Source
from .settings import choose, no_setting
from .streams import check_id

#: What expressions of a task may name besides settings: the moment, its deadline or else the moment,
#: and when a row counts as missed.
NOW, IN_TIME, MISSED_AT = "now", "in_time", "missed_at"
_MOMENTS = (NOW, IN_TIME, MISSED_AT)
#: A setting of every task.
ON = Assumption("on", "boolean", True, "Whether the task is looked for.")


@frozen
class BoundTask:
    """The expressions of a task, with the settings in them that were chosen."""

    where: Expr
    deadlines: tuple[Expr, ...]
    decided: Expr | None
    done: Mapping[str, Expr]
    missed: Mapping[str, Expr]


@frozen(eq=False)
class Task(Labelled):
    """Something that may be open at a moment: which rows are, since when and until when.

    ``where`` says which rows of ``stream`` are open, ``since`` when each began to wait. Of the
    ``deadlines`` of a row, the first that has not passed is shown, else the last that has.
    ``decided`` is when the platform decides in the merchant's place. All of them may read the linked
    order, name ``settings`` as ``assumed("…")``, and the moment as ``assumed("now")``.

    ``missed`` is what cells of a row become if it counts as bad, ``done`` what they become if it is
    done in time; without ``done`` the row stays as it is. They may name ``assumed("in_time")``, the
    deadline, and ``assumed("missed_at")``, the deadline or the moment where that has passed. A task
    that ``clears`` is the other way round: the row counts already, and is gone if the task
    succeeds. The points at risk are the difference. ``needs`` are columns of the row without
    which nobody can tell what is open. ``assumes`` lists assumptions in words.

    >>> from shopscore import Assumption, Source, Task, assumed, col
    >>> task = Task("answer", zh="回复", en="Answer", stream="conversations", since=col.started_at,
    ...     where=col.first_reply_at.is_null(), deadlines=(col.started_at + assumed("seconds"),),
    ...     missed={"first_reply_at": assumed("missed_at") + 1},
    ...     settings=(Assumption("seconds", "integer", 180, "A target of your own.", 1, 86_400),),
    ...     sources=(Source("s", "an example", "I"),))
    >>> task.bound({"seconds": 60}).deadlines
    (<Expr (started_at + 60)>,)
    """

    id: str
    zh: str = field(kw_only=True)
    en: str = field(kw_only=True)
    stream: str = field(kw_only=True)
    since: Expr = field(kw_only=True)
    where: Expr = field(kw_only=True)
    sources: tuple[Source, ...] = field(kw_only=True)
    deadlines: tuple[Expr, ...] = field(default=(), kw_only=True)
    decided: Expr | None = field(default=None, kw_only=True)
    missed: Mapping[str, Expr] = field(factory=FrozenDict, kw_only=True, converter=_cells)
    done: Mapping[str, Expr] = field(factory=FrozenDict, kw_only=True, converter=_cells)
    clears: bool = field(default=False, kw_only=True)
    needs: tuple[str, ...] = field(default=(), kw_only=True)
    assumes: tuple[str, ...] = field(default=(), kw_only=True)
    own_settings: tuple[Assumption, ...] = field(default=(), kw_only=True, alias="settings")

    def __attrs_post_init__(self) -> None:
        check_id(self.id, message("task"))
        if not self.label.complete:
            raise DeclarationError(message("task {task} needs two labels", task=self.id))
        if self.clears and (self.missed or self.done):
            said = message(
                "task {task}: a row that clears counts already; leave out missed and done, or clears",
                task=self.id,
            )
            raise DeclarationError(said)
        for id in (s.id for s in self.settings if s.id in _MOMENTS):
            said = message("task {task}: {name} is no name for a setting", task=self.id, name=id)
            raise DeclarationError(said)

    @property
    def settings(self) -> tuple[Assumption, ...]:
        """What a merchant can choose, with default values."""
        return (ON, *self.own_settings)

    def settings_because(self, **reasons: str) -> tuple[Assumption, ...]:
        """Return the task's own settings, some for another reason, for ``attrs.evolve``.

        Raises:
            DeclarationError: for a setting that the task does not have.
        """
        known = {setting.id for setting in self.own_settings}
        for id in reasons.keys() - known:
            raise DeclarationError(no_setting(self._called, id, known))
        return tuple(evolve(s, reason=reasons.get(s.id, s.reason)) for s in self.own_settings)

    def bound(
        self,
        chosen: Mapping[str, object] | None = None,
        moments: Mapping[str, Expr | int] | None = None,
    ) -> BoundTask:
        """Return the expressions with settings that were chosen; moments are 0 unless told otherwise.

        Raises:
            UsageError: for a setting that does not exist, or a value outside its bounds.
        """
        numbers = self.numbers(chosen or {})
        numbers |= {id: as_expr((moments or {}).get(id, 0)) for id in _MOMENTS}
        where = self._bind(self.where, numbers) if numbers["on"] else as_expr(False)
        return BoundTask(
            where,
            tuple(self._bind(one, numbers) for one in self.deadlines),
            None if self.decided is None else self._bind(self.decided, numbers),
            {name: self._bind(value, numbers) for name, value in self.done.items()},
            {name: self._bind(value, numbers) for name, value in self.missed.items()},
        )

    @property
    def expressions(self) -> tuple[Expr, ...]:
        """Every expression of the task but those of cells."""
        decided = () if self.decided is None else (self.decided,)
        return (self.since, self.where, *self.deadlines, *decided)

    def numbers(self, chosen: Mapping[str, object]) -> dict[str, Any]:
        """Return the value of each setting: the one that was chosen, else its own.

        Raises:
            UsageError: as :meth:`bound`.
        """
        return choose(self._called, self.settings, chosen)

    @property
    def _called(self) -> Message:
        return message("task {task}", task=self.id)

    def _bind(self, expr: Expr, numbers: Mapping[str, Any]) -> Expr:
        return as_expr(bind(expr, numbers))
