"""Help and usage errors of commands in the language of the run.

click says its own words through :mod:`gettext`, by a domain that belongs to the whole process. So
they are taken as click says them, in English, and recognised by the templates of the catalogue.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

import click
from click.formatting import HelpFormatter

from ..messages import message, translate
from . import voice

#: What click says, as templates of the catalogue; what stands between quotes is a value of them.
WORDS = (
    "Usage: ",
    "Options",
    "Commands",
    "required",
    "default: (by the name of -o, else {form})",
    "Show this message and exit.",
    "Show the version and exit.",
    "No such option {name}.",
    "No such option {name}. Did you mean {guess}?",
    "No such option {name}. (Did you mean one of: {guess}?)",
    "No such option: {name}",  # of click before 8.4
    "No such option: {name} Did you mean {guess}?",
    "No such option: {name} (Possible options: {guess})",
    "No such command {name}.",
    "No such command {name}. Did you mean {guess}?",
    "No such command {name}. (Did you mean one of: {guess}?)",
    "Missing argument {name}.",
    "Missing option {name}.",
    "Missing option {name}. Choose from:\n\t{choices}",
    "Missing command.",
    "Invalid value for {name}: {why}",
    "{value} is not one of {choices}.",
    "{value} is not {choice}.",
    "{value} is not a valid integer.",
    "Got unexpected extra argument ({arguments})",
    "Got unexpected extra arguments ({arguments})",
    "Option {name} requires an argument.",
    "Option {name} does not take a value.",
)
_GAP = 2
_WIDEST = 30


def translated(text: str) -> str:
    """Return a text of click, or of a command's help, in the language of the run."""
    return translate(text, voice.lang())


def paragraphs(help: str | None) -> list[str]:
    """Return the paragraphs of a help text, each on a line, as the catalogue has them."""
    return [" ".join(part.split()) for part in inspect.cleandoc(help or "").split("\n\n") if part]


class _Formatter(HelpFormatter):
    """Writes help in which a Chinese character takes two cells, and lines end between any two."""

    def write_heading(self, heading: str) -> None:
        self.write(f"{' ' * self.current_indent}{heading}：\n")

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        for line in _wrapped(text, self.width - self.current_indent):
            self.write(f"{indent}{line}\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = _WIDEST, col_spacing: int = _GAP
    ) -> None:
        rows, indent = list(rows), " " * self.current_indent
        first = min(max(len(name) for name, _ in rows), col_max) + col_spacing
        for name, text in rows:
            lines = _wrapped(text, max(self.width - first - self.current_indent, 10))
            if len(name) + col_spacing > first:
                lines = [name, *(" " * first + line for line in lines)]
            else:
                heads = [name, *[""] * len(lines)]
                lines = [
                    f"{h:{first}}{line}" for h, line in zip(heads, lines or [""], strict=False)
                ]
            for line in lines:
                self.write(f"{indent}{line}".rstrip() + "\n")


def _wrapped(text: str, width: int) -> list[str]:
    from .fitting import wrap

    return wrap(text, width)


class _Context(click.Context):
    """A context whose help is written in the language of the run."""

    def make_formatter(self) -> HelpFormatter:
        if voice.lang() != "zh":
            return super().make_formatter()
        return _Formatter(width=self.terminal_width, max_width=self.max_content_width)


class Command(click.Command):
    """A command whose help is in the language of the run."""

    context_class = _Context

    def format_usage(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """Write the line of usage."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix=translated("Usage: "))

    def format_help_text(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """Write what the command does, paragraph by paragraph."""
        if voice.lang() != "zh":
            super().format_help_text(ctx, formatter)
            return
        for part in paragraphs(self.help):
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(translated(part))

    def format_options(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """Write the options, and the commands of a group."""
        if voice.lang() != "zh":
            super().format_options(ctx, formatter)
            return
        with formatter.section(translated("Options")):
            formatter.write_dl(list(_option_rows(self, ctx)))
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first sentence of what the command does."""
        if voice.lang() != "zh":
            return super().get_short_help_str(limit)
        return next((translated(part) for part in paragraphs(self.help)), "").partition("。")[0]


class Group(Command, click.Group):
    """A group of commands whose help is in the language of the run.

    Those that are ``elsewhere`` are imported, as ``module:name`` says, when they are asked for.
    """

    command_class = Command

    def __init__(
        self, *args: Any, elsewhere: Mapping[str, str] | None = None, **settings: Any
    ) -> None:
        super().__init__(*args, **settings)
        self._elsewhere = dict(elsewhere or {})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name; where there is none, all are there, to suggest another."""
        if cmd_name in self._elsewhere:
            self._import(cmd_name)
        elif cmd_name not in self.commands:
            self.every()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - of any context
        """Return the names of all commands."""
        return sorted(self.every())

    def every(self) -> Mapping[str, click.Command]:
        """Import and return all commands, by their names."""
        for name in (*self._elsewhere,):
            self._import(name)
        return self.commands

    def _import(self, name: str) -> None:
        module, _, attribute = self._elsewhere.pop(name).partition(":")
        self.add_command(getattr(import_module(module, __package__), attribute))

    def format_commands(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """Write the names of the commands, and what each does."""
        if voice.lang() != "zh":
            super().format_commands(ctx, formatter)
            return
        rows = [(name, command.get_short_help_str()) for name, command in self.every().items()]
        with formatter.section(translated("Commands")):
            formatter.write_dl(sorted(rows))


def _option_rows(command: click.Command, ctx: click.Context) -> Iterator[tuple[str, str]]:
    for option in command.get_params(ctx):
        if isinstance(option, click.Option) and (record := option.get_help_record(ctx)):
            said = option.help or ""
            yield record[0], translated(said) + _more(record[1].removeprefix(said))


def _more(extra: str) -> str:
    """Return what click adds to the help of an option: its default, or that it is required."""
    items = [_item(item) for item in extra.strip().strip("[]").split("; ") if item]
    return f" [{'；'.join(items)}]" if items else ""


def _item(item: str) -> str:
    """Return one item; a default that is typed as it stands is no word to translate."""
    _, colon, default = item.partition("default: ")
    if not colon or default.startswith("("):
        return translated(item)
    return voice.text(message("default: {default}", default=default))
