"""The sheet of a run: a row for each shop of all platforms, and one for each of its metrics."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

from ..errors import UsageError
from ..results.csv_text import csv_text
from ..results.documents import RUN, dumped
from ..results.workbooks import parquet, workbook_of
from ..value_classes import frozen
from ..writing import folders_above, whole_file
from .columns import FAILED, METRICS, SHEET, Row

#: The day that a workbook says it was made on, where there is no day of publication.
_NO_DAY = date(2000, 1, 1)


@frozen(eq=False, repr=False)
class Sheet:
    """What a run found: the shops of all platforms side by side.

    ``shops`` has a row for each, ``metrics`` one for each metric of a shop, both as dictionaries;
    :meth:`to_polars` and :meth:`metrics_to_polars` give them as frames. Scores of different platforms
    are never averaged. A shop that could not be scored has the status ``failed`` and a reason.
    ``rulesets`` are the rules, with the names of tiers, levels, statuses and dimensions. ``manifest``
    says from what the sheet was made: by which versions, rules and files. ``details`` are what a page
    shows of the shops that were asked for.
    """

    shops: tuple[Row, ...]
    metrics: tuple[Row, ...]
    notices: tuple[Row, ...]
    rulesets: tuple[Row, ...]
    manifest: Mapping[str, Any]
    details: tuple[Row, ...] = ()

    def __repr__(self) -> str:
        return f"<Sheet of {len(self.shops)} shops, {len(self.failed)} failed>"

    def __len__(self) -> int:
        return len(self.shops)

    @property
    def failed(self) -> tuple[Row, ...]:
        """The rows of shops that could not be scored, or are not as they are required to be."""
        return tuple(row for row in self.shops if row["status"] == FAILED)

    def to_polars(self, *, lang: str = "en") -> pl.DataFrame:
        """Return one row per shop; reasons are in a language, ``zh`` or English."""
        reason = "reason_zh" if lang == "zh" else "reason"
        return _frame([{**row, "reason": row[reason]} for row in self.shops], SHEET)

    def metrics_to_polars(self) -> pl.DataFrame:
        """Return one row per shop and metric."""
        return _frame(self.metrics, METRICS)

    def to_dict(self) -> dict[str, Any]:
        """Return the content of :meth:`to_json` as dictionaries, lists and plain values."""
        document: dict[str, Any] = json.loads(self.to_json())
        return document

    def to_json(self) -> str:
        """Return the shops and what to know of them as the document ``shopscore.run/1``."""
        told = {"shops": self.shops, "rulesets": self.rulesets, "notices": self.notices}
        return dumped({"schema": RUN, **told})

    def to_html(
        self, *, title: str | None = None, only: Collection[str] = (), lang: str = "en"
    ) -> str:
        """Return a page of the sheet and of the details that it has, one file of HTML.

        The page has both languages and begins in ``lang``; ``only`` leaves all shops out but those
        of these ids.

        Raises:
            UsageError: where the extra ``report`` is not installed.
        """
        # pages stand above what they show
        report_of = import_module("shopscore.pages.report").report_of
        page: str = import_module("shopscore.pages.page").page_of(
            report_of(self, title=title, only=only), lang=lang
        )
        return page

    def write(self, folder: str | Path, *, lang: str = "en") -> tuple[str, ...]:
        """Write the sheet and the metrics as Parquet, CSV, JSON and workbook, and the manifest.

        Each file appears whole or not at all, the manifest last; the same sheet gives the same
        bytes. Returns the names of the files: without the extra ``excel`` there is no workbook.

        Raises:
            InputError: where a file cannot be written.
        """
        place = Path(folder)
        files = self._files(lang)
        with folders_above(place / "manifest.json"):
            for name, data in files.items():
                with whole_file(place / name) as file:
                    file.write_bytes(data)
        return tuple(files)

    def _files(self, lang: str) -> dict[str, bytes]:
        frames = {"shops": self.to_polars(lang=lang), "metrics": self.metrics_to_polars()}
        files: dict[str, bytes] = {}
        for name, frame in frames.items():
            files[f"{name}.parquet"] = parquet(frame)
            files[f"{name}.csv"] = csv_text(frame).encode()
        files["shops.json"] = _text(self.to_json())
        files["metrics.json"] = _text(dumped({"schema": RUN, "metrics": self.metrics}))
        try:
            created = frames["shops"]["as_of"].max()
            day = created if isinstance(created, date) else _NO_DAY
            files["sheet.xlsx"] = workbook_of(frames, day)
        except UsageError:  # the extra is not installed
            pass
        files["manifest.json"] = _text(dumped({"schema": RUN, "manifest": self.manifest}))
        return files


def _frame(rows: Sequence[Row], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Return rows as a frame; days are texts in rows."""
    columns = {name: [row[name] for row in rows] for name in schema}
    columns["as_of"] = [day and date.fromisoformat(day) for day in columns["as_of"]]
    return pl.DataFrame(columns, schema=schema)


def _text(document: str) -> bytes:
    return f"{document}\n".encode("utf-8", "surrogatepass")
