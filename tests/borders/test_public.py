"""The public face: names, where they live, and what stands beside them."""

from __future__ import annotations

import ast
import inspect
import types
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from attrs import fields, has

import shopscore as ss
from shopscore.results.views import ShopView

INIT = Path(ss.__file__)
CORE = INIT.parent

#: Public names that are no class, function or module: their kind says what they are.
VALUES = ("PLUGIN_API", "col", "hookimpl")


def type_checking_imports() -> dict[str, tuple[str, str]]:
    """Name → (home, name there), as ``if TYPE_CHECKING:`` of the package says."""
    found = {}
    for node in ast.parse(INIT.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            for statement in node.body:
                assert isinstance(statement, ast.ImportFrom)
                assert statement.level == 1
                for alias in statement.names:
                    assert alias.asname == alias.name, "a re-export is written `name as name`"
                    found[alias.name] = (statement.module or "", alias.name)
    return found


def test_all_is_sorted_and_without_repetition() -> None:
    assert list(ss.__all__) == sorted(set(ss.__all__))


def test_type_checkers_see_the_same_names() -> None:
    declared = type_checking_imports()
    assert set(declared) == set(ss.__all__)
    for home, names in ss._HOMES.items():
        for name in names:
            assert declared[name] == (home, name)


@pytest.mark.parametrize("name", ss.__all__)
class TestEachName:
    def test_resolves_to_what_its_home_holds(self, name: str) -> None:
        value = getattr(ss, name)
        home, there = type_checking_imports()[name]
        assert value is getattr(import_module(f"shopscore.{home}".rstrip(".")), there)
        assert getattr(ss, name) is value

    def test_has_a_docstring(self, name: str) -> None:
        value = getattr(ss, name)
        if name in VALUES:
            assert not inspect.isclass(value)
            return
        doc = inspect.getdoc(value)
        assert doc
        assert len(doc) > 20
        assert doc[0].isupper() or doc[0] in "`⟨("
        assert ". " in f"{doc.splitlines()[0]} " or doc.splitlines()[0].endswith((".", ":")), doc

    def test_is_listed(self, name: str) -> None:
        assert name in dir(ss)

    def test_members_have_docstrings(self, name: str) -> None:
        value = getattr(ss, name)
        if not inspect.isclass(value):
            return
        own = {f.name for f in fields(value)} if has(value) else set()
        for member, thing in vars(value).items():
            if member.startswith("_") or member in own:
                continue
            if isinstance(
                thing, property | types.FunctionType | classmethod | staticmethod
            ) or hasattr(thing, "func"):
                assert inspect.getdoc(getattr(value, member, thing)), f"{name}.{member}"


def test_public_functions_describe_every_argument() -> None:
    for name in ("score", "score_values", "read_events"):
        function = getattr(ss, name)
        doc = inspect.getdoc(function) or ""
        own = [p for p in inspect.signature(function).parameters if p not in _shared(name)]
        assert [p for p in own if f"{p}:" not in doc] == []


def _shared(name: str) -> tuple[str, ...]:
    """Arguments whose description refers to another function's."""
    if name != "score_values":
        return ()
    return tuple(inspect.signature(ss.score).parameters)


#: All that may lie beside the packages; the verbs live in ``scoring`` and ``scoring_days``.
AT_THE_ROOT = {
    "__init__",
    "__main__",
    "_version",
    "errors",
    "levers",
    "messages",
    "notices",
    "tasks",
    "value_classes",
    "writing",
    "scoring",
    "scoring_days",
}

#: Verbs that are public, or are meant to become so.
VERBS = {"score", "tally", "resolve", "simulate", "forecast", "explain", "plan", "ingest", "todo"}


def test_the_root_holds_the_public_face_and_the_verbs() -> None:
    assert {path.stem for path in CORE.glob("*.py")} <= AT_THE_ROOT


def test_no_module_is_named_like_a_public_function() -> None:
    modules = {path.stem for path in CORE.rglob("*.py")}
    packages = {path.parent.name for path in CORE.rglob("__init__.py") if path.parent != CORE}
    functions = {n for n in ss.__all__ if inspect.isroutine(getattr(ss, n))}
    assert {"score", "resolve"} <= functions
    assert not (modules | packages) & (functions | VERBS)


@pytest.mark.parametrize("name", ss.__all__)
def test_importing_its_home_replaces_no_name(name: str) -> None:
    for module in ss._HOMES:
        import_module(f"shopscore.{module}")
    value = getattr(ss, name)
    assert not isinstance(value, types.ModuleType) or name in ss._MODULES


def test_star_import() -> None:
    space: dict[str, Any] = {}
    exec("from shopscore import *", space)
    assert set(ss.__all__) <= set(space)


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match=r"shopscore.*no attribute 'scores'"):
        ss.scores  # noqa: B018
    assert not hasattr(ss, "__wrapped__")


def test_version() -> None:
    from importlib.metadata import version

    assert ss.__version__ == version("shopscore")


def test_types_are_shipped() -> None:
    assert (CORE / "py.typed").is_file()


def test_every_module_has_a_docstring() -> None:
    for path in CORE.rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


class TestErrors:
    def test_every_error_has_an_exit_code_of_the_conventions(self) -> None:
        codes = {
            "UsageError": 2,
            "ExpressionError": 2,
            "DeclarationError": 2,
            "InputError": 3,
            "StrictError": 1,
            "StateError": 3,
            "CoverageError": 4,
            "RuleSetError": 4,
            "PluginError": 5,
        }
        for name, code in codes.items():
            assert getattr(ss, name).exit_code == code

    def test_every_error_is_one_tree(self) -> None:
        errors = [getattr(ss, n) for n in ss.__all__ if n.endswith(("Error", "ErrorGroup"))]
        assert len(errors) >= 10
        assert all(issubclass(error, ss.ShopscoreError) for error in errors)

    def test_the_docstring_draws_the_tree(self) -> None:
        import shopscore.errors as module

        for name, value in vars(module).items():
            if inspect.isclass(value) and value.__module__ == module.__name__:
                assert name in (module.__doc__ or "")


@pytest.mark.parametrize("question", ["explain", "gap", "todo", "simulate", "track", "reconcile"])
def test_a_method_answers_as_its_function_does(question: str) -> None:
    """What reads the annotations, as an editor does, knows what comes back."""
    answer = getattr(ss, question).__annotations__["return"]
    assert answer != "Any"
    for asked in (ss.Result, ShopView):
        assert getattr(asked, question).__annotations__["return"] == answer
