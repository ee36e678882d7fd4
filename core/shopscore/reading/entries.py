"""Entries of folders: which are looked at, where links lead, what the names of folders say."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from ..errors import InputError, not_given
from ..messages import Message, message
from .openers import FolderKeys

#: Names that begin so are no input: hidden files, and the locks of spreadsheets.
HIDDEN = (".", "~$")

_KEY = re.compile(r"([A-Za-z_]\w*)=(.*)", re.ASCII | re.DOTALL)
#: What Hive and those after it write in the place of an empty key.
_EMPTY_KEYS = ("", "__HIVE_DEFAULT_PARTITION__")


#: Tables of which some files are old: a log beside them says which, and it is not read here.
_LOGS = {"Delta": "_delta_log", "Iceberg": "metadata/*.metadata.json", "Hudi": ".hoodie"}
_READERS = {
    "Delta": 'polars.read_delta("{folder}")',
    "Iceberg": 'polars.scan_iceberg("{folder}").collect()',
    "Hudi": 'spark.read.format("hudi").load("{folder}").toPandas()',
}


def is_ledger(folder: Path) -> bool:
    """Return whether a ledger lies in a folder, be it damaged or not."""
    return (folder / "commits" / "00000001.json").is_file()


def refuse_logged_tables(folder: Path) -> None:
    """Raise for a folder whose files are a table of Delta, Iceberg or Hudi.

    Rows that were taken away or changed are still in its files.
    """
    if ledger := next((one for one in (folder, *folder.parents[:3]) if is_ledger(one)), None):
        said = message(
            "{folder}: a ledger, whose commits say which of its files count; score it with shopscore"
            " ledger score, or name it as ledger = in shopscore.toml",
            folder=ledger,
        )
        raise InputError(said)
    for kind, log in _LOGS.items():
        if any(folder.glob(log)):
            raise InputError(
                message(
                    "{folder}: a {kind} table, whose log says which of its files count; read it"
                    " with {reader}, and pass the dataframe or write it to a new Parquet file",
                    folder=folder,
                    kind=kind,
                    reader=_READERS[kind].format(folder=folder),
                )
            )


def visible(folder: Path) -> list[Path]:
    """Return what is in a folder, by name, without hidden files.

    Raises:
        InputError: where the folder cannot be read.
    """
    try:
        return sorted(p for p in folder.iterdir() if not p.name.startswith(HIDDEN))
    except OSError as error:
        raise not_given(folder, error) from None


def is_lost(path: Path) -> bool:
    """Return whether nothing is where a link leads: it dangles, or leads to itself."""
    try:
        return path.is_symlink() and not path.exists()
    except OSError:
        return True


def leads_astray(link: Path, root: Path) -> Message | None:
    """Return where a link leads that is not followed; None for one within the folder ``root``."""
    target, top = link.resolve(), root.resolve()
    if not target.is_relative_to(top):
        return message("out of the folder")
    if link.parent.resolve().is_relative_to(target):
        return message("to a folder that it lies in")
    return None


def folder_key(name: str) -> FolderKeys | None:
    """Return the column and cell that a folder's name says of the rows in it (``dt=2026-05-01``).

    >>> folder_key("dt=2026-05-01"), folder_key("shop_id=%E7%94%B2"), folder_key("甲")
    ({'dt': '2026-05-01'}, {'shop_id': '甲'}, None)
    """
    found = _KEY.fullmatch(name)
    if found is None:
        return None
    key, cell = found.groups()
    return {key: None if cell in _EMPTY_KEYS else unquote(cell)}
