"""Parts of pages, and pages, that are made from the code whenever the documentation is built.

A page asks for a part with a line of its own::

    <!-- from code: streams -->

The pages of the rule sets are written to ``reference/rulesets`` before Sphinx looks for files.
"""

# ruff: noqa: ARG001 - Sphinx says which arguments its handlers have

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import click
import pages_of_rulesets
import parts_of_documents
import parts_of_exports
import parts_of_levers
import parts_of_tasks
from docutils import nodes
from markdown_tables import code, table
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.pycode import ModuleAnalyzer
from sphinx.util import logging

import shopscore
import shopscore.notices
import shopscore.plugins.hooks
import shopscore.plugins.records
import shopscore.testing
from shopscore.cli import main, plugins, run
from shopscore.cli.help_pages import Group
from shopscore.errors import ShopscoreError
from shopscore.model.streams import CANONICAL
from shopscore.plugins.records import BROKEN, PluginRecord

logger = logging.getLogger(__name__)

COLUMNS = Path(__file__).parents[1] / "reference" / "columns.toml"
PART = re.compile(r"^<!-- from code: (\S+)(?: (.+?))? -->$", re.MULTILINE)

# --- streams -------------------------------------------------------------------------------

KINDS = {
    "text": "text",
    "enum": "word",
    "time": "time",
    "day": "day",
    "money": "money",
    "int": "integer",
    "number": "number",
    "bool": "yes or no",
}


def streams() -> Iterator[str]:
    """Every canonical stream with its columns."""
    meanings = tomllib.loads(COLUMNS.read_text(encoding="utf-8"))
    for stream in CANONICAL:
        words = meanings.pop(stream.name, {})
        yield f"## `{stream.name}`"
        yield f"Key: {', '.join(code(name) for name in ('shop_id', *stream.key))}."
        rows = [
            (code(c.name), KINDS[c.kind], _needed(c), _meaning(c, words.pop(c.name, "")))
            for c in stream.columns
        ]
        yield table(("column", "kind", "", "meaning, allowed values, default"), rows)
        if words:
            logger.warning("%s: stream %s has no column %s", COLUMNS, stream.name, min(words))
        if stream.ordered:
            pairs = ", ".join(f"`{first}` ≤ `{then}`" for first, then in stream.ordered)
            yield f"Times in order: {pairs}. Where a pair is broken the later cell becomes empty."
        if stream.follows_order and stream.name != "orders":
            yield "A row that names an excluded order is left out with it."


def facts() -> str:
    """The shop facts that the rules of platforms read."""
    rows = [
        (f"{p.en} ({code(p.id)})", code(fact.name), f"{fact.en} · {fact.zh}")
        for p in shopscore.platforms()
        for fact in p.facts
    ]
    return table(("platform", "`name`", "what it says"), rows)


def _needed(column: Any) -> str:
    if column.required:
        return "required"
    return "vital" if column.vital else ""


def _meaning(column: Any, words: str) -> str:
    parts = [words] if words else []
    if column.values:
        parts.append(", ".join(code(v) for v in column.values))
    if column.high is not None:
        parts.append(f"{column.low} to {column.high}")
    elif column.low is not None:
        parts.append(f"{column.low} or more")
    if column.default is not None:
        parts.append(f"empty means {'yes' if column.default else 'no'}")
    return "; ".join(parts)


# --- commands ------------------------------------------------------------------------------


def commands(program: str) -> Iterator[str]:
    """The commands of a program, each with its arguments and options."""
    group = {"shopscore": main.cli, "shopscore-plugins": plugins.cli}[program]
    for name, command in _within(group):
        context = click.Context(command, info_name=f"{program} {name}")
        arguments = [p for p in command.params if isinstance(p, click.Argument)]
        words = [p.make_metavar(context) for p in arguments]
        yield f"### `{program} {name}`"
        yield f"```text\n{' '.join([program, name, *words, '[OPTIONS]'])}\n```"
        yield inspect.cleandoc(command.help or "")
        options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
        yield table(("option", "meaning"), [_option(o, context) for o in options])


