"""What it costs to start: each command against a script that loads the same libraries and no more.

    python benchmarks/start_up.py [--rounds 9]

Processor time of fresh processes, the commands and the script in turn within each round; the
figures are the medians of the rounds. Unix only: the time of one child is asked of the system.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

#: What an expert's command of this kind could not do without.
BARE = """
import attrs, click, pluggy
from importlib.metadata import entry_points
[e.load() for e in entry_points(group="bare.nothing")]
"""

BIN = Path(sys.executable).parent
RUNS = {
    "bare": (sys.executable, "-c", BARE),
    "shopscore --help": (str(BIN / "shopscore"), "--help"),
    "shopscore score --help": (str(BIN / "shopscore"), "score", "--help"),
    "shopscore-plugins list": (str(BIN / "shopscore-plugins"), "list"),
}


def processor_seconds(command: tuple[str, ...]) -> float:
    """Return the user and system time of one fresh process."""
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environ)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the start of the commands.")
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    for command in RUNS.values():  # compiles what was never compiled
        processor_seconds(command)
    seconds: dict[str, list[float]] = {name: [] for name in RUNS}
    for _ in range(rounds):
        for name, command in RUNS.items():
            seconds[name].append(processor_seconds(command))
    for name, times in seconds.items():
        ratio = median(t / bare for t, bare in zip(times, seconds["bare"], strict=True))
        print(f"{name:26} {median(times):6.3f} s   {ratio:5.2f} times bare")


if __name__ == "__main__":
    main()
