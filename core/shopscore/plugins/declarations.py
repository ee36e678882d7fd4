"""Platforms and scorecards: what a plugin declares, without importing what is heavy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from importlib import import_module
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

from ..errors import CoverageError, DeclarationError, RuleSetError, did_you_mean
from ..messages import listed, message
from ..model.labels import Label, Labelled
from ..model.merging import merge_streams
from ..model.metrics import Metric, check_unit
from ..model.rulesets import RuleSet, revision_of
from ..model.shop_statuses import ShopStatus, merged_statuses
from ..model.streams import CANONICAL, Stream, check_id
from ..value_classes import evolve, field, frozen
from .additions import Addition, Fact, RuleSetFolder, merged_facts
from .folders import check_folder, ruleset_files, toml_texts
from .isolation import isolated

if TYPE_CHECKING:
    from ..model.layouts import Layout
    from ..model.levers import Lever
    from ..model.mappings import DocumentMapping
    from ..model.tasks import Task
    from ..rules.own_kinds import OwnKinds

#: Finds the TOML text of a rule set by its name; returns the text and the name of its file.
LookUp = Callable[[str], tuple[str, str]]


@frozen(slots=False)
class Scorecard(Labelled):
    """One of a platform's scores: its metrics, and its rule sets by date.

    ``metrics`` names a module whose global :class:`Metric` objects are the metrics; it is imported
    when first needed. ``metric_sets`` are other modules by a name, for rule sets that read metrics of
    the same ids in another way: one asks for them with ``metric_set = "name"``. ``rulesets`` is the ``package:folder`` of the rule sets, TOML files named
    ``<scorecard>-<version>.toml``. ``scorers`` and ``compositions`` add kinds to the stock ones, each
    as ``module:Class``. ``cases`` is the ``package:folder`` of golden cases for the conformance kit.
    """

    id: str
    zh: str
    en: str
    metrics: str
    rulesets: str
    scorers: Mapping[str, str] = field(factory=dict)
    cases: str = ""
    platform: str = ""
    more_rulesets: tuple[RuleSetFolder, ...] = ()
    look_up_elsewhere: LookUp | None = field(default=None, eq=False, repr=False)
    compositions: Mapping[str, str] = field(factory=dict)
    metric_sets: Mapping[str, str] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        check_id(self.id, message("scorecard"))
        for folder in self.folders:
            check_folder(folder, message("scorecard {name}", name=self.id))

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders of rule sets: the scorecard's own, and those that other plugins add."""
        return (self.rulesets, *(more.folder for more in self.more_rulesets))

    @property
    def name(self) -> str:
        """``platform/scorecard``."""
        return f"{self.platform}/{self.id}"

    @cached_property
    def all_metrics(self) -> Mapping[str, Metric]:
        """Every metric, by id; of those that several sets have, that of the module ``metrics``."""
        metrics: dict[str, Metric] = {}
        for set_name in ("", *self.metric_sets):
            for id, metric in self.metrics_of(set_name).items():
                metrics.setdefault(id, metric)
        return metrics

    def metrics_of(self, metric_set: str) -> Mapping[str, Metric]:
        """Return the metrics of a set, by id; those of the module ``metrics`` where it has no name.

        Raises:
            RuleSetError: where the scorecard has no such set.
        """
        name = self.metric_sets.get(metric_set) if metric_set else self.metrics
        if name is None:
            raise RuleSetError(
                message(
                    "{scorecard} has no set of metrics {set}{guess}",
                    scorecard=self.name,
                    set=metric_set,
                    guess=did_you_mean(metric_set, self.metric_sets),
                )
            )
        if name not in self._metrics:
            self._metrics[name] = self._import_metrics(name)
        return self._metrics[name]

    def metrics_for(self, ruleset: RuleSet) -> Mapping[str, Metric]:
        """Return the metrics that a rule set may name, by id.

        Those of a plugin that adds rule sets are there for these, and for others that name them: a
        module of another plugin is not imported for anything else.

        Raises:
            DeclarationError: where such a plugin calls a metric like one of the scorecard.
            RuleSetError: where the scorecard has no set of metrics as the rule set names.
        """
        known = dict(self.metrics_of(ruleset.metric_set))
        with_metrics = [more for more in self.more_rulesets if more.metrics]
        own = [m for m in with_metrics if ruleset.version in ruleset_files((m.folder,), self.id)]
        for more in (*own, *(m for m in with_metrics if m not in own)):
            if more in own or not known.keys() >= {*ruleset.needed_metric_ids}:
                added = self._import_metrics(more.metrics)
                _refuse_twice(more.metrics, self.all_metrics, added)
                known = {**added, **known}
        return known

    def _import_metrics(self, name: str) -> dict[str, Metric]:
        """Import a module and return its metrics."""
        with isolated(message("{name}: importing {module}", name=self.name, module=name)):
            module = import_module(name)
            metrics: dict[str, Metric] = {}
            for value in (value for value in vars(module).values() if isinstance(value, Metric)):
                check_unit(value.id, value.unit)  # that of a class of its own nobody has checked
                _refuse_twice(name, metrics, {value.id: value})
                metrics[value.id] = value
        return metrics

    @cached_property
    def _metrics(self) -> dict[str, Mapping[str, Metric]]:
        return {}

    @cached_property
    def own_kinds(self) -> OwnKinds:
        """The scorecard's own kinds of scorer and of composition."""
        from ..rules.own_kinds import OwnKinds

        return OwnKinds(
            self._classes("scorer", self.scorers), self._classes("composition", self.compositions)
        )

    def _classes(self, what: str, targets: Mapping[str, str]) -> dict[str, Any]:
        """Import the classes that are named as ``module:Class``."""
        kinds: dict[str, Any] = {}
        for kind, target in targets.items():
            module, _, name = target.partition(":")
            place = message(
                "{name}: {what} {kind}, {target}",
                name=self.name,
                what=what,
                kind=kind,
                target=target,
            )
            with isolated(place):
                kinds[kind] = getattr(import_module(module), name)
        return kinds

    @cached_property
    def versions(self) -> tuple[str, ...]:
        """Versions of the rule sets, sorted; the files are not read for this."""
        return tuple(sorted(self._files))

    @cached_property
    def _files(self) -> dict[str, Traversable]:
        return ruleset_files(self.folders, self.id)

    def text(self, version: str) -> tuple[str, str]:
        """Return the TOML text of a rule set, and the name of its file."""
        if version not in self._files:
            said = message(
                "{scorecard} has no rule set {version}{guess}",
                scorecard=self.name,
                version=version,
                guess=did_you_mean(version, self.versions),
            )
            raise CoverageError(said)
        file = self._files[version]
        with isolated(message("{name}: reading {file}", name=self.name, file=file.name)):
            return file.read_text(encoding="utf-8"), file.name

    def ruleset(self, version: str) -> RuleSet:
        """Return the rule set of a version.

        Raises:
            CoverageError: where there is none.
            RuleSetError: where its file is invalid.
        """
        from ..rules.ruleset_toml import parse_ruleset

        known = self._parsed.get(version)
        if known is None:
            text, origin = self.text(version)
            known = parse_ruleset(
                text, f"{self.name}: {origin}", self.look_up, kinds=self.own_kinds
            )
            self._parsed[version] = known
        return known

    def look_up(self, name: str) -> tuple[str, str]:
        """Return the TOML text of a rule set of this scorecard, or of another installed one.

        Raises:
            CoverageError: where there is none.
        """
        if name.startswith(f"{self.name}/"):
            return self.text(name.removeprefix(f"{self.name}/"))
        if self.look_up_elsewhere is None:
            said = message(
                "rule set {ruleset} is not one of {scorecard}, and its platform is not installed",
                ruleset=name,
                scorecard=self.name,
            )
            raise CoverageError(said)
        return self.look_up_elsewhere(name)

    @cached_property
    def _parsed(self) -> dict[str, RuleSet]:
        return {}

    def at(self, day: date | str) -> RuleSet:
        """Return the rule set in force on a day; of several, the one that came into force last.

        A correction, ``VERSION+r1``, is in force in place of what it corrects. Rule sets with the
        status ``user`` apply only where they are named.

        Raises:
            CoverageError: where none is in force; the message lists what is covered.
        """
        when = date.fromisoformat(day) if isinstance(day, str) else day
        every = self._platform_rulesets()
        in_force = [r for r in every if r.covers(when)]
        if not in_force:
            spans = [message("{about}: {said}", about=r.version, said=r.span) for r in every]
            said = message(
                "{scorecard}: no rule set is in force on {day} (covered: {spans}); name one"
                " (ruleset=) to apply it anyway",
                scorecard=self.name,
                day=when,
                spans=listed(spans) if spans else message("no rule sets"),
            )
            raise CoverageError(said)
        return max(in_force, key=_since)

    def newest(self) -> RuleSet:
        """Return the rule set that came into force last, whether it still is or not.

        Raises:
            CoverageError: where there is none.
        """
        if not (every := self._platform_rulesets()):
            raise CoverageError(message("{scorecard} has no rule sets", scorecard=self.name))
        return max(every, key=_since)

    def _platform_rulesets(self) -> list[RuleSet]:
        """Return the rule sets that apply by themselves: not those that a user must name."""
        return [r for r in map(self.ruleset, self.versions) if r.status != "user"]


