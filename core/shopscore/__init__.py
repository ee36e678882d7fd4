"""shopscore: e-commerce shop experience scores (店铺体验分), with every number behind them.

Names are loaded when they are first used, so that ``import shopscore`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import tasks as tasks
    from .analysis.gaps.finding import gap as gap
    from .analysis.gaps.found import Gaps as Gaps
    from .analysis.open_tasks.asking import todo as todo
    from .analysis.open_tasks.listing import Todo as Todo
    from .analysis.open_tasks.open_task import OpenTask as OpenTask
    from .analysis.reasons.explaining import explain as explain
    from .analysis.reasons.explanation import Explanation as Explanation
    from .analysis.reconciling.matching import reconcile as reconcile
    from .analysis.reconciling.reconciliation import Reconciliation as Reconciliation
    from .analysis.simulation.running import simulate as simulate
    from .analysis.simulation.simulated import Simulation as Simulation
    from .analysis.tracking.following import track as track
    from .analysis.tracking.tracks import Track as Track
    from .charts.drawing import Chart as Chart
    from .composing.standards import Standards as Standards
    from .counting.resolution import Resolved as Resolved
    from .counting.state import Tallies as Tallies
    from .errors import BusyError as BusyError
    from .errors import CoverageError as CoverageError
    from .errors import DeclarationError as DeclarationError
    from .errors import ExpressionError as ExpressionError
    from .errors import InputError as InputError
    from .errors import PluginError as PluginError
    from .errors import PluginErrorGroup as PluginErrorGroup
    from .errors import RequirementError as RequirementError
    from .errors import RuleSetError as RuleSetError
    from .errors import ShopscoreError as ShopscoreError
    from .errors import ShopscoreWarning as ShopscoreWarning
    from .errors import StateError as StateError
    from .errors import StrictError as StrictError
    from .errors import UsageError as UsageError
    from .evaluation.with_python import evaluate as evaluate
    from .exact.rationals import Rationals as Rationals
    from .grading import ranking as ranking
    from .grading.benchmarks import Benchmark as Benchmark
    from .ledger.ingesting import Ingested as Ingested
    from .ledger.ledger import Ledger as Ledger
    from .ledger.revisions import Revision as Revision
    from .messages import Message as Message
    from .messages import bilingual as bilingual
    from .model.aggregators import Aggregator as Aggregator
    from .model.aggregators import BandedMean as BandedMean
    from .model.aggregators import Count as Count
    from .model.aggregators import GradedRate as GradedRate
    from .model.aggregators import Mean as Mean
    from .model.aggregators import Over as Over
    from .model.aggregators import Quantile as Quantile
    from .model.aggregators import Ratio as Ratio
    from .model.aggregators import SumOverSum as SumOverSum
    from .model.aggregators import Total as Total
    from .model.assumptions import Assumption as Assumption
    from .model.balances import Balance as Balance
    from .model.builders import assumed as assumed
    from .model.builders import col as col
    from .model.builders import day as day
    from .model.builders import fact_on as fact_on
    from .model.builders import first_of as first_of
    from .model.builders import has_row as has_row
    from .model.builders import lit as lit
    from .model.builders import month as month
    from .model.builders import number as number
    from .model.builders import time_of_day as time_of_day
    from .model.builders import when as when
    from .model.expressions import Expr as Expr
    from .model.layouts import Layout as Layout
    from .model.levers import Lever as Lever
    from .model.links import Link as Link
    from .model.metrics import Metric as Metric
    from .model.metrics import RateMetric as RateMetric
    from .model.metrics import ValueMetric as ValueMetric
    from .model.rulesets import RuleSet as RuleSet
    from .model.rulesets import Source as Source
    from .model.several_windows import Change as Change
    from .model.several_windows import LookBack as LookBack
    from .model.several_windows import WorstDays as WorstDays
    from .model.shop_statuses import ShopStatus as ShopStatus
    from .model.streams import Column as Column
    from .model.streams import Stream as Stream
    from .model.tallies import Distinct as Distinct
    from .model.tallies import Once as Once
    from .model.tallies import Tally as Tally
    from .model.tasks import Task as Task
    from .model.windows import Calendar as Calendar
    from .model.windows import Days as Days
    from .model.windows import DayWeights as DayWeights
    from .model.windows import SinceStartOf as SinceStartOf
    from .model.windows import Window as Window
    from .notices import Notice as Notice
    from .plugins.additions import Addition as Addition
    from .plugins.additions import Fact as Fact
    from .plugins.additions import RuleSetFolder as RuleSetFolder
    from .plugins.catalog import platform as platform
    from .plugins.catalog import platforms as platforms
    from .plugins.catalog import plugin_records as plugin_records
    from .plugins.declarations import Platform as Platform
    from .plugins.declarations import Scorecard as Scorecard
    from .plugins.hooks import PLUGIN_API as PLUGIN_API
    from .plugins.hooks import hookimpl as hookimpl
    from .plugins.records import PluginRecord as PluginRecord
    from .reading.documents.documents import Documents as Documents
    from .reading.documents.loading import read_documents as read_documents
    from .reading.events import Events as Events
    from .reading.loading import read_events as read_events
    from .reading.report import LoadReport as LoadReport
    from .results.result import Result as Result
    from .rules.compositions import Composition as Composition
    from .rules.scorers import Bands as Bands
    from .rules.scorers import Context as Context
    from .rules.scorers import Linear as Linear
    from .rules.scorers import PercentileCurve as PercentileCurve
    from .rules.scorers import Points as Points
    from .rules.scorers import Scorer as Scorer
    from .rules.scorers import Threshold as Threshold
    from .scoring import resolve as resolve
    from .scoring import score as score
    from .scoring import score_values as score_values
    from .scoring import tally as tally
    from .scoring_days import score_days as score_days
    from .workspace.running import run_workspace as run_workspace
    from .workspace.settings import ShopSettings as ShopSettings
    from .workspace.settings import Workspace as Workspace
    from .workspace.settings import read_workspace as read_workspace
    from .workspace.sheet import Sheet as Sheet

_HOMES = {
    "analysis.reconciling.matching": ("reconcile",),
    "analysis.reconciling.reconciliation": ("Reconciliation",),
    "analysis.gaps.finding": ("gap",),
    "analysis.gaps.found": ("Gaps",),
    "analysis.simulation.running": ("simulate",),
    "analysis.simulation.simulated": ("Simulation",),
    "analysis.tracking.following": ("track",),
    "analysis.tracking.tracks": ("Track",),
    "analysis.open_tasks.asking": ("todo",),
    "analysis.open_tasks.listing": ("Todo",),
    "analysis.open_tasks.open_task": ("OpenTask",),
    "analysis.reasons.explaining": ("explain",),
    "analysis.reasons.explanation": ("Explanation",),
    "charts.drawing": ("Chart",),
    "composing.standards": ("Standards",),
    "counting.resolution": ("Resolved",),
    "counting.state": ("Tallies",),
    "errors": (
        "BusyError",
        "CoverageError",
        "DeclarationError",
        "ExpressionError",
        "InputError",
        "PluginError",
        "PluginErrorGroup",
        "RequirementError",
        "RuleSetError",
        "ShopscoreError",
        "ShopscoreWarning",
        "StateError",
        "StrictError",
        "UsageError",
    ),
    "evaluation.with_python": ("evaluate",),
    "exact.rationals": ("Rationals",),
    "grading.benchmarks": ("Benchmark",),
    "ledger.ingesting": ("Ingested",),
    "ledger.ledger": ("Ledger",),
    "ledger.revisions": ("Revision",),
    "messages": ("Message", "bilingual"),
    "model.aggregators": (
        "Aggregator",
        "BandedMean",
        "Count",
        "GradedRate",
        "Mean",
        "Over",
        "Quantile",
        "Ratio",
        "SumOverSum",
        "Total",
    ),
    "model.assumptions": ("Assumption",),
    "model.balances": ("Balance",),
    "model.builders": (
        "assumed",
        "col",
        "day",
        "fact_on",
        "first_of",
        "has_row",
        "lit",
        "month",
        "number",
        "time_of_day",
        "when",
    ),
    "model.expressions": ("Expr",),
    "model.layouts": ("Layout",),
    "model.levers": ("Lever",),
    "model.links": ("Link",),
    "model.metrics": (
        "Metric",
        "RateMetric",
        "ValueMetric",
    ),
    "model.rulesets": (
        "RuleSet",
        "Source",
    ),
    "model.several_windows": (
        "Change",
        "LookBack",
        "WorstDays",
    ),
    "model.shop_statuses": ("ShopStatus",),
    "model.streams": (
        "Column",
        "Stream",
    ),
    "model.tallies": (
        "Distinct",
        "Once",
        "Tally",
    ),
    "model.tasks": ("Task",),
    "model.windows": (
        "Calendar",
        "DayWeights",
        "Days",
        "SinceStartOf",
        "Window",
    ),
    "notices": ("Notice",),
    "plugins.additions": (
        "Addition",
        "Fact",
        "RuleSetFolder",
    ),
    "plugins.catalog": (
        "platform",
        "platforms",
        "plugin_records",
    ),
    "plugins.declarations": (
        "Platform",
        "Scorecard",
    ),
    "plugins.hooks": (
        "PLUGIN_API",
        "hookimpl",
    ),
    "plugins.records": ("PluginRecord",),
    "reading.documents.documents": ("Documents",),
    "reading.documents.loading": ("read_documents",),
    "reading.events": ("Events",),
    "reading.loading": ("read_events",),
    "reading.report": ("LoadReport",),
    "results.result": ("Result",),
    "rules.compositions": ("Composition",),
    "rules.scorers": (
        "Bands",
        "Context",
        "Linear",
        "PercentileCurve",
        "Points",
        "Scorer",
        "Threshold",
    ),
    "scoring": (
        "resolve",
        "score",
        "score_values",
        "tally",
    ),
    "scoring_days": ("score_days",),
    "workspace.running": ("run_workspace",),
    "workspace.settings": (
        "ShopSettings",
        "Workspace",
        "read_workspace",
    ),
    "workspace.sheet": ("Sheet",),
}
#: Public names that are modules: where each lives.
_MODULES = {"ranking": "grading.ranking", "tasks": "tasks"}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted([*_HOME, *_MODULES])  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{_MODULES[name]}", __name__)
    if name == "__version__":
        from ._version import version

        return version()
    try:
        module = import_module(f".{_HOME[name]}", __name__)
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    value = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
