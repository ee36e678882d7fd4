"""Fake distributions on the path of a process of its own, most of them broken on purpose."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import tomllib
from pathlib import Path
from textwrap import dedent
from typing import Any

from attrs import field, frozen

SCRIPTS = Path(sysconfig.get_path("scripts"))

#: A platform as a third party declares it; ``{id}`` and ``{module}`` are filled in.
PLATFORM = """
from shopscore import Platform, Scorecard, hookimpl
PLUGIN_API = 1
@hookimpl
def shopscore_platforms():
    card = Scorecard(id="service", zh="服务分", en="Service", metrics="{metrics}", rulesets="{module}:rulesets")
    return [Platform(id="{id}", zh="某平台", en="Some", zone="Asia/Shanghai", currency="CNY", scorecards=(card,))]
"""

#: A plugin that adds rule sets to platform ``base``.
ADDS_RULESETS = """
from shopscore import RuleSetFolder, hookimpl
PLUGIN_API = 1

@hookimpl
def shopscore_rulesets():
    return [RuleSetFolder("base", "service", "{module}:rulesets")]
"""


@frozen
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def plugins(self) -> dict[str, dict[str, Any]]:
        """The plugins that ``list --format json`` shows, by ``distribution:name``."""
        assert self.code == 0, self.err
        assert "Traceback" not in self.err
        records = json.loads(self.out)["plugins"]
        return {f"{r['distribution']}:{r['name']}": r for r in records}


def on_path(*places: object) -> str:
    """A ``PYTHONPATH`` with some folders first."""
    return os.pathsep.join([*map(str, places), *filter(None, [os.environ.get("PYTHONPATH")])])


@frozen
class Site:
    """A folder of installed distributions."""

    path: Path
    _made: list[str] = field(factory=list)

    def add(
        self, distribution: str, source: str, *names: str, module: str = "", version: str = "1.0"
    ) -> str:
        """Install a distribution with one module; entry names default to the module's name."""
        module = module or distribution.replace("-", "_")
        (self.path / f"{module}.py").write_text(dedent(source), encoding="utf-8")
        info = self.path / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n", encoding="utf-8"
        )
        lines = "".join(f"{name} = {module}\n" for name in names or (module,))
        (info / "entry_points.txt").write_text(f"[shopscore.plugins]\n{lines}", encoding="utf-8")
        return module

    def add_platform(self, distribution: str, id: str, *names: str) -> str:
        """Install a platform that works: the toy's rules under another id."""
        module = distribution.replace("-", "_")
        self.add(
            distribution,
            PLATFORM.format(id=id, module=module, metrics="shopscore.testing.toy.metrics"),
            *(names or (id,)),
        )
        package = self.path / module
        (package / "rulesets").mkdir(parents=True)
        (self.path / f"{module}.py").rename(package / "__init__.py")
        from shopscore.testing.toy import PLATFORM as TOY

        text, _ = TOY.scorecard().text("2025-01-01")
        assert tomllib.loads(text)["platform"] == "toy"
        text = text.replace('platform = "toy"', f'platform = "{id}"')
        (package / "rulesets" / "service-2025-01-01.toml").write_text(text, encoding="utf-8")
        return module

    def add_rulesets(self, distribution: str, *versions: str) -> None:
        """Install a plugin that adds versions of the toy's rules to platform ``base``."""
        self.add(distribution, ADDS_RULESETS.format(module=distribution))
        package = self.path / distribution
        (package / "rulesets").mkdir(parents=True)
        (self.path / f"{distribution}.py").rename(package / "__init__.py")
        from shopscore.testing.toy import PLATFORM as TOY

        text, _ = TOY.scorecard().text("2025-01-01")
        text = text.replace('platform = "toy"', 'platform = "base"')
        for version in versions:
            changed = text.replace('version = "2025-01-01"', f'version = "{version}"')
            path = package / "rulesets" / f"service-{version}.toml"
            path.write_text(changed, encoding="utf-8")

    def run(self, command: str, *args: object, **env: str) -> Answer:
        """A command that sees these distributions, and what this process sees."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SHOPSCORE_")}
        path = on_path(self.path)
        done = subprocess.run(
            [SCRIPTS / command, *map(str, args)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**kept, "PYTHONPATH": path, "PYTHONUTF8": "1", **env},
            timeout=60,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def list(self, **env: str) -> dict[str, dict[str, Any]]:
        """What ``shopscore-plugins list`` says of each."""
        return self.run("shopscore-plugins", "list", "--format", "json", **env).plugins
