"""Runs the checks of the kit on a plugin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..plugins.catalog import plugin_records
from ..plugins.conflicts import platforms_of
from ..plugins.isolation import describe_error
from ..plugins.records import PluginRecord
from .report import Check, Report
from .subject import Checking, Subject, failed, find_plugins, passed


def check_plugin(name: str) -> Report:
    """Run every check on an installed plugin.

    Args:
        name: its entry point's name, or ``distribution:name``.

    Raises:
        CoverageError: where no such plugin is installed.
    """
    return check_records(plugin_records(), name)


def check_records(records: Iterable[PluginRecord], name: str) -> Report:
    """Run every check on one plugin among ``records``.

    Where several distributions share the name, the report covers all of them.
    """
    installed = tuple(records)
    selected = find_plugins(installed, name)
    checks: list[Check] = []
    for record in selected:
        checks.append(_check_status(record))
        if record.status == "active":
            subject = Subject(record, platforms_of(installed))
            for checking in _all_checks():
                checks.extend(_run(checking, subject))
    return Report(name, tuple(checks))


def _run(checking: Checking, subject: Subject) -> Iterator[Check]:
    """Yield the results of a check; a fault that it did not foresee is one as well."""
    try:
        yield from checking(subject)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything, even SystemExit
        yield failed(checking.__name__, subject.record.origin, describe_error(error))


def _check_status(record: PluginRecord) -> Check:
    if record.status == "active":
        return passed("loads", record.origin)
    return failed("loads", record.origin, f"{record.status}: {record.error or 'switched off'}")


def _all_checks() -> tuple[Checking, ...]:
    from . import (
        addition_checks,
        composition_laws,
        counting_laws,
        declarations,
        document_checks,
        example_checks,
        golden_cases,
        lever_checks,
        points_laws,
        processes,
        shop_laws,
        task_checks,
    )

    return (
        processes.import_budget,
        processes.public_names,
        declarations.labels,
        declarations.rulesets_parse,
        declarations.metrics_exist,
        declarations.metric_sources,
        declarations.weights_sum,
        declarations.spans,
        declarations.tallies_are_integers,
        lever_checks.levers,
        task_checks.tasks,
        lever_checks.layouts,
        document_checks.documents,
        example_checks.examples,
        addition_checks.additions,
        shop_laws.scoring,
        shop_laws.aggregators,
        shop_laws.scorers,
        composition_laws.compositions,
        counting_laws.oracle,
        counting_laws.state_law,
        counting_laws.windows_commute,
        counting_laws.empty_input,
        counting_laws.one_row,
        counting_laws.missing_columns,
        points_laws.monotone,
        processes.determinism,
        golden_cases.golden_cases,
    )
