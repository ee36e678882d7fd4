"""The package is built from what shopscore shows to everybody, and from nothing else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import shopscore

import shopscore_xiaohongshu

MODULES = sorted(Path(shopscore_xiaohongshu.__file__).parent.rglob("*.py"))


def imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Every name that a module imports, with where it comes from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), a.name) for a in node.names)


def test_there_are_modules() -> None:
    assert [file.name for file in MODULES] == ["__init__.py", "metrics.py", "tasks.py"]


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.name)
def test_only_public_names_are_imported(file: Path) -> None:
    for module, name in imported(ast.parse(file.read_text(encoding="utf-8"))):
        assert module == "shopscore", f"{file.name} imports {module}"
        assert name in shopscore.__all__, f"{file.name} imports {name}"