def _twice(ids: Iterable[str]) -> str | None:
    """Return the first id that comes twice."""
    counted = Counter(ids)
    return min((id for id, times in counted.items() if times > 1), default=None)


def _refuse_twice(module: str, known: Mapping[str, Metric], others: Mapping[str, Metric]) -> None:
    """Raise DeclarationError where a module calls a metric like another one."""
    for id, metric in others.items():
        if known.get(id, metric) is not metric:
            said = message("{module}: metric {metric} is declared twice", module=module, metric=id)
            raise DeclarationError(said)


def _since(ruleset: RuleSet) -> tuple[date, str, int]:
    version, revision = revision_of(ruleset.version)
    return ruleset.effective_from or date.min, version, revision


@frozen(slots=False)
class Platform(Labelled):
    """A platform: its names, clock and currency, and its scorecards; the first is the default.

    ``levers`` names modules whose global :class:`Lever` objects are what its merchants can do;
    ``shopscore.levers`` holds those for any platform. They are imported when first needed. So are
    the modules of ``tasks``, whose global :class:`Task` objects say what may be waiting on the desk:
    ``shopscore.tasks`` holds general ones, and of several with one id the first module's is taken.
    ``exports`` is the ``package:folder`` of the layouts of its export files, one TOML file each, and
    ``documents`` that of the mappings of what its console and its official APIs answer.
    ``statuses`` are those of shops that do not meet a condition, besides the package's own.
    ``aliases`` are other names that people call it by; ``zh`` and ``en`` are names as well, and
    a name with a slash in it stands for each of its parts too.

    ``sample`` names a function, ``module:function``, for samples that need more than the streams of
    core: it gets the streams of a sample, each a list of rows as dictionaries, and a
    ``random.Random``; it returns the streams that it changed or added. ``sample_places`` are where
    the buyers of a sample live, about a dozen, the near ones first; by default provinces of China.
    """

    id: str
    zh: str
    en: str
    zone: str
    currency: str
    scorecards: tuple[Scorecard, ...]
    streams: tuple[Stream, ...] = ()
    facts: tuple[Fact, ...] = ()
    levers: tuple[str, ...] = ()
    exports: str = ""
    aliases: tuple[str, ...] = ()
    sample: str = ""
    documents: str = ""
    sample_places: tuple[str, ...] = ()
    more_exports: tuple[str, ...] = ()
    more_samples: tuple[str, ...] = ()
    statuses: tuple[ShopStatus, ...] = ()
    tasks: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        check_id(self.id, message("platform"))
        if self.exports:
            check_folder(self.exports, message("exports of {platform}", platform=self.id))
        if self.documents:
            check_folder(self.documents, message("documents of {platform}", platform=self.id))
        if not self.scorecards:
            raise DeclarationError(
                message("platform {platform} has no scorecard", platform=self.id)
            )
        scorecards = tuple(evolve(s, platform=self.id) for s in self.scorecards)
        object.__setattr__(self, "scorecards", scorecards)
        _ = self.all_streams  # what contradicts itself is refused where it is declared
        _ = merged_statuses((), self.statuses)

    @cached_property
    def all_streams(self) -> Mapping[str, Stream]:
        """Every stream by its name: those of the package, with what the platform declares."""
        return merge_streams(CANONICAL, self.streams)

    @property
    def status_labels(self) -> Mapping[str, Label]:
        """The names of the statuses of shops that plugins declare, by id."""
        return {status.id: status.label for status in self.statuses}

    @property
    def names(self) -> tuple[str, ...]:
        """Every name of the platform, the id first."""
        parts = (part.strip() for label in (self.zh, self.en) for part in label.split("/"))
        return tuple(dict.fromkeys((self.id, self.zh, self.en, *parts, *self.aliases)))

    @cached_property
    def all_levers(self) -> Mapping[str, Lever]:
        """Every lever of the modules, by id."""
        from .named_modules import levers_in

        return levers_in(self.id, self.levers)

    @cached_property
    def all_tasks(self) -> Mapping[str, Task]:
        """Every task of the modules, by id; of several with one id that of the first module."""
        from .named_modules import tasks_in

        return tasks_in(self.id, self.tasks)

    @cached_property
    def layouts(self) -> tuple[Layout, ...]:
        """The layouts of the platform's export files, in the order of their files.

        Raises:
            RuleSetError: where a file is invalid.
        """
        from .layout_toml import layout_of_platform

        layouts = tuple(
            layout_of_platform(text, origin, self.id, self.all_streams)
            for origin, text in self._toml_texts(self.exports, *self.more_exports)
        )
        if twice := _twice(layout.id for layout in layouts):
            said = message(
                "{platform}: layout {layout} is declared twice", platform=self.id, layout=twice
            )
            raise DeclarationError(said)
        return layouts

    @cached_property
    def mappings(self) -> tuple[DocumentMapping, ...]:
        """The mappings of the platform's documents, in the order of their files.

        Raises:
            RuleSetError: where a file is invalid.
        """
        from .mapping_toml import mapping_of_platform

        mappings = tuple(
            mapping_of_platform(text, origin, self.id)
            for origin, text in self._toml_texts(self.documents)
        )
        if twice := _twice(mapping.id for mapping in mappings):
            said = message(
                "{platform}: document {document} is declared twice",
                platform=self.id,
                document=twice,
            )
            raise DeclarationError(said)
        return mappings

    def _toml_texts(self, *folders: str) -> Iterator[tuple[str, str]]:
        """Yield the name and the text of each TOML file of some folders, in their order."""
        for folder in filter(None, folders):
            with isolated(message("{name}: reading {file}", name=self.id, file=folder)):
                texts = toml_texts(folder)
            for name in sorted(texts):
                yield f"{self.id}: {name}", texts[name]

    def with_additions(self, additions: Iterable[Addition]) -> Platform:
        """Return the platform with what another plugin adds to it; links lead from one to another.

        Raises:
            DeclarationError: where that contradicts what is there, or itself.
        """
        added = tuple(additions)
        return evolve(
            self,
            streams=(*self.streams, *(s for a in added for s in a.streams)),
            facts=merged_facts(self.facts, (f for a in added for f in a.facts)),
            statuses=merged_statuses(self.statuses, (s for a in added for s in a.statuses)),
            more_exports=(*self.more_exports, *(a.exports for a in added if a.exports)),
            more_samples=(*self.more_samples, *(a.sample for a in added if a.sample)),
        )

    def scorecard(self, id: str | None = None) -> Scorecard:
        """Return a scorecard by its id; by default the first."""
        if id is None:
            return self.scorecards[0]
        for scorecard in self.scorecards:
            if scorecard.id == id:
                return scorecard
        known = [s.id for s in self.scorecards]
        said = message(
            "{platform} has no scorecard {scorecard}{guess}",
            platform=self.id,
            scorecard=id,
            guess=did_you_mean(id, known),
        )
        raise CoverageError(said)
