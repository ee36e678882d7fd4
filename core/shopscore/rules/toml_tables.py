"""Reading TOML tables strictly: every key is known, every value has the type it should have."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from attrs import field, frozen

from ..errors import DeclarationError, RuleSetError, did_you_mean
from ..model.assumptions import Chosen
from ..model.expressions import Assumed
from ..model.streams import check_id

T = TypeVar("T")


def parse_toml(text: str, origin: str) -> dict[str, Any]:
    """The document, decimals exact; raises RuleSetError with the place of a mistake."""

    def finite(number: str) -> Decimal:
        if not (exact := Decimal(number)).is_finite():
            raise RuleSetError(f"{origin}: {number} is no number that can be used")
        return exact

    try:
        return tomllib.loads(text, parse_float=finite)
    except tomllib.TOMLDecodeError as error:
        raise RuleSetError(f"{origin}: not valid TOML: {error}") from None


@frozen
class Table:
    """A TOML table that is taken apart key by key; what is left over in the end is an error."""

    data: Mapping[str, Any]
    origin: str
    path: str = ""
    _asked: set[str] = field(factory=set, init=False)

    def fail(self, message: str) -> RuleSetError:
        """An error that names the file and the place."""
        return RuleSetError(f"{self.origin}: {self.path or 'top level'}: {message}")

    def take(self, key: str, kind: type[T] | tuple[type[T], ...], default: Any = ...) -> T:
        """The value of a key; without a default the key must be there."""
        self._asked.add(key)
        value = self.data.get(key, default)
        if value is ...:
            raise self.fail(f"key {key} is missing")
        wrong_bool = isinstance(value, bool) and kind not in (bool, object)
        if key in self.data and (wrong_bool or not isinstance(value, kind)):
            raise self.fail(f"{key} = {value!r} is of the wrong type")
        return value  # type: ignore[no-any-return]

    def text(self, key: str, default: Any = ...) -> str:
        """A string."""
        return self.take(key, str, default)

    def id(self, key: str, what: str) -> str:
        """An id: small letters, digits and _."""
        try:
            return check_id(self.text(key), what)
        except DeclarationError as error:
            raise self.fail(str(error)) from None

    def chosen(self, key: str, known: tuple[str, ...]) -> str | Assumed:
        """One of a closed list of words (the first by default), or an assumption."""
        value = self.assumable(key, str, known[0])
        if isinstance(value, str) and value not in known:
            raise self.fail(f"{key} = {value!r}{did_you_mean(value, known)}")
        return value  # type: ignore[no-any-return]

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; empty where there is none."""
        values = self.take(key, list, [])
        if not all(isinstance(v, str) for v in values):
            raise self.fail(f"{key} is not a list of strings")
        return tuple(values)

    def date(self, key: str) -> date | None:
        """A date, or None."""
        value = self.take(key, date, None)
        if isinstance(value, datetime):
            raise self.fail(f"{key} is a time; a date is needed")
        return value

    def word(self, key: str, known: tuple[str, ...], default: Any = ...) -> str:
        """One of a closed list of words."""
        value = self.text(key, default)
        if value not in known:
            raise self.fail(f"{key} = {value!r}{did_you_mean(value, known)}")
        return value

    def assumable(self, key: str, kind: type | tuple[type, ...], default: Any = ...) -> Any:
        """A value of a type, or ``{ assume = "id" }``."""
        value = self.data.get(key)
        if isinstance(value, dict):
            self._asked.add(key)
            return self._assumed(value, key)
        return self.take(key, kind, default)

    def number(self, key: str, default: Any = ...) -> Any:
        """A number with a source beside it, or ``{ assume = "id" }``; None only by default.

        ``{ assume = "id", word = 1, other = 2 }`` depends on the word that the assumption chooses.
        """
        given = self.data.get(key)
        value = (
            self._chosen(given, key)
            if isinstance(given, dict) and len(given) > 1
            else self.assumable(key, (int, Decimal), default)
        )
        if key in self.data and not isinstance(value, Assumed) and not self.source():
            raise self.fail(f'{key} = {given} needs a source, or {{ assume = "…" }}')
        return value

    def bound(self, key: str) -> int | Decimal | None:
        """A plain number that bounds another one; None where there is none."""
        found: Any = self.take(key, (int, Decimal), None)
        return found  # type: ignore[no-any-return]

    def numbers_within(self, value: Any, where: str) -> Any:
        """Numbers in nested lists and tables, with the assumptions among them resolved to names."""
        if isinstance(value, list):
            return tuple(self.numbers_within(v, where) for v in value)
        if isinstance(value, dict):
            if "assume" in value:
                return self._assumed(value, where)
            return {k: self.numbers_within(v, f"{where}.{k}") for k, v in value.items()}
        return value

    def source(self) -> str:
        """The id of the table's source; empty where it has none."""
        return self.text("source", "")

    def table(self, key: str) -> Table:
        """A table below this one; empty where there is none."""
        return Table(self.take(key, dict, {}), self.origin, self._below(key))

    def tables(self, key: str) -> Iterator[Table]:
        """An array of tables below this one."""
        rows: list[Any] = self.take(key, list, [])
        for position, row in enumerate(rows, start=1):
            name = row.get("id", position) if isinstance(row, dict) else position
            if not isinstance(row, dict):
                raise self.fail(f"{key}[{position}] is not a table")
            yield Table(row, self.origin, self._below(f"{key}[{name}]"))

    def named_tables(self, key: str) -> Iterator[tuple[str, Table]]:
        """The tables below a table, with their names."""
        below = self.table(key)
        for name in below.data:
            yield name, below.table(name)

    def done(self) -> None:
        """Raise for keys that nobody asked for."""
        for key in self.data:
            if key not in self._asked:
                raise self.fail(f"unknown key {key}{did_you_mean(key, self._asked)}")

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _chosen(self, value: Mapping[str, Any], key: str) -> Chosen:
        self._asked.add(key)
        choice = Table(value, self.origin, self._below(key))
        words = [word for word in value if word != "assume"]
        numbers: list[Any] = [choice.take(word, (int, Decimal)) for word in words]
        return Chosen(Assumed(choice.text("assume")), tuple(zip(words, numbers, strict=True)))

    def _assumed(self, value: Mapping[str, Any], key: str) -> Assumed:
        if set(value) != {"assume"} or not isinstance(value["assume"], str):
            raise self.fail(f'{key}: an assumption is written {{ assume = "id" }}')
        return Assumed(value["assume"])
