"""Checks that need another process or the source: costs of an import, equal bytes, imports."""

from __future__ import annotations

import ast
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import shopscore

from ..scoring import score
from .report import Check
from .sampling import AS_OF, sample_frames
from .subject import Subject, conclude, failed, find_subject, skipped

HEAVY = ("numpy", "scipy", "polars")

_IMPORT = "import sys, {module}; print(*(m for m in {heavy!r} if m in sys.modules))"
_DIGEST = (
    "from shopscore.testing.processes import result_digest;"
    " print(result_digest({plugin!r}, {ruleset!r}))"
)


def import_budget(subject: Subject) -> Iterator[Check]:
    """Check that importing the plugin does not load heavy libraries."""
    module = subject.record.target.partition(":")[0]
    run = _python(_IMPORT.format(module=module, heavy=HEAVY))
    if run.returncode:
        yield failed("import_budget", module, run.stderr.strip().splitlines()[-1])
    else:
        loaded = run.stdout.split()
        yield conclude("import_budget", module, [f"importing it loads {name}" for name in loaded])


def determinism(subject: Subject) -> Iterator[Check]:
    """Check that two processes give the same bytes, whatever the seed of Python's hashes."""
    for rules in subject.rules:
        name = rules.ruleset.name
        code = _DIGEST.format(plugin=subject.record.origin, ruleset=name)
        runs = [_python(code, PYTHONHASHSEED=seed) for seed in ("1", "2")]
        if any(run.returncode for run in runs):
            message = next(r.stderr for r in runs if r.returncode).strip().splitlines()[-1]
            yield failed("determinism", name, message)
        else:
            same = runs[0].stdout == runs[1].stdout
            yield conclude(
                "determinism", name, [] if same else ["two processes give different bytes"]
            )
        return  # one rule set is enough: the others are counted by the same code


def result_digest(plugin: str, ruleset: str) -> str:
    """Return the digest of a sample's result, for :func:`determinism`."""
    subject = find_subject(plugin)
    rules = next(r for r in subject.rules if r.ruleset.name == ruleset)
    result = score(
        sample_frames(rules),
        platform=rules.platform,
        scorecard=rules.scorecard.id,
        ruleset=rules.ruleset,
        as_of=AS_OF,
    )
    return hashlib.sha256(result.to_json().encode()).hexdigest()


def public_names(subject: Subject) -> Iterator[Check]:
    """Check that the plugin imports only public names of shopscore."""
    root = subject.record.target.partition(":")[0].partition(".")[0]
    spec = find_spec(root)
    places = list(spec.submodule_search_locations or []) if spec else []
    files = [f for place in places for f in sorted(Path(place).rglob("*.py"))]
    if spec and spec.origin and not places:
        files = [Path(spec.origin)]
    if root == "shopscore" or not files:
        yield skipped("public_names", root, "the plugin has no source of its own")
        return
    yield conclude("public_names", root, [c for f in files for c in _private_imports(f)])


def _private_imports(file: Path) -> Iterator[str]:
    public = {*shopscore.__all__, "testing", "__version__"}
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            top, _, below = node.module.partition(".")
            if top != "shopscore" or below == "testing" or below.startswith("testing."):
                continue
            names = [a.name for a in node.names if below or a.name not in public]
            if names:
                yield f"{file.name} line {node.lineno} imports {names[0]} from {node.module}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("shopscore.") and not alias.name.startswith(
                    "shopscore.testing"
                ):
                    yield f"{file.name} line {node.lineno} imports {alias.name}"


def _python(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own code in our own interpreter
        [sys.executable, "-c", code],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
