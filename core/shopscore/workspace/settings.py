"""Settings: ``shopscore.toml``, which says where the files of many shops lie and how they are scored."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, RuleSetError, UsageError
from ..messages import message
from ..rules.assumption_file import flatten_assumptions
from ..rules.toml_tables import Table
from ..rules.toml_text import parse_toml, read_text
from ..value_classes import field, frozen

if TYPE_CHECKING:
    from ..grading.value_merging import Prefer

#: What the file of a workspace is called.
FILE = "shopscore.toml"
SCHEMA = 1
#: Where a run writes, unless the file says another folder.
OUTPUT = "shopscore-out"
LANGUAGES = ("en", "zh")


@frozen
class ShopSettings:
    """One entry ``[[shops]]``: a shop, or every shop that some sources or a ledger hold.

    ``place`` names the entry in messages. Sources are as they are written, and are looked for from
    the folder of the file; all other paths begin there already.
    """

    place: str
    platform: str
    sources: tuple[str, ...] = ()
    ledger: Path | None = None
    id: str | None = None
    name: str | None = None
    scorecard: str | None = None
    industry: str | None = None
    shop_type: str | None = None
    tz: str | None = None
    currency: str | None = None
    ruleset: str | None = None
    values: Path | None = None
    layouts: tuple[Path, ...] = ()
    numbers: tuple[Path, ...] = ()
    profile: str | None = None
    benchmarks: Path | None = None
    standards: Path | None = None
    assume: Mapping[str, object] = field(factory=dict)
    prefer: Prefer = "events"
    target: Fraction | str | None = None
    require: str | None = None


@frozen
class Workspace:
    """The shops of an agency, where their files lie, and where results go.

    ``output`` is the folder that a run writes, ``keep`` the one in which it keeps the results of
    unchanged files, if any.
    """

    file: Path
    shops: tuple[ShopSettings, ...]
    output: Path
    keep: Path | None = None
    lang: str | None = None

    @property
    def folder(self) -> Path:
        """The folder of the file, from which paths in it begin."""
        return self.file.parent


def read_workspace(path: str | Path = FILE) -> Workspace:
    """Read the file of a workspace, ``shopscore.toml``; or that of a folder.

    Which platforms are installed, and whether files are there, is seen when they are used: one shop
    that cannot be scored does not keep the others from it.

    Raises:
        InputError: for a file that is not there, or what cannot be used in it, naming the place.
    """
    file = Path(path) / FILE if Path(path).is_dir() else Path(path)
    if not file.exists():
        raise InputError(
            message(
                "{file}: no such file; shopscore init writes it from the folder that it looks"
                " through",
                file=file,
            )
        )
    try:
        top = Table(parse_toml(read_text(file), str(file)), str(file))
        return _workspace(top, file.absolute())
    except RuleSetError as error:
        raise InputError(error.args[0]) from None


def _workspace(top: Table, file: Path) -> Workspace:
    if (found := top.take("schema", int)) != SCHEMA:
        raise top.fail(
            message(
                "schema = {found}: this version reads schema = {schema}",
                found=found,
                schema=SCHEMA,
            )
        )
    folder, require = file.parent, _require(top, None)
    workspace = Workspace(
        file,
        tuple(_shop(table, folder, require) for table in top.tables("shops")),
        folder / top.text("output", OUTPUT),
        _path(top, "keep", folder),
        top.word("lang", LANGUAGES) if "lang" in top.data else None,
    )
    top.done()
    if not workspace.shops:
        raise top.fail(message("no [[shops]]: a workspace has one at least"))
    return workspace


def _shop(table: Table, folder: Path, require: str | None) -> ShopSettings:
    _refuse_what_does_not_fit(table)
    words: dict[str, Any] = {word: table.text(word, None) for word in _WORDS}
    paths: dict[str, Any] = {name: _path(table, name, folder) for name in _PATHS}
    shop = ShopSettings(
        table.path,
        platform=table.text("platform"),
        sources=table.texts("sources"),
        **words,
        **paths,
        ruleset=_ruleset(table, folder),
        layouts=tuple(folder / one for one in table.texts("layouts")),
        numbers=tuple(folder / one for one in table.texts("numbers")),
        assume=_assumed(table),
        prefer=table.word("prefer", ("events", "values"), "events"),  # type: ignore[arg-type]
        target=_target(table),
        require=_require(table, require),
    )
    table.done()
    return shop


def _refuse_what_does_not_fit(table: Table) -> None:
    """Refuse an entry from which nothing can be read, or that says how what is read already was."""
    if "ledger" in table.data:
        table.one_of(("sources", "ledger"))
        for key in _OF_FILES:
            if key in table.data:
                said = message(
                    "{key} is said when files are read, and a ledger has read its own: say it to"
                    " shopscore ledger init or ingest",
                    key=key,
                )
                raise table.fail(said)
    elif not table.texts("sources") and table.text("values", None) is None:
        table.one_of(("sources", "ledger", "values"))  # says what was misspelt
        raise table.fail(message("sources names nothing"))


#: What is a text, and nothing else.
_WORDS = ("id", "name", "scorecard", "industry", "shop_type", "tz", "currency", "profile")
_PATHS = ("ledger", "values", "benchmarks", "standards")
#: What says how files are read.
_OF_FILES = ("tz", "layouts", "shop_type")


def _path(table: Table, key: str, folder: Path) -> Path | None:
    name = table.text(key, None)
    return None if name is None else folder / name


def _ruleset(table: Table, folder: Path) -> str | None:
    """Return a version, or the path of a TOML file."""
    name = table.text("ruleset", None)
    return str((folder / name).absolute()) if name and name.endswith(".toml") else name


def _assumed(table: Table) -> dict[str, object]:
    below = table.table("assume")
    return flatten_assumptions(below.data, f"{below.origin}: {below.path}")


def _target(table: Table) -> Fraction | str | None:
    """Return a number of points, or the name of a tier or level."""
    target: Any = table.take("target", (int, Decimal, str), None)
    return Fraction(target) if isinstance(target, int | Decimal) else target


def _require(table: Table, default: str | None) -> str | None:
    """Return what results must be, as the option ``--require`` takes it."""
    words = table.text("require", default)
    if "require" in table.data:
        from ..results.requirements import Requirements

        try:
            Requirements.parse(words)
        except UsageError as error:
            raise table.fail(error) from None
    return words
