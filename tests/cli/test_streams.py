"""Standard output and standard error of any encoding, full, closed, or read by nobody."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from shopscore.samples import generate, write_csv
from support.command_line import SCRIPTS, environment, python

WHICH = ("-p", "douyin", "-r", "2022", "--as-of", "2022-07-01")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform == "win32" or shutil.which("bash") is None, reason="pipes of Unix"
    ),
]


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shops whose names and industries most encodings do not have."""
    folder = tmp_path_factory.mktemp("chinese")
    (folder / "shops.csv").write_text("shop_id,industry\n甲é,女装😀\nS2,home\n", "utf-8")
    rows = "".join(f"{shop},{n},2022-05-01 10:00:00\n" for shop in ("甲é", "S2") for n in range(40))
    (folder / "orders.csv").write_text(f"shop_id,order_id,paid_at\n{rows}", "utf-8")
    return folder


def bash(command: str, *args: object, **env: str) -> subprocess.CompletedProcess[bytes]:
    """A line of a shell; ``$0`` is the command, and the arguments follow."""
    words = ["bash", "-o", "pipefail", "-c", command, SCRIPTS / "shopscore", *map(str, args)]
    return subprocess.run(
        words, capture_output=True, env=environment(**env), timeout=120, check=False
    )


def one_line(err: bytes, *words: str) -> None:
    lines = err.decode().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("Error: ")
    for word in words:
        assert word in lines[0]


ENCODINGS = ("ascii:strict", "latin-1", "cp1252", "gbk")
COMMANDS = {
    "table": 'score "$@" --lang zh',
    "one shop": 'score "$@" --lang zh --shop 甲é',
    "csv": 'score "$@" -f csv',
    "json": 'score "$@" -f json',
    "an unknown shop": 'score "$@" --shop 乙',
    "help": "score --help",
}


