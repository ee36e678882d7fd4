"""The borders of the design: core knows no platform, plugins know no insides, nothing runs text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import shopscore as ss

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core" / "shopscore"
PLUGINS = ROOT / "plugins"

PLATFORMS = (
    "amazon",
    "ebay",
    "etsy",
    "walmart",
    "wechat",
    "douyin",
    "kuaishou",
    "pinduoduo",
    "tmall",
    "taobao",
    "xiaohongshu",
    "抖音",
    "快手",
    "拼多多",
    "天猫",
    "淘宝",
    "小红书",
    "京东",
    "微信",
)


def files(folder: Path, *suffixes: str) -> list[Path]:
    return sorted(
        p for s in suffixes for p in folder.rglob(f"*{s}") if "__pycache__" not in p.parts
    )


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def trees(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in files(folder, ".py"):
        yield relative(path), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each import as (module, name); the name of a plain import is empty."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((module, alias.name) for alias in node.names)


@pytest.mark.parametrize("path", files(CORE, ".py", ".toml", ".json", ".txt"), ids=relative)
def test_core_names_no_platform(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    assert [word for word in PLATFORMS if re.search(word, text)] == []


@pytest.mark.parametrize("path", files(PLUGINS, ".py"), ids=relative)
class TestPlugins:
    def test_import_only_public_names(self, path: Path) -> None:
        package = path.relative_to(PLUGINS).parts[0]
        public = {*ss.__all__, "__version__"}
        for module, name in imported(ast.parse(path.read_text(encoding="utf-8"))):
            top = module.split(".")[0]
            assert not (top == "shopscore" and module not in ("shopscore",)), (
                f"{module} is an inside"
            )
            if module == "shopscore" and name:
                assert name in public, f"{name} is not public"
            assert not top.startswith("shopscore_") or top == package, f"{module}: another plugin"

    def test_reach_for_nothing_private(self, path: Path) -> None:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_") or node.attr.startswith("__"), node.attr

    def test_know_neither_polars_nor_numpy(self, path: Path) -> None:
        tops = {m.split(".")[0] for m, _ in imported(ast.parse(path.read_text(encoding="utf-8")))}
        assert tops & {"polars", "numpy", "scipy", "pandas", "pyarrow"} <= {"numpy"}


FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_MODULES = {
    "pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "socket", "ssl", "http",
    "urllib", "ftplib", "smtplib", "telnetlib", "xmlrpc", "requests", "httpx", "aiohttp", "urllib3",
    "asyncio", "socketserver", "webbrowser", "ctypes", "code", "codeop",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "tree"),
    [pytest.param(n, t, id=n) for folder in (CORE, PLUGINS) for n, t in trees(folder)],
)
class TestNothingDangerous:
    def test_no_eval(self, name: str, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in FORBIDDEN_CALLS, f"line {node.lineno}"

    def test_no_pickle_and_no_network(self, name: str, tree: ast.Module) -> None:
        named = {module for module, _ in imported(tree)} - {"urllib.parse"}  # it only splits texts
        assert not {module.split(".")[0] for module in named} & FORBIDDEN_MODULES

    def test_processes_are_started_by_the_conformance_kit_and_runs_only(
        self, name: str, tree: ast.Module
    ) -> None:
        if any(
            module.split(".")[0] in ("subprocess", "multiprocessing")
            for module, _ in imported(tree)
        ):
            assert name.startswith(("core/shopscore/testing/", "core/shopscore/workspace/running"))


@pytest.mark.parametrize(
    "path", [p for folder in (CORE, PLUGINS) for p in files(folder, ".py")], ids=relative
)
def test_no_file_is_too_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450


def test_scipy_stats_is_never_imported_at_the_top() -> None:
    for name, tree in trees(CORE):
        top = ast.Module([n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)], [])
        assert not any(m.startswith("scipy") for m, _ in imported(top)), name


def test_commands_import_nothing_heavy_at_the_top() -> None:
    for name, tree in trees(CORE / "cli"):
        if name.rsplit("/", 1)[1] not in (
            "main.py",
            "plugins.py",
            "options.py",
            "run.py",
            "__init__.py",
        ):
            continue
        top = ast.Module([n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)], [])
        tops = {m.split(".")[0] for m, _ in imported(top)}
        assert not tops & {"numpy", "polars", "scipy", "rich", "pandas"}, name


def test_model_knows_no_columns_of_data() -> None:
    for name, tree in trees(CORE / "model"):
        top = ast.Module([n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)], [])
        assert not {m.split(".")[0] for m, _ in imported(top)} & {"numpy", "polars"}, name


def test_each_plugin_is_declared_as_an_entry_point() -> None:
    from importlib.metadata import entry_points

    declared = {
        e.module
        for e in entry_points(group="shopscore.plugins")
        if e.dist and e.dist.name == "shopscore"
    }
    there = {p.name for p in PLUGINS.iterdir() if (p / "__init__.py").is_file()}
    assert declared == there


def test_each_plugin_folder_is_self_contained() -> None:
    for package in (p for p in PLUGINS.iterdir() if (p / "__init__.py").is_file()):
        assert package.name.startswith("shopscore_")
        assert (package / "rulesets").is_dir()
