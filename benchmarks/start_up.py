"""What it costs to start: each command against a script that loads the same libraries and no more.

    python benchmarks/start_up.py [--rounds 9]

Processor time of fresh processes, the commands and the scripts in turn within each round; the
figures are the medians of the rounds. The score of 40 sample shops is held against a process that
imports polars. Unix only: the time of one child is asked of the system.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

#: What an expert's command of this kind could not do without.
BARE = """
import attrs, click, pluggy
from importlib.metadata import entry_points
[e.load() for e in entry_points(group="bare.nothing")]
"""

BIN = Path(sys.executable).parent


def commands(sample: Path) -> dict[str, tuple[tuple[str, ...], str]]:
    """Every command by its name, and what it is held against."""
    shopscore, plugins = str(BIN / "shopscore"), str(BIN / "shopscore-plugins")
    rules = ("--platform", "douyin", "--ruleset", "2022", "--as-of", "2022-07-01")
    return {
        "bare": ((sys.executable, "-c", BARE), "bare"),
        "import polars": ((sys.executable, "-c", "import polars"), "import polars"),
        "shopscore --help": ((shopscore, "--help"), "bare"),
        "shopscore score --help": ((shopscore, "score", "--help"), "bare"),
        "shopscore-plugins list": ((plugins, "list"), "bare"),
        "shopscore score, 40 shops": ((shopscore, "score", str(sample), *rules), "import polars"),
    }


def processor_seconds(command: tuple[str, ...]) -> float:
    """Return the user and system time of one fresh process."""
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environ
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the start of the commands.")
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder, "sample")
        processor_seconds((str(BIN / "shopscore"), "sample", str(sample)))
        runs = commands(sample)
        for command, _ in runs.values():  # compiles what was never compiled
            processor_seconds(command)
        seconds: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(rounds):
            for name, (command, _) in runs.items():
                seconds[name].append(processor_seconds(command))
    for name, (_, against) in runs.items():
        pairs = [*zip(seconds[name], seconds[against], strict=True)]
        ratio, beyond = median(t / base for t, base in pairs), median(t - base for t, base in pairs)
        print(
            f"{name:26} {median(seconds[name]):6.3f} s   {ratio:5.2f} times {against},"
            f" {beyond:+.3f} s"
        )


if __name__ == "__main__":
    main()