class TestEncodings:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    @pytest.mark.parametrize("what", COMMANDS)
    def test_what_it_lacks_is_escaped(self, chinese: Path, encoding: str, what: str) -> None:
        done = bash(f'"$0" {COMMANDS[what]}', chinese, *WHICH, PYTHONIOENCODING=encoding, PYTHONUTF8="0")  # fmt: skip
        assert done.returncode == (2 if "unknown" in what else 0), done.stderr
        assert b"fault of shopscore" not in done.stderr
        assert b"Traceback" not in done.stderr
        codec = encoding.partition(":")[0]
        if what != "help":  # click writes UTF-8 where a stream is ASCII
            text = done.stdout.decode(codec)
            assert ("甲" in text or r"\u7532" in text) == (what not in ("an unknown shop",))

    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_json_is_the_same_document(self, chinese: Path, encoding: str) -> None:
        done = bash('"$0" score "$@" -f json', chinese, *WHICH, PYTHONIOENCODING=encoding, PYTHONUTF8="0")  # fmt: skip
        shops = json.loads(done.stdout.decode(encoding.partition(":")[0]))["shops"]
        assert [(s["shop_id"], s["industry"]) for s in shops] == [("S2", "home"), ("甲é", "女装😀")]

    def test_a_note_tells_of_escapes_in_csv(self, chinese: Path) -> None:
        done = bash('"$0" score "$@" -f csv', chinese, *WHICH, PYTHONIOENCODING="ascii")
        assert rb"\u7532\xe9,\u5973\u88c5\U0001f600," in done.stdout
        assert b"standard output is ascii" in done.stderr
        done = bash('"$0" score "$@" -f csv', chinese, *WHICH, PYTHONIOENCODING="gb18030")
        assert "甲é,女装😀,".encode("gb18030") in done.stdout
        assert b"standard output is" not in done.stderr

    @pytest.mark.parametrize("command", ['"$0" demo --lang zh', '"$0-plugins" list', '"$0-plugins" rules kuaishou --lang zh'])  # fmt: skip
    @pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
    def test_of_other_commands(self, command: str, encoding: str) -> None:
        done = bash(command, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
        assert done.returncode == 0, done.stderr
        done.stdout.decode(encoding)
        done.stderr.decode(encoding)

    def test_a_locale_of_its_own(self, chinese: Path) -> None:
        env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        done = bash('"$0" score "$@" --lang zh', chinese, *WHICH, **env)
        assert done.returncode == 0
        assert rb"\u7532" in done.stdout


class TestClosed:
    @pytest.mark.parametrize("command", ['score "$@"', 'score "$@" -f json', 'score "$@" -f csv', "demo", "--help", "--version"])  # fmt: skip
    def test_output_that_is_closed_is_told(self, chinese: Path, command: str) -> None:
        done = bash(f'"$0" {command} >&-', chinese, *WHICH)
        assert done.returncode == 3
        assert b"Error: standard output: Bad file descriptor" in done.stderr
        assert b"Traceback" not in done.stderr
        assert b"Exception ignored" not in done.stderr

    def test_output_that_is_closed_and_not_needed(self, chinese: Path, tmp_path: Path) -> None:
        done = bash('"$0" score "$@" -o "$OUT" >&-', chinese, *WHICH, OUT=str(tmp_path / "x.json"))
        assert done.returncode == 0, done.stderr
        json.loads((tmp_path / "x.json").read_text("utf-8"))

    @pytest.mark.parametrize("how", ["2>&-", "2>/dev/full", "<&- 2>&-", "2> >(true)"])
    def test_messages_that_nobody_gets(self, chinese: Path, how: str) -> None:
        done = bash(f'"$0" score "$@" -f json {how}', chinese, *WHICH)
        assert done.returncode == 0
        assert json.loads(done.stdout)
        assert bash(f'"$0" score none "${{@:2}}" {how}', chinese, *WHICH).returncode == 3

    def test_everything_closed(self, chinese: Path) -> None:
        assert bash('"$0" score "$@" <&- >&- 2>&-', chinese, *WHICH).returncode == 3

    def test_a_file_is_not_taken_for_a_closed_stream(self, chinese: Path, tmp_path: Path) -> None:
        """Whatever a library prints must not get into the first file that is opened."""
        out = tmp_path / "x.json"
        bash('"$0" score "$@" -o "$OUT" --quarantine "$OUT.d" >&- 2>&-', chinese, *WHICH, OUT=str(out))  # fmt: skip
        assert out.read_text("utf-8").startswith("{")
        json.loads(out.read_text("utf-8"))


class TestFull:
    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
    @pytest.mark.parametrize("command", ["demo", "--help", 'score "$@"', 'score "$@" -f csv'])
    def test_one_line(self, chinese: Path, command: str) -> None:
        done = bash(f'"$0" {command} >/dev/full', chinese, *WHICH)
        assert done.returncode == 3
        errors = [line for line in done.stderr.splitlines() if line.startswith(b"Error")]
        assert errors == [b"Error: standard output: No space left on device"]
        assert b"Exception ignored" not in done.stderr


class TestPipes:
    @pytest.mark.parametrize(
        "command",
        ['"$0" demo', '"$0" demo 2>&1', '"$0-plugins" rules douyin', '"$0-plugins" list -f json'],
    )
    def test_a_reader_that_has_seen_enough(self, command: str) -> None:
        for reader in ("head -1", "true"):
            done = bash(f"{command} | {reader}")
            assert done.returncode == 0, done.stderr
            assert b"Error" not in done.stderr
            assert b"Exception ignored" not in done.stderr


class TestInterruption:
    """Ctrl-C, and worse, while files are written: those are whole, or not there."""

    def start(self, out: Path) -> subprocess.Popen[str]:
        running = subprocess.Popen(
            [SCRIPTS / "shopscore", "sample", out, "--orders", "400000"],
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        end = time.monotonic() + 100
        while not [*out.parent.glob(".shopscore-*.part/orders.csv")]:
            assert running.poll() is None, running.communicate()
            assert time.monotonic() < end
            time.sleep(0.005)
        return running

    def test_ctrl_c(self, tmp_path: Path) -> None:
        running = self.start(tmp_path / "out")
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
        assert running.returncode == 130
        assert err.split() == ["Interrupted"]
        assert not [*tmp_path.iterdir()]

    def test_kill(self, tmp_path: Path) -> None:
        running = self.start(tmp_path / "out")
        running.kill()
        running.communicate(timeout=60)
        assert not (tmp_path / "out").exists()
        done = bash('"$0" sample "$@"', tmp_path / "out", "--orders", 400)
        assert done.returncode == 0, "the next attempt is not hindered"

    def test_ctrl_c_leaves_an_old_result(self, tmp_path: Path) -> None:
        """The signal comes while a result is on its way to the disk, by the system's own call."""
        write_csv(generate(shops=2, orders=20, seed=1, end=date(2022, 6, 30)), tmp_path / "in")  # fmt: skip
        out = tmp_path / "x.json"
        out.write_text("old")
        code = (
            "import os, signal, sys\n"
            "def watch(event, args):\n"
            "    if event == 'open' and '.part' in str(args[0]): signal.raise_signal(signal.SIGINT)\n"
            "sys.addaudithook(watch)\n"
            "from shopscore.cli.main import main; main()"
        )
        answer = python(code, "score", tmp_path / "in", *WHICH, "-o", out)
        assert answer.code == 130
        assert "Traceback" not in answer.err
        assert out.read_text() == "old"
        assert {p.name for p in tmp_path.iterdir()} == {"in", "x.json"}
