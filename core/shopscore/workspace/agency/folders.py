"""The folder of an agency: events, exports and documents of shops on every installed platform."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from ...plugins.catalog import platforms
from ...plugins.declarations import Platform
from ...plugins.document_examples import DocumentExample, document_examples
from ...plugins.samples import extend_sample
from ...plugins.selection import publication_day
from ...samples import generate, write_csv
from ...value_classes import frozen
from ...writing import whole_folder
from .export_tables import export_tables
from .shop_names import INDUSTRIES, shop_names

#: Shops with events on each platform, and their orders in all.
SHOPS, ORDERS = 3, 1200
#: What a name of a file cannot hold everywhere.
_NO_NAME = re.compile(r'[\\/:*?"<>|\s]+')

Frames = Mapping[str, pl.DataFrame]


@frozen
class AgencyShop:
    """An invented shop, as the files of its platform know it."""

    id: str
    name: str


@frozen
class PlatformShops:
    """What was written for one platform: its shops, and the last day of their events."""

    platform: Platform
    shops: tuple[AgencyShop, ...]
    end: date


def write_agency(out: Path, *, seed: int = 0, end: date | None = None) -> list[PlatformShops]:
    """Write a folder for each platform: ``events``, ``exports`` and ``documents`` of its shops.

    Of three shops with events the last lies as export files, where the platform has layouts that
    tell of it. On every other platform with examples of documents these are of the second shop,
    elsewhere of a fourth, of which there is nothing else. The same arguments give the same bytes.

    Args:
        out: a folder that is not there yet, or is empty.
        seed: another seed, other events.
        end: the last day; by default yesterday, by the clock of each platform.

    Raises:
        InputError: where files lie in the folder already, or none can be written.
        ValueError: where the days before the last one are not in the calendar.
    """
    written, with_documents = [], 0
    with whole_folder(out) as folder:
        for platform in platforms():
            made = _Made.of(platform, seed, end)
            made.write_events(folder / platform.id)
            shops = SHOPS
            if made.has_documents:
                alone = with_documents % 2 == 1
                made.write_documents(folder / platform.id, made.shops[SHOPS if alone else 1])
                with_documents += 1
                shops += alone
            written.append(PlatformShops(platform, made.shops[:shops], made.end))
    return written


@frozen(eq=False)
class _Made:
    """What is made up for a platform, to be written; of the last shop there are no events."""

    platform: Platform
    shops: tuple[AgencyShop, ...]
    frames: Frames
    end: date

    @classmethod
    def of(cls, platform: Platform, seed: int, end: date | None) -> _Made:
        """Make shops and events; those of a platform do not depend on which others there are."""
        end = end or publication_day(None, platform.zone) - timedelta(days=1)
        own_seed = zlib.crc32(f"{seed}/{platform.id}".encode())
        facts = {f.name: (f.sample_share, f.sample_value) for f in platform.facts}
        frames = generate(
            shops=SHOPS,
            orders=ORDERS,
            seed=own_seed,
            end=end,
            facts=facts,
            places=platform.sample_places,
        )
        frames |= extend_sample(platform, frames, own_seed)
        random = Random(own_seed)  # noqa: S311 - nothing is kept secret
        frames["shops"] = frames["shops"].with_columns(industry=pl.lit(random.choice(INDUSTRIES)))
        rows: list[dict[str, Any]] = frames["shops"].to_dicts()
        named = shop_names([*rows, rows[0]], platform.currency, random)
        ids = (f"{platform.id[:2].upper()}{number:03}" for number in range(1, SHOPS + 2))
        shops = tuple(AgencyShop(id, name) for id, name in zip(ids, named, strict=True))
        known = dict(zip((row["shop_id"] for row in rows), shops, strict=False))
        return cls(platform, shops, _with_names(frames, known), end)

    @property
    def has_documents(self) -> bool:
        """Whether there are documents to write."""
        return bool(self._examples())

    def _examples(self) -> Sequence[DocumentExample]:
        """Return the examples of documents that a scorecard reads."""
        found = document_examples(self.platform)
        return [found[m.id] for m in self.platform.mappings if m.scorecards and m.id in found]

    def write_events(self, folder: Path) -> None:
        """Write the events of the shops, those of the last one as exports where that can be."""
        last = self.shops[SHOPS - 1]
        own = {name: frame.filter(shop_id=last.id) for name, frame in self.frames.items()}
        tables = list(export_tables(self.platform, own))
        others = {
            name: frame.filter(pl.col("shop_id") != last.id) for name, frame in self.frames.items()
        }
        write_csv(others if tables else self.frames, folder / "events")
        for layout, table in tables:
            title = layout.zh if self.platform.currency == "CNY" else layout.en
            path = folder / "exports" / last.name / f"{_NO_NAME.sub('-', title)}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            table.write_csv(path, include_bom=True)

    def write_documents(self, folder: Path, shop: AgencyShop) -> None:
        """Write the examples of documents, filled in for a shop."""
        own = folder / "documents" / shop.id
        own.mkdir(parents=True)
        for example in self._examples():
            text = example.filled(shop=shop.id, name=shop.name, day=self.end)
            (own / example.file_name).write_text(text, "utf-8", newline="\n")


def _with_names(frames: Frames, known: Mapping[str, AgencyShop]) -> dict[str, pl.DataFrame]:
    """Return events with the ids and names of an agency's shops in place of S0001 and so on."""
    ids = {id: shop.id for id, shop in known.items()}
    names = {shop.id: shop.name for shop in known.values()}
    named = {
        stream: frame.with_columns(pl.col("shop_id").replace(ids))
        for stream, frame in frames.items()
    }
    named["shops"] = named["shops"].with_columns(name=pl.col("shop_id").replace_strict(names))
    return named
