"""Examples of documents: what a console could answer, made up by the plugin that maps it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from string import Template
from zoneinfo import ZoneInfo

from ..errors import RuleSetError
from ..messages import message
from ..value_classes import frozen
from .declarations import Platform
from .folders import files_of
from .isolation import isolated

#: How the file of an example is called, beside the mapping: that of an answer, or of a browser's
#: record, where only the request says the day or the metric.
_NAME = re.compile(r"(?P<id>[a-z0-9_]+)\.example\.(?P<form>json|har)\Z")
#: A place for a day: the last one of the example, or one that is so many days before it.
_DAY = re.compile(r"(?P<compact>compact_)?day(?:_(?P<before>[0-9]{1,3}))?\Z")
_MADE_AT = time(8)


@frozen
class DocumentExample:
    """A made-up document of a mapping, with places for its shop and its days."""

    id: str
    form: str
    text: str
    origin: str
    zone: str

    @property
    def file_name(self) -> str:
        """How the file is called when it is saved."""
        return f"{self.id}.{self.form}"

    def filled(self, *, shop: str, name: str, day: date) -> str:
        """Return the document of a shop, by the id that its platform knows, up to a day.

        Raises:
            RuleSetError: where it has a place that there is not.
        """
        try:
            return Template(self.text).substitute(_Places(shop, name, day, ZoneInfo(self.zone)))
        except (KeyError, ValueError) as error:
            raise RuleSetError(
                message(
                    "{file}: {place} is no place of an example; known: $shop, $name, $day, $day_29,"
                    " $compact_day, $month, $made_at",
                    file=self.origin,
                    place=str(error),
                )
            ) from None


class _Places(dict[str, str]):
    """What stands in the places: a day may be any number of days before the last one."""

    def __init__(self, shop: str, name: str, day: date, zone: ZoneInfo) -> None:
        made_at = datetime.combine(day + timedelta(days=1), _MADE_AT, zone)
        super().__init__(
            shop=_in_json(shop),
            name=_in_json(name),
            month=f"{day:%Y-%m}",
            made_at=str(int(made_at.timestamp())),
        )
        self._day = day

    def __missing__(self, place: str) -> str:
        found = _DAY.match(place)
        if found is None:
            raise KeyError(place)
        day = self._day - timedelta(days=int(found["before"] or 0))
        return f"{day:%Y%m%d}" if found["compact"] else day.isoformat()


def _in_json(word: str) -> str:
    """Return a word as it stands between quotes."""
    return json.dumps(word, ensure_ascii=False)[1:-1]


def document_examples(platform: Platform) -> Mapping[str, DocumentExample]:
    """Return the examples of a platform's documents, by the id of the mapping.

    They lie beside the mappings: ``ID.example.json``, or ``ID.example.har``.
    """
    if not platform.documents:
        return {}
    with isolated(message("{name}: reading {file}", name=platform.id, file=platform.documents)):
        files = sorted(files_of(platform.documents), key=lambda file: file.name)
        return {
            found["id"]: DocumentExample(
                found["id"],
                found["form"],
                file.read_text("utf-8"),
                f"{platform.id}: {file.name}",
                platform.zone,
            )
            for file in files
            if (found := _NAME.match(file.name))
        }
