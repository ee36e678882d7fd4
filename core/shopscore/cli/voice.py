"""How a run speaks: in which language, how much, and whether to a person or to a program.

Every command has the options ``--lang``, ``--quiet`` and ``--log-format``, which set it; whatever is
said, shown or logged while the command runs asks here.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, TypeVar

import click

from ..messages import Message, in_language, message
from ..notices import Notice
from ..value_classes import define
from .escaping import shown
from .streams import print_lines

LANGUAGES = ("zh", "en")
LOG_FORMATS = ("text", "json")

Command = TypeVar("Command", bound=Callable[..., Any])


@define
class _Voice:
    lang: str = "en"
    quiet: bool = False
    log_format: str = "text"
    asked: bool = False


_voice = _Voice()


def begin(args: Sequence[str] = ()) -> None:
    """Begin a run: as the environment says, until its options say otherwise.

    The language is looked for among the arguments already, since an error in them, or the help
    that comes before ``--lang``, is said before options are heard.
    """
    language = language_asked(args)
    _voice.lang, _voice.quiet, _voice.log_format = (
        language or language_of(os.environ),
        False,
        "text",
    )
    _voice.asked = language is not None
    for handler in [h for h in _logger().handlers if isinstance(h, _JsonHandler)]:
        _logger().removeHandler(handler)


def language_asked(args: Sequence[str]) -> str | None:
    """Return the language that arguments ask for; None where they ask for none that there is.

    >>> language_asked(["score", "--lang", "zh"]), language_asked(["--lang=en"]), language_asked([])
    ('zh', 'en', None)
    """
    asked = [arg.removeprefix("--lang=") for arg in args if arg.startswith("--lang=")]
    asked += [value for arg, value in pairwise(args) if arg == "--lang"]
    return next((word for word in reversed(asked) if word in LANGUAGES), None)


def language_of(environ: Mapping[str, str]) -> str:
    """Return the language of an environment: that of SHOPSCORE_LANG, else that of the locale.

    >>> language_of({"LANG": "zh_CN.UTF-8"}), language_of({"LANG": "zh_CN", "LC_ALL": "C"})
    ('zh', 'en')
    """
    for name in ("SHOPSCORE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return "zh" if environ[name].lower().startswith("zh") else "en"
    return "en"


def lang() -> str:
    """Return the language of the run."""
    return _voice.lang


def prefer(language: str | None) -> None:
    """Speak the language that a file names, unless ``--lang`` asks for one."""
    if language is not None and not _voice.asked:
        _voice.lang = language


def may_spin() -> bool:
    """Return whether a person may see what is being done."""
    return not _voice.quiet and _voice.log_format != "json"


def text(value: object) -> str:
    """Return a value as text in the language of the run."""
    return in_language(value, _voice.lang)


def either(facts: Mapping[str, Any]) -> str:
    """Return the name in the language of the run from facts with ``zh`` and ``en``."""
    return str(facts[_voice.lang])


def clauses(parts: Iterable[object]) -> str:
    """Return parts of a text in the language of the run, with semicolons between them."""
    return ("；" if _voice.lang == "zh" else "; ").join(map(text, parts))


def tell(said: object, level: int = logging.INFO) -> None:
    """Say a line on standard error: of a quiet run only errors, to a program as a record."""
    if _voice.log_format == "json":
        _logger("cli").log(level, "%s", text(said))
    elif level >= logging.ERROR or not _voice.quiet:
        print_lines(shown(text(_WITH_LEVEL.get(level, _plain)(said))))


def tell_timings(seconds: Mapping[str, float]) -> None:
    """Tell the seconds per stage as JSON: to a program as a record, like all that it is told."""
    if _voice.log_format == "json":
        _logger("cli").info("%s", text(message("timings")), extra={"timings": dict(seconds)})
    else:
        print_lines(json.dumps(seconds))


def tell_notice(notice: Notice) -> Message | None:
    """Return a notice as a line to say; None where the log of the run has it already."""
    return None if _voice.log_format == "json" else note(notice)


def note(notice: Notice) -> Message:
    """Return a notice as a line of its own."""
    return message("Note: {notice}", notice=notice)


def _plain(said: object) -> object:
    return said


_WITH_LEVEL: Mapping[int, Callable[[object], object]] = {
    logging.ERROR: lambda said: message("Error: {what}", what=said),
    logging.WARNING: lambda said: message("Warning: {what}", what=said),
}


class _JsonHandler(logging.Handler):
    """Writes records as lines of JSON to standard error: of a quiet run errors, and what is asked for."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR or not _voice.quiet or hasattr(record, "timings"):
            print_lines(json.dumps(_facts(record), default=str))


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    notice = getattr(record, "notice", None)
    said = notice
    if notice is None and record.msg == "%s" and isinstance(record.args, tuple):
        said = record.args[0]
    facts = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage() if said is None else text(said),
    }
    if timings := getattr(record, "timings", None):
        facts["timings"] = timings
    return facts if notice is None else {**facts, "notice": notice.to_dict()}


def _logger(name: str = "") -> logging.Logger:
    return logging.getLogger(f"shopscore.{name}" if name else "shopscore")


def _set_lang(_: click.Context, __: click.Parameter, value: str | None) -> None:
    if value is not None:
        _voice.lang, _voice.asked = value, True


def _set_quiet(_: click.Context, __: click.Parameter, value: bool) -> None:
    _voice.quiet = value


def _set_log_format(_: click.Context, __: click.Parameter, value: str) -> None:
    _voice.log_format = value
    if value == "json":
        _logger().addHandler(_JsonHandler())
        _logger().setLevel(logging.INFO)


def speaking(command: Command) -> Command:
    """Give a command the options that say how it speaks."""
    options = (
        click.option(
            "--lang",
            type=click.Choice(LANGUAGES),
            callback=_set_lang,
            is_eager=True,
            expose_value=False,
            help="Language of all that is said; default that of the locale.",
        ),
        click.option(
            "--quiet",
            "-q",
            is_flag=True,
            callback=_set_quiet,
            is_eager=True,
            expose_value=False,
            help="Say nothing on standard error but errors.",
        ),
        click.option(
            "--log-format",
            type=click.Choice(LOG_FORMATS),
            default="text",
            callback=_set_log_format,
            is_eager=True,
            expose_value=False,
            help="Standard error for a person, or a line of JSON per record.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command
