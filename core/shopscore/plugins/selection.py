"""Selection: the rule set that applies, bound to its metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from ..errors import CoverageError, UsageError
from ..messages import listed, message
from ..model.rulesets import RuleSet
from ..notices import Notice
from ..rules.exact_rules import ExactRuleSet
from ..rules.numbers_toml import NumbersSource, NumbersTables, as_sequence, fill_numbers
from ..rules.profiles import add_profile
from ..rules.ruleset_toml import parse_ruleset
from ..rules.toml_text import parse_toml, read_text
from ..value_classes import evolve, field, frozen
from . import catalog
from .bound_rules import BoundRuleSet
from .declarations import Platform, Scorecard

RuleSetName = str | Path | RuleSet | None
#: A program scores by few rule sets, over and over.
_KEPT = 32


@frozen
class Selection:
    """The rules that apply, the day of publication, and notices about the choice."""

    rules: BoundRuleSet
    day: date
    notices: tuple[Notice, ...]
    _bound: tuple[_Terms, NumbersSource] | None = field(default=None, eq=False, repr=False)

    def with_numbers(self, more: Sequence[NumbersTables]) -> Selection:
        """Return the same rules with more numbers than those that a user supplied."""
        if not more or self._bound is None:
            return self
        terms, numbers = self._bound
        every = (*as_sequence(numbers), *more)
        rules = _bind_with(terms, every)
        return evolve(self, rules=rules, notices=notices_on(rules, self.day), bound=(terms, every))

    def assuming(self, more: Mapping[str, str]) -> Selection:
        """Return the same rules with other values of some assumptions, written as users do.

        Raises:
            UsageError: for an unknown assumption, or a value outside its bounds.
        """
        if self._bound is None:
            raise UsageError(message("these rules were bound elsewhere: select them again"))
        terms, numbers = self._bound
        changed = evolve(terms, assumed=(*terms.assumed, *more.items()))
        rules = _bind_with(changed, numbers, like=self.rules)
        return evolve(self, rules=rules, bound=(changed, numbers))

    def by_rules_of(self, day: date) -> Selection:
        """Return the rules that are in force on another day, with what a user supplied.

        Raises:
            CoverageError: where none are.
            UsageError: for rules that were bound elsewhere, or what does not go with them.
        """
        if self._bound is None:
            raise UsageError(message("these rules were bound elsewhere: select them again"))
        terms, numbers = self._bound
        other = terms.scorecard.at(day)
        version = catalog.plugin_version(other)
        changed = evolve(terms, ruleset=other, plugin_version=version, named=True, file="")
        return evolve(self, rules=_bind_with(changed, numbers), bound=(changed, numbers))


def select_rules(
    platform: str | Platform | None,
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    as_of: date | str | None = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    profile: str | None = None,
) -> Selection:
    """Select and bind the applicable rule set.

    Args:
        platform: the id of an installed platform, or a platform itself; by default the one that
            a TOML file or a rule set names.
        scorecard: one of its scorecards; by default the one that is named there, else the first.
        ruleset: a version, the path of a TOML file, or a rule set; by default the one in force.
        as_of: the day of publication; by default today on the platform's clock.
        assume: values for assumptions, by id.
        numbers: files (or the tables of one) with numbers that are missing in the rule set.
        profile: the name of a profile of the rule set, which supplies what is missing even then.

    Raises:
        CoverageError: for a platform, scorecard, rule set or date that is not covered.
        InputError: for a numbers file that cannot be used.
        UsageError: for an invalid date, or an unknown assumption or profile; where nothing names a
            platform.
    """
    declared, card = find_scorecard(platform, scorecard, ruleset)
    day = publication_day(as_of, declared.zone)
    selected = find_ruleset(card, ruleset, day)
    terms = _Terms(
        declared,
        card,
        selected,
        tuple(
            (id, "none" if value is None else str(value)) for id, value in (assume or {}).items()
        ),
        catalog.plugin_version(selected),
        profile,
        named=ruleset is not None,
        file=str(ruleset) if is_file(ruleset) else "",
    )
    again = numbers is None and not terms.file and not isinstance(ruleset, RuleSet)
    rules = _bind(terms) if again else _bind_with(terms, numbers)
    return Selection(rules, day, notices_on(rules, day), (terms, numbers))


def select_rules_of_days(
    platform: str | Platform | None,
    days: Iterable[date | str],
    scorecard: str | None = None,
    ruleset: RuleSetName = None,
    assume: Mapping[str, object] | None = None,
    numbers: NumbersSource = None,
    profile: str | None = None,
) -> list[Selection]:
    """Select the rules of each of many days, in their order; each rule set is bound once.

    The other arguments, and what is raised, are those of :func:`select_rules`.
    """
    declared, card = find_scorecard(platform, scorecard, ruleset)
    bound: dict[str, Selection] = {}
    selections = []
    for each in days:
        day = publication_day(each, declared.zone)
        version = card.at(day).version if ruleset is None else ""
        if version not in bound:
            bound[version] = select_rules(declared, card.id, ruleset, day, assume, numbers, profile)
        selected = bound[version]
        selections.append(evolve(selected, day=day, notices=notices_on(selected.rules, day)))
    return selections


@frozen
class RuleSetNames:
    """The platform and the scorecard that a rule set is for, where it says so."""

    platform: str | None = None
    scorecard: str | None = None

    def __str__(self) -> str:
        return "/".join(name for name in (self.platform, self.scorecard) if name)


def names_of(ruleset: RuleSetName) -> RuleSetNames:
    """Return what a TOML file or a rule set is for; a version alone does not say.

    A file that extends a rule set is for the same scorecard.

    Raises:
        InputError: where the file cannot be read.
        RuleSetError: where it is no TOML.
    """
    if isinstance(ruleset, RuleSet):
        return RuleSetNames(ruleset.platform, ruleset.scorecard)
    if not is_file(ruleset):
        return RuleSetNames()
    document = parse_toml(read_text(Path(str(ruleset))), str(ruleset))
    below = str(document.get("extends", "")).split("/")
    platform, scorecard = below[:2] if len(below) == _PARTS else (None, None)
    said = (document.get("platform", platform), document.get("scorecard", scorecard))
    return RuleSetNames(*(name if isinstance(name, str) else None for name in said))


#: Of the name of a rule set: platform, scorecard, version.
_PARTS = 3


def find_scorecard(
    platform: str | Platform | None, scorecard: str | None, ruleset: RuleSetName
) -> tuple[Platform, Scorecard]:
    """Return the platform and the scorecard that are asked for, or that the rule set names.

    Raises:
        CoverageError: where a file or a rule set is for another one than is asked for.
        UsageError: where nothing names a platform.
    """
    named = names_of(ruleset)
    if platform is None and named.platform is None:
        raise UsageError(
            message("whose rules? platform= is missing, and no TOML file or rule set names one")
        )
    asked = named.platform if platform is None else platform
    declared = asked if isinstance(asked, Platform) else catalog.platform(str(asked))
    wanted = RuleSetNames(declared.id, scorecard)
    if named.platform not in (None, declared.id) or (
        scorecard is not None and named.scorecard not in (None, scorecard)
    ):
        said = message(
            "{ruleset}: these rules are for {own}, and {asked} was asked for",
            ruleset=ruleset.name if isinstance(ruleset, RuleSet) else ruleset,
            own=named,
            asked=wanted,
        )
        raise CoverageError(said)
    return declared, declared.scorecard(scorecard or named.scorecard)


@frozen
class _Terms:
    """What bound rules depend on: these very objects, whatever others are equal to them.

    Plugins that are loaded again declare other objects, and a file that is read again is another
    rule set. Assumed values are text, which is how they are parsed.
    """

    platform: Platform = field(eq=id)
    scorecard: Scorecard = field(eq=id)
    ruleset: RuleSet = field(eq=id)
    assumed: tuple[tuple[str, str], ...]
    plugin_version: str
    profile: str | None
    named: bool
    file: str


@lru_cache(maxsize=_KEPT)
def _bind(terms: _Terms) -> BoundRuleSet:
    """Bind the rules of a plugin; done once, since it is a third of a small score.

    Rules and numbers of a user's files are read again each time, and so never the same objects.
    """
    return _bind_with(terms, None)


def _bind_with(
    terms: _Terms, numbers: NumbersSource, like: BoundRuleSet | None = None
) -> BoundRuleSet:
    card, selected = terms.scorecard, terms.ruleset.assuming(dict(terms.assumed))
    fills = numbers is not None or terms.profile is not None
    known = card.metrics_for(selected) if fills else {}
    better = {id: metric.better for id, metric in known.items()}
    filled = fill_numbers(selected, numbers, kinds=card.own_kinds, better=better)
    if terms.profile is not None:
        filled = add_profile(filled, selected, terms.profile, kinds=card.own_kinds, better=better)
    return BoundRuleSet.bind(
        terms.platform,
        card,
        filled,
        terms.plugin_version,
        named=terms.named,
        file=terms.file,
        like=like,
    )


def notices_on(rules: BoundRuleSet, day: date) -> tuple[Notice, ...]:
    """Return notices about scoring a day by some rules.

    Raises:
        CoverageError: where the rule set was not named, and is not in force on the day.
    """
    ruleset, notices = rules.ruleset, []
    if not ruleset.covers(day):
        if not rules.named:
            rules.scorecard.at(day)  # where nothing covers the day, raises with what is covered
            said = message(
                "rule set {ruleset} covers {span}, not {day}",
                ruleset=ruleset.name,
                span=ruleset.span,
                day=day,
            )
            raise CoverageError(said)
        said = message(
            "rule set {ruleset} covers {span}; applied to {day} because it was named",
            ruleset=ruleset.name,
            span=ruleset.span,
            day=day,
        )
        notices.append(Notice("outside_span", said))
    every: tuple[ExactRuleSet, ...] = (rules.exact, *(v for _, v in rules.exact.variants))
    weights = (one.total_weight for one in every if ruleset.dimensions)
    for total in weights:
        if total not in (None, 1):
            said = message(
                "weights of dimensions add up to {total:g}, not 1: rescaled",
                total=float(total or 0),
            )
            notices.append(Notice("weights_rescaled", said))
    for used in rules.numbers_used:
        if used.shops:
            said = message(
                "numbers missing in the rule set come from {file} for its own shops: {shops}",
                file=used.file,
                shops=listed(used.shops, most=3),
            )
        elif used.industries:
            said = message(
                "numbers missing in the rule set come from {file} for {industries}",
                file=used.file,
                industries=listed(used.industries),
            )
        else:
            said = message("numbers missing in the rule set come from {file}", file=used.file)
        notices.append(Notice("numbers_supplied", said))
    if rules.profile is not None:
        said = message(
            "numbers that nobody supplied come from profile {name}: {label}",
            name=rules.profile.id,
            label=rules.profile.label,
        )
        notices.append(Notice("profile_used", said))
    return tuple(notices)


def publication_day(as_of: date | str | None, zone: str) -> date:
    """Return the day of publication as a date; by default today on the clock of a zone.

    Raises:
        UsageError: for an invalid date.
    """
    if as_of is None:
        return datetime.now(ZoneInfo(zone)).date()
    if isinstance(as_of, datetime):
        return as_of.date()
    if isinstance(as_of, date):
        return as_of
    try:
        return date.fromisoformat(as_of)
    except (ValueError, TypeError):
        said = message("{text!r} is not a date; write YYYY-MM-DD", text=as_of)
        raise UsageError(said) from None


def is_file(ruleset: RuleSetName) -> bool:
    """Return whether a rule set is named by the path of a TOML file."""
    return isinstance(ruleset, Path) or (isinstance(ruleset, str) and ruleset.endswith(".toml"))


def find_ruleset(scorecard: Scorecard, ruleset: RuleSetName, day: date) -> RuleSet:
    """Return a rule set by its version or TOML file; for None the one in force on a day.

    Raises:
        CoverageError: where there is none, or it belongs to another scorecard.
    """
    if ruleset is None:
        return scorecard.at(day)
    if isinstance(ruleset, RuleSet):
        selected = ruleset
    elif is_file(ruleset):
        selected = read_ruleset(Path(ruleset), scorecard)
    else:
        selected = scorecard.ruleset(str(ruleset).removeprefix(f"{scorecard.name}/"))
    if (selected.platform, selected.scorecard) != (scorecard.platform, scorecard.id):
        said = message(
            "rule set {ruleset} is not one of {scorecard}",
            ruleset=selected.name,
            scorecard=scorecard.name,
        )
        raise CoverageError(said)
    return selected


def read_ruleset(path: Path, scorecard: Scorecard) -> RuleSet:
    """Read a rule set from a user's TOML file; it may extend an installed one.

    Raises:
        InputError: where the file cannot be read.
        RuleSetError: where the rule set is invalid.
    """

    def look_up(name: str) -> tuple[str, str]:
        own = name.startswith(f"{scorecard.name}/")
        return scorecard.look_up(name) if own else catalog.ruleset_text(name)

    return parse_ruleset(read_text(path), str(path), look_up, kinds=scorecard.own_kinds)
