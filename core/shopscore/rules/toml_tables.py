"""Strict reading of TOML tables: every key is known, every value has the right type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from ..errors import DeclarationError, RuleSetError, did_you_mean, nearest
from ..messages import Message, bilingual, listed, message
from ..model.assumptions import Chosen
from ..model.expressions import Assumed
from ..model.labels import Label
from ..model.rulesets import Source
from ..model.streams import check_id
from ..value_classes import field, frozen

T = TypeVar("T")

#: So much of a value is shown in a message.
_MOST_SHOWN = 200
#: So alike are a key that is missing and one that was written in its place.
_MISSPELT = 0.8


@frozen
class Table:
    """A TOML table that is read key by key; a key that is never read is an error."""

    data: Mapping[str, Any]
    origin: str
    path: str = ""
    _asked: set[str] = field(factory=set, init=False)

    def fail(self, said: object) -> RuleSetError:
        """Return an error that names the file and the place."""
        place = self.path or message("top level")
        return RuleSetError(
            message("{file}: {place}: {said}", file=self.origin, place=place, said=said)
        )

    def take(self, key: str, kind: type[T] | tuple[type[T], ...], default: Any = ...) -> T:
        """Return the value of a key; without a default the key is required."""
        self._asked.add(key)
        value = self.data.get(key, default)
        if value is ...:
            self._refuse_misspelt(key)
            raise self.fail(message("key {key} is missing", key=key))
        wrong_bool = isinstance(value, bool) and kind not in (bool, object)
        if key in self.data and (wrong_bool or not isinstance(value, kind)):
            said = message("{key} = {value} is of the wrong type", key=key, value=_shown(value))
            raise self.fail(said)
        return value  # type: ignore[no-any-return]

    def one_of(self, keys: Sequence[str]) -> str:
        """Return the one of some keys that the table has.

        Raises:
            RuleSetError: where it has none of them, or several.
        """
        named = [key for key in keys if key in self.data]
        if len(named) > 1:
            said = message(
                "{named} contradict each other: only one of {keys} can be given",
                named=listed(named),
                keys=listed(keys),
            )
            raise self.fail(said)
        if not named:
            self._refuse_misspelt(*keys)
            raise self.fail(message("one of {keys} is needed", keys=listed(keys)))
        return named[0]

    def text(self, key: str, default: Any = ...) -> str:
        """Return a string."""
        return self.take(key, str, default)

    def label(self) -> Label:
        """Return the names in both languages."""
        return Label(self.text("zh"), self.text("en"))

    def told(self, key: str, default: Any = ...) -> str:
        """Return a text for people, with its Chinese where there is a key ``…_zh`` too."""
        return bilingual(self.text(key, default), self.text(f"{key}_zh", ""))

    def all_told(self, key: str) -> tuple[str, ...]:
        """Return texts for people, with their Chinese where there is a list ``…_zh`` too."""
        texts, chinese = self.texts(key), self.texts(f"{key}_zh")
        if chinese and len(chinese) != len(texts):
            raise self.fail(
                message(
                    "{key}_zh has {n} texts, {key} has {all}",
                    key=key,
                    n=len(chinese),
                    all=len(texts),
                )
            )
        return tuple(map(bilingual, texts, chinese)) if chinese else texts

    def id(self, key: str, what: object) -> str:
        """Return an id: small letters, digits and _."""
        try:
            return check_id(self.text(key), what)
        except DeclarationError as error:
            raise self.fail(error) from None

    def word_or_assumption(self, key: str, known: tuple[str, ...]) -> str | Assumed:
        """Return one of a closed list of words (the first by default), or an assumption."""
        value = self.assumable(key, str, known[0])
        if isinstance(value, str) and value not in known:
            raise self.fail(_unknown_word(key, value, known))
        return value  # type: ignore[no-any-return]

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings; empty where there is none."""
        values = self.take(key, list, [])
        if not all(isinstance(v, str) for v in values):
            raise self.fail(message("{key} is not a list of strings", key=key))
        return tuple(values)

    def date(self, key: str) -> date | None:
        """Return a date, or None."""
        value = self.take(key, date, None)
        if isinstance(value, datetime):
            raise self.fail(message("{key} is a time; a date is needed", key=key))
        return value

    def word(self, key: str, known: tuple[str, ...], default: Any = ...) -> str:
        """Return one of a closed list of words."""
        value = self.text(key, default)
        if value not in known:
            raise self.fail(_unknown_word(key, value, known))
        return value

    def assumable(self, key: str, kind: type | tuple[type, ...], default: Any = ...) -> Any:
        """Return a value of a type, or the assumption of ``{ assume = "id" }``."""
        value = self.data.get(key)
        if isinstance(value, dict):
            self._asked.add(key)
            return self._assumed(value, key)
        return self.take(key, kind, default)

    def number(self, key: str, default: Any = ...) -> Any:
        """Return a number with a source in its table, or an assumption; None only by default.

        ``{ assume = "id", word = 1, other = 2 }`` depends on the word that the assumption chooses.
        """
        raw = self.data.get(key)
        value = (
            self._chosen(raw, key)
            if isinstance(raw, dict) and len(raw) > 1
            else self.assumable(key, (int, Decimal), default)
        )
        if key in self.data and not isinstance(value, Assumed) and not self.source():
            self._refuse_misspelt("source")
            said = message(
                '{key} = {value} needs a source, or {{ assume = "…" }}', key=key, value=_shown(raw)
            )
            raise self.fail(said)
        return value

    def end(self, key: str) -> int | Decimal | None:
        """Return the least or greatest value of another number; None where there is none."""
        number: Any = self.take(key, (int, Decimal), None)
        return number  # type: ignore[no-any-return]

    def numbers_within(self, value: Any, where: str) -> Any:
        """Return nested lists and tables of numbers, with ``{ assume = "id" }`` as assumptions."""
        if isinstance(value, list):
            return tuple(self.numbers_within(v, where) for v in value)
        if isinstance(value, dict):
            if "assume" in value:
                return self._assumed(value, where)
            return {k: self.numbers_within(v, f"{where}.{k}") for k, v in value.items()}
        return value

    def source(self) -> str:
        """Return the id of the table's source; empty where it has none."""
        return self.text("source", "")

    def as_source(self, id: str) -> Source:
        """Return the source that this table describes."""
        source = Source(
            id=id,
            title=self.told("title"),
            confidence=self.text("confidence"),
            url=self.text("url", ""),
            note=self.told("note", ""),
        )
        self.done()
        return source

    def at(self, place: str) -> Table:
        """Return a table for messages about a place below this one."""
        return Table({}, self.origin, self._below(place))

    def table(self, key: str) -> Table:
        """Return a table below this one; empty where there is none."""
        return Table(self.take(key, dict, {}), self.origin, self._below(key))

    def tables(self, key: str) -> Iterator[Table]:
        """Yield the tables of an array below this one."""
        rows: list[Any] = self.take(key, list, [])
        for position, row in enumerate(rows, start=1):
            name = row.get("id", position) if isinstance(row, dict) else position
            if not isinstance(row, dict):
                raise self.fail(message("{key} is not a table", key=f"{key}[{position}]"))
            yield Table(row, self.origin, self._below(f"{key}[{name}]"))

    def named_tables(self, key: str) -> Iterator[tuple[str, Table]]:
        """Yield the tables below a table, with their names."""
        below = self.table(key)
        for name in below.data:
            yield name, below.table(name)

    def done(self) -> None:
        """Raise RuleSetError for a key that was never read."""
        for key in self.data:
            if key not in self._asked:
                raise self._unknown(key, self._asked)

    def _refuse_misspelt(self, *needed: str) -> None:
        """Raise RuleSetError for a key that nobody asked for, and that is nearly one of these."""
        for key in self.data:
            if key not in self._asked and nearest(key, needed, _MISSPELT):
                raise self._unknown(key, needed)

    def _unknown(self, key: str, known: Iterable[str]) -> RuleSetError:
        guess = did_you_mean(key, known)
        return self.fail(message("unknown key {key}{guess}", key=_cut(key), guess=guess))

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
            said = message('{key}: an assumption is written {{ assume = "id" }}', key=key)
            raise self.fail(said)
        return Assumed(value["assume"])


def _unknown_word(key: str, value: str, known: tuple[str, ...]) -> Message:
    guess = did_you_mean(value, known)
    return message("{key} = {value!r}{guess}", key=key, value=value, guess=guess)


def _shown(value: object) -> str:
    """Return a value as Python writes it, cut where it is too long for a line."""
    return _cut(str(value) if isinstance(value, Decimal) else repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"