def _within(group: Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """The commands of a group, and those of groups within it, by what is typed for them."""
    for name, command in group.every().items():
        if isinstance(command, Group):
            yield from _within(command, f"{above}{name} ")
        else:
            yield above + name, command


def _option(option: Any, context: Any) -> tuple[str, str]:
    names = ", ".join(sorted(option.opts, key=len, reverse=True))
    takes = "" if option.is_flag else f" {option.make_metavar(context)}"
    meaning = [option.help or "The form of the output."]
    if isinstance(option.show_default, str):  # words in the place of a function
        meaning.append(f"Default: {option.show_default}.")
    elif "default" in option.get_help_extra(context) or isinstance(option.default, str):
        meaning.append(f"Default: {code(str(option.default))}.")
    if option.multiple:
        meaning.append("May be given more than once.")
    if option.required:
        meaning.append("Required.")
    if option.envvar:
        meaning.append(f"Environment: {code(str(option.envvar))}.")
    return code(names + takes), " ".join(meaning)


def exit_codes() -> str:
    """Exit codes, with the errors that lead to them."""
    found: dict[int, list[str]] = {}
    for error in (e for e in _below(ShopscoreError) if e.__name__ in shopscore.__all__):
        link = f"{{py:exc}}`~shopscore.{error.__name__}`"
        found.setdefault(error.exit_code, []).append(link)
    meanings = {
        0: "done; a result in which no shop has a score is done as well, with a line on stderr",
        1: "a check failed: `shopscore-plugins check`, or `--strict` and a row was set aside",
        2: "an invalid or contradictory argument or option",
        3: "input that cannot be used",
        4: "platform, scorecard, rule set or date not covered",
        5: "a plugin that is needed failed",
        run.BUG: "a fault of shopscore itself; `SHOPSCORE_DEBUG=1` shows where",
        run.INTERRUPTED: "interrupted",
    }
    unknown = set(found) - set(meanings)
    if unknown:
        raise ExtensionError(f"reference/commands.md: no words for exit codes {unknown}")
    rows = [(number, text, ", ".join(found.get(number, ()))) for number, text in meanings.items()]
    return table(("code", "meaning", "error in Python"), rows)


def _below(error: type) -> Iterator[Any]:
    for child in error.__subclasses__():
        yield child
        yield from _below(child)


# --- the public names ----------------------------------------------------------------------

#: What is made by a function, so that its constructor is nobody's business.
MADE = {"Events", "LoadReport", "Resolved", "Tallies", "Result", "PluginRecord", "RuleSet"}
#: What is told of the public names that are modules.
FUNCTIONS = {
    "ranking": ("percentile_rank", "benchmark_percentile"),
    "tasks": ("hours", "after", "second_of_day"),
}
_documented: set[str] = set()


def api(names: str) -> Iterator[str]:
    """Some public names, each from its docstring."""
    for name in names.split():
        _documented.add(name)
        yield f"```{{eval-rst}}\n{_directive(name)}\n```"


def _directive(name: str) -> str:
    value = getattr(shopscore, name)
    if name in FUNCTIONS:
        functions = [f".. autofunction:: shopscore.{name}.{f}" for f in FUNCTIONS[name]]
        back = ".. py:currentmodule:: shopscore"
        return "\n\n".join([f".. automodule:: shopscore.{name}", *functions, back])
    if isinstance(value, type):
        what = "exception" if issubclass(value, BaseException) else "class"
        bases = "" if value.__bases__ == (object,) else "\n   :show-inheritance:"
        return f".. auto{what}:: shopscore.{name}\n   :members:{bases}"
    if callable(value) and hasattr(value, "__code__"):
        return f".. autofunction:: shopscore.{name}"
    home = f"shopscore.{shopscore._HOME[name]}"
    words = ModuleAnalyzer.for_module(home).find_attr_docs()["", name]
    return "\n".join([f".. py:data:: shopscore.{name}", "", *(f"   {line}" for line in words)])


def spark() -> Iterator[str]:
    """The names of counting on Spark."""
    yield "```{eval-rst}\n.. autofunction:: shopscore.spark.tally\n```"
    yield "```{eval-rst}\n.. autoclass:: shopscore.spark.Counted\n   :members:\n```"


_VIEWS = (
    "ShopView",
    "DimensionView",
    "MetricView",
    "CheckView",
    "CriterionView",
    "CapView",
    "ClampView",
)


def views() -> Iterator[str]:
    """What a result hands out for one shop."""
    for name in _VIEWS:
        yield f"```{{eval-rst}}\n.. autoclass:: shopscore.results.views.{name}\n```"


def hooks() -> Iterator[str]:
    """The hooks that a plugin may implement."""
    rows = []
    for name, value in vars(shopscore.plugins.hooks).items():
        if name.startswith("shopscore_"):
            gives = str(value.__annotations__["return"]).removeprefix("Iterable")
            rows.append((code(name), f"list of `{gives.strip('[]')}`", value.__doc__))
    yield table(("hook", "gives", "what it declares"), rows)


#: What a status means, and what it does not say itself.
STATUSES = {
    "active": "loaded; what it declares is there",
    "disabled": "kept out by the environment; nothing of it was imported",
    "conflict": "another plugin has its name, or declares what it declares, or has the rule set that it adds, or declares a column, fact or layout otherwise",
    "incompatible": "written for another `PLUGIN_API`, or for none",
    "import_error": "its import failed",
    "hook_error": "a hook could not be called, or raised",
    "invalid": "it declares something impossible: a hook that is not there, a wrong type, a scorecard without rule sets, nothing but additions to what is not there, or one that would change what counts for others",
    "empty": "it declares no platform, scorecard or rule set, and adds to none",
    "not_loaded": "only its metadata was looked at: `list --no-load`",
}


def statuses() -> str:
    """The statuses of plugins."""
    known = get_args(shopscore.plugins.records.PluginStatus)
    if set(known) != set(STATUSES):
        raise ExtensionError(f"from_code.py: words for statuses {set(known) ^ set(STATUSES)}")
    rows = [(code(s), "broken" if s in BROKEN else "", STATUSES[s]) for s in known]
    return table(("status", "", "meaning"), rows)


#: What the fields of a record hold in JSON.
RECORD_FIELDS = {
    "name": "the name of the entry point",
    "status": "a word of the list above",
    "distribution": "the package that brings it",
    "version": "the version of that package",
    "target": "the module of the entry point",
    "platforms": "ids of the platforms that it declares",
    "scorecards": "names of its scorecards, `platform/scorecard`: those of its platforms, and those that it adds",
    "rulesets": "names of their rule sets, `platform/scorecard/version`",
    "adds_rulesets_to": "names of scorecards of other plugins that it adds rule sets to",
    "adds_to": "ids of platforms of other plugins that it adds streams, columns, words, facts or layouts to",
    "not_added": "why others of its additions are left out: no active plugin declares what they are for",
    "hooks": "the hooks that it implements; empty where it is broken",
    "error": "what is wrong, in a line; null where nothing is",
    "load_seconds": "seconds that its import and hooks took; null where it was not loaded",
}


def record_fields() -> Iterator[str]:
    """The fields of a record as JSON has them."""
    record = PluginRecord("", "", "", "", "not_loaded").to_dict()
    if list(record) != list(RECORD_FIELDS):
        raise ExtensionError(f"from_code.py: fields of records {set(record) ^ set(RECORD_FIELDS)}")
    yield table(("field", "holds"), [(code(k), v) for k, v in RECORD_FIELDS.items()])
    yield (
        "`show` adds `file`, the file of the module, and `traceback`; both may be null. It also adds"
        " `levers` and `tasks`, those of the plugin's platforms."
    )


def checks() -> str:
    """The checks of the conformance kit."""
    rows = [(code(id), meaning) for id, meaning in shopscore.testing.CHECKS.items()]
    return table(("id", "what must hold"), rows)


def notices() -> str:
    """The codes of notices."""
    rows = [(code(id), meaning) for id, meaning in shopscore.notices.CODES.items()]
    return table(("code", "what it says"), rows)


def everything_is_documented(app: Sphinx, env: Any) -> None:
    """A public name that no page tells of is a fault of the documentation."""
    missing = set(shopscore.__all__) - _documented
    if missing:
        logger.warning("reference/api.md lacks %s", ", ".join(sorted(missing)))


def without_constructor(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, signature: str, returns: str
) -> tuple[str, str] | None:
    """No signature for what a function makes; that of others without a name of attrs."""
    if name.removeprefix("shopscore.") in MADE:
        return "", ""
    empty = signature and signature.replace("= NOTHING", "= {}")  # what attrs calls a factory
    return empty, returns


_words: dict[str, list[str]] = {}


def before_napoleon(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Remember the words about a property."""
    if what == "property":
        _words[name] = list(lines)


def after_napoleon(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Napoleon takes what stands before a colon for a type; here it is a sentence."""
    if what == "property":
        lines[:] = _words.pop(name)


def public_name(app: Sphinx, env: Any, node: Any, content: nodes.Element) -> nodes.Node | None:
    """References to ``shopscore.model.tallies.Tally`` lead to ``shopscore.Tally``."""
    target = node.get("reftarget", "")
    if node.get("refdomain") != "py":
        return None
    parts = target.split(".")
    for at, part in enumerate(parts):
        if part in shopscore._HOME:
            public = ".".join(["shopscore", *parts[at:]])
            if public != target:
                domain = env.get_domain("py")
                return domain.resolve_xref(
                    env, node["refdoc"], app.builder, node["reftype"], public, node, content
                )
    return None


# --- the extension -------------------------------------------------------------------------

PARTS: dict[str, Callable[..., str | Iterable[str]]] = {
    "streams": streams,
    "facts": facts,
    "commands": commands,
    "exit-codes": exit_codes,
    "api": api,
    "spark": spark,
    "hooks": hooks,
    "statuses": statuses,
    "record-fields": record_fields,
    "checks": checks,
    "notices": notices,
    "lever-settings": parts_of_levers.settings,
    "levers": parts_of_levers.levers,
    "tasks": parts_of_tasks.tasks,
    "layouts": parts_of_exports.layouts,
    "layouts-overview": parts_of_exports.overview,
    "exports-feed": parts_of_exports.feeds,
    "export-limits": parts_of_exports.limits,
    "documents": parts_of_documents.documents,
    "documents-overview": parts_of_documents.overview,
    "document-headers": parts_of_documents.headers,
    "document-readings": parts_of_documents.readings,
    "document-roles": parts_of_documents.roles,
    "views": views,
}


def filled(text: str) -> str:
    """The text of a page with its parts put in."""

    def part(found: re.Match[str]) -> str:
        name, argument = found.groups()
        made = PARTS[name](argument) if argument else PARTS[name]()
        return made if isinstance(made, str) else "\n\n".join(made)

    page = PART.sub(part, text)
    if stray := re.search(r"<[^<>]* at 0x[0-9a-f]+>", page):
        raise ExtensionError(f"an object of Python stands in a page: {stray[0]}")
    return page


def fill(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the parts into a page before it is parsed."""
    source[0] = filled(source[0])


def always_again(app: Sphinx, env: Any, *_: Any) -> list[str]:
    """Pages with parts from code are read at every build: the code may have changed."""
    return [
        name
        for name in env.found_docs
        if name != "index" and PART.search(Path(env.doc2path(name)).read_text(encoding="utf-8"))
    ]


def write_ruleset_pages(app: Sphinx) -> None:
    """One page for each installed rule set; pages of rule sets that are gone are removed."""
    pages_of_rulesets.write(Path(app.srcdir) / "reference" / "rulesets")


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx."""
    app.connect("builder-inited", write_ruleset_pages)
    app.connect("env-get-outdated", always_again)
    app.connect("source-read", fill)
    app.connect("autodoc-process-signature", without_constructor)
    app.connect("missing-reference", public_name)
    app.connect("env-check-consistency", everything_is_documented)
    app.connect("autodoc-process-docstring", before_napoleon, priority=400)
    app.connect("autodoc-process-docstring", after_napoleon, priority=600)
    return {"parallel_read_safe": False, "version": "1"}
