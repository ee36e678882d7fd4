"""``shopscore-plugins new``: a plugin package that passes its checks from the first minute."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from .._version import version
from ..errors import UsageError
from ..messages import message
from ..writing import whole_folder

_PACKAGE = "src/shopscore_@NAME@"
#: Where each template goes; @NAME@ is the plugin's id. The name of the tests is no other package's:
#: pytest takes two files of one name, in folders that are no packages, for the same.
FILES = {
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "init.py.txt": f"{_PACKAGE}/__init__.py",
    "metrics.py.txt": f"{_PACKAGE}/metrics.py",
    "ruleset.toml.txt": f"{_PACKAGE}/rulesets/main-1.toml",
    "case.toml.txt": f"{_PACKAGE}/cases/two-shops.toml",
    "test_package.py.txt": "tests/test_shopscore_@NAME@.py",
    "ci.yml.txt": ".github/workflows/tests.yml",
}
#: What a package with one of each has besides; its other files replace those of the same name.
MORE_FILES = {
    "aggregators.py.txt": f"{_PACKAGE}/aggregators.py",
    "windows.py.txt": f"{_PACKAGE}/windows.py",
    "scorers.py.txt": f"{_PACKAGE}/scorers.py",
    "compositions.py.txt": f"{_PACKAGE}/compositions.py",
    "levers.py.txt": f"{_PACKAGE}/levers.py",
    "tasks.py.txt": f"{_PACKAGE}/tasks.py",
    "sample.py.txt": f"{_PACKAGE}/sample.py",
    "layout.toml.txt": f"{_PACKAGE}/exports/visits.toml",
    "document.toml.txt": f"{_PACKAGE}/documents/score.toml",
    "document.example.json.txt": f"{_PACKAGE}/documents/score.example.json",
}


def make_package(name: str, parent: Path, *, full: bool = False) -> Path:
    """Write ``shopscore-NAME`` below a folder; a ``full`` one has an example of everything.

    Raises:
        UsageError: for a name that is not an id.
        InputError: where files lie in the folder, or none can be written.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise UsageError(
            message("{name!r} is not an id: small letters, digits and _, a letter first", name=name)
        )
    target = parent / f"shopscore-{name}"
    needs = [f"shopscore>={_floor()}", *(["attrs>=23.2"] if full else [])]
    words = {
        "@NAME@": name,
        "@TITLE@": name.replace("_", " ").capitalize(),
        "@DEPENDENCIES@": ", ".join(f'"{one}"' for one in needs),
    }
    with whole_folder(target) as folder:
        for source, place in (FILES | (MORE_FILES if full else {})).items():
            file = folder / _filled(place, words)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_filled(_template(source, full), words), encoding="utf-8")
        (folder / "src" / f"shopscore_{name}" / "py.typed").touch()
    return target


def _template(name: str, full: bool) -> str:
    """Return the text of a template: of a full package its own one, where there is one."""
    folder = resources.files(__package__) / "template"
    own = folder / "full" / name
    return (own if full and own.is_file() else folder / name).read_text(encoding="utf-8")


def _filled(text: str, words: dict[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def _floor() -> str:
    """Return the least version of shopscore that the package needs."""
    numbers = re.match(r"\d+\.\d+", version())
    return numbers.group() if numbers else "0.1"
