"""``shopscore-plugins new``: a plugin package that passes its checks from the first minute."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from .._version import version
from ..errors import UsageError
from ..messages import message
from ..writing import whole_folder

#: Where each template goes; @NAME@ is the plugin's id.
FILES = {
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "init.py.txt": "src/shopscore_@NAME@/__init__.py",
    "metrics.py.txt": "src/shopscore_@NAME@/metrics.py",
    "ruleset.toml.txt": "src/shopscore_@NAME@/rulesets/main-1.toml",
    "case.toml.txt": "src/shopscore_@NAME@/cases/two-shops.toml",
    "test_conformance.py.txt": "tests/test_conformance.py",
    "ci.yml.txt": ".github/workflows/tests.yml",
}


def make_package(name: str, parent: Path) -> Path:
    """Write ``shopscore-NAME`` below a folder.

    Raises:
        UsageError: for a name that is not an id.
        InputError: where files lie in the folder, or none can be written.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise UsageError(
            message("{name!r} is not an id: small letters, digits and _, a letter first", name=name)
        )
    target = parent / f"shopscore-{name}"
    template = resources.files(__package__) / "template"
    words = {"@NAME@": name, "@TITLE@": name.replace("_", " ").capitalize(), "@VERSION@": _floor()}
    with whole_folder(target) as folder:
        for source, place in FILES.items():
            file = folder / _filled(place, words)
            file.parent.mkdir(parents=True, exist_ok=True)
            text = (template / source).read_text(encoding="utf-8")
            file.write_text(_filled(text, words), encoding="utf-8")
        (folder / "src" / f"shopscore_{name}" / "py.typed").touch()
    return target


def _filled(text: str, words: dict[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def _floor() -> str:
    """Return the least version of shopscore that the package needs."""
    numbers = re.match(r"\d+\.\d+", version())
    return numbers.group() if numbers else "0.1"
