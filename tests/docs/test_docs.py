"""The documentation is true: its code runs, its commands work, and what they show is what comes.

Each page runs in a folder of its own, top to bottom:

- ``python`` blocks are run; where they show a session (``>>>``), its output is compared.
- ``console`` blocks with ``$ shopscore …`` are run as a shell would. They must leave with 0, or
  with the code that a comment names (``# exit 4``); every line shown must occur in the output.
  A line that is only ``…`` stands for lines left out.
- A ``code-block`` with a caption is a file: it is written under that name.
- ``$ python FILE.py`` is run in a process of its own.
- ``$ pip install -e ./FOLDER`` makes the plugin of that folder visible, as pip would, until the
  page ends. Other commands are not run.
"""

from __future__ import annotations

import doctest
import io
import os
import pkgutil
import re
import shlex
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module, invalidate_caches
from importlib.metadata import entry_points
from itertools import takewhile
from pathlib import Path

import pytest

import shopscore
from shopscore.plugins import catalog

sybil = pytest.importorskip("sybil", reason="pip install sybil, to run the documentation")

from sybil.document import Document  # noqa: E402
from sybil.example import Example  # noqa: E402
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser  # noqa: E402
from sybil.region import Region  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
MADE = (ROOT / "docs/_build", ROOT / "docs/reference/rulesets")  # by the build, without examples
PAGES = [
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    *sorted(p for p in ROOT.glob("docs/**/*.md") if not any(m in p.parents for m in MADE)),
]

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
PROGRAMS = ("shopscore", "shopscore-plugins")
ASSIGNMENT = re.compile(r"[A-Z_]+=")
FILE = re.compile(
    r"^```\{code-block\} *\w*\n:caption: *(?P<name>\S+)\n\n?(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def files(document: Document) -> Iterator[Region]:
    """Code blocks with a caption are files."""
    for found in FILE.finditer(document.text):
        yield Region(found.start(), found.end(), (found["name"], found["text"]), write)


def write(example: Example) -> None:
    name, text = example.parsed
    place = Path(name)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def run_commands(example: Example) -> str | None:
    """Run the commands of a block; what is wrong, or None."""
    wrong = []
    for command, shown in sessions(str(example.parsed)):
        words = shlex.split(command, comments=True)
        environ = dict(word.split("=", 1) for word in takewhile(ASSIGNMENT.match, words))
        words = words[len(environ) :]
        if words[:3] == ["pip", "install", "-e"]:
            make_visible(Path(words[3]))
        if words[0] == "python" and words[1].endswith(".py"):
            subprocess.run([sys.executable, *words[1:]], check=True)
        if words[0] not in PROGRAMS:
            continue
        awaited = int(found[1]) if (found := re.search(r"# exit (\d+)", command)) else 0
        with pytest.MonkeyPatch.context() as here:
            forget_plugins(here)
            for name, value in environ.items():
                here.setenv(name, value)
            forget_modules()
            code, output = run(words)
        if code != awaited:
            wrong.append(f"$ {command}\nexit code {code}, not {awaited}:\n{output}")
        lines = [plain(line) for line in output.splitlines()]
        missing = [s for s in shown if not any(plain(s) in line for line in lines)]
        if missing:
            wrong.append(f"$ {command}\nnot shown: {missing}\n{output}")
    return "\n".join(wrong) or None


def make_visible(source: Path) -> None:
    """What ``pip install -e`` does, without the time that it takes."""
    project = tomllib.loads((source / "pyproject.toml").read_text("utf-8"))["project"]
    info = Path("site", f"{project['name'].replace('-', '_')}-{project['version']}.dist-info")
    info.mkdir(parents=True)
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(head, encoding="utf-8")
    entries = project["entry-points"]["shopscore.plugins"]
    lines = ["[shopscore.plugins]", *(f"{name} = {target}" for name, target in entries.items())]
    (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    places = [str(info.parent.resolve()), str((source / "src").resolve())]
    sys.path[:0] = [place for place in places if place not in sys.path]
    os.environ["PYTHONPATH"] = os.pathsep.join([*places, os.environ.get("PYTHONPATH", "")])
    invalidate_caches()


def forget_plugins(here: pytest.MonkeyPatch) -> None:
    """A catalogue in which nothing is loaded yet, as in a new process."""
    here.setattr(catalog, "_records", [])
    here.setattr(catalog, "_platforms", [])


def forget_modules() -> None:
    """Modules of the page's folder may have been edited: a new process would read them again."""
    here = str(Path.cwd())
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(here):
            del sys.modules[name]
    invalidate_caches()


def sessions(text: str) -> Iterator[tuple[str, list[str]]]:
    """Commands, each with the lines that are shown below it."""
    for part in re.split(r"^\$ ", text.replace("\\\n", " "), flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield command, [s for s in shown if s.strip() not in ("", "…")]


def run(words: list[str]) -> tuple[int, str]:
    """Call an installed command as its script does, within this process: that is much quicker."""
    (script,) = entry_points(group="console_scripts", name=words[0])
    out, code = io.StringIO(), 0
    argv, sys.argv = sys.argv, words
    try:
        with warnings.catch_warnings(), redirect_stdout(out), redirect_stderr(out):
            script.load()()
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    finally:
        sys.argv = argv
    return code, out.getvalue()


def plain(line: str) -> str:
    """A line without its blanks, which only align tables."""
    return " ".join(line.split())


PARSERS = (
    PythonCodeBlockParser(doctest_optionflags=OPTIONS),
    CodeBlockParser("console", run_commands),
    files,
)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "400")  # pages show tables as in a wide window
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    forget_plugins(monkeypatch)
    for name in [n for n in os.environ if n.startswith("SHOPSCORE_")]:
        monkeypatch.delenv(name)
    try:
        for example in Document.parse(str(page), *PARSERS):
            example.evaluate()
    finally:
        forget_modules()


MODULES = [
    "shopscore",
    *sorted(
        m.name
        for m in pkgutil.walk_packages(shopscore.__path__, "shopscore.")
        if not m.name.endswith("__main__")
    ),
]


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name: str) -> None:
    found = doctest.testmod(import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert not found.failed


def test_examples_of_the_package_are_found() -> None:
    """A doctest that nobody runs proves nothing."""
    finder = doctest.DocTestFinder()
    found = sum(len(t.examples) for n in MODULES for t in finder.find(import_module(n)))
    assert found >= 25


LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    missing = [t for t in LINK.findall(page.read_text("utf-8")) if not (page.parent / t).exists()]
    assert not missing


def test_every_public_name_is_in_the_reference() -> None:
    text = (ROOT / "docs/reference/api.md").read_text("utf-8")
    parts = re.findall(r"^<!-- from code: api (.+) -->$", text, flags=re.MULTILINE)
    names = [name for part in parts for name in part.split()]
    assert sorted(names) == sorted(shopscore.__all__)


def test_readme_and_changelog_name_every_built_in_rule_set() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    for record in shopscore.plugin_records():
        if record.distribution != "shopscore":
            continue
        for card in (card for platform in record.platforms for card in platform.scorecards):
            for rules in map(card.ruleset, card.versions):
                row = rf"^\| `{rules.platform}` .*\| `{card.id}` \| `{re.escape(rules.version)}` \| `{rules.status}`"
                assert re.search(row, readme, flags=re.MULTILINE), f"README.md lacks {rules.name}"
                assert f"`{rules.name}`" in changelog
