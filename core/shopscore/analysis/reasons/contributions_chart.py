"""The chart of a score: what each part of the rules gives to a score, and what it costs."""

from __future__ import annotations

from fractions import Fraction

from ...charts.drawing import Chart
from ...charts.specifications import gives_and_costs
from ...errors import UsageError
from ...messages import in_language, message
from ...plugins.bound_rules import BoundRuleSet
from ...results.figures import decimals
from .contributions import Decomposition, contribution_name


def contributions_chart(
    shop_id: str, split: Decomposition, rules: BoundRuleSet, lang: str = "en"
) -> Chart:
    """Return the chart of the score of a shop, the part that costs most first.

    Raises:
        UsageError: where nothing adds up to a score.
    """
    own = [one for one in split.lines if one.kind in ("metric", "dimension")]
    if not own:
        raise UsageError(split.note or message("no part of it is a metric's"))
    lines = sorted(own, key=lambda one: -(one.lost or Fraction(0)))
    shown = (split.score_exact or Fraction(0)) + (split.rounding or Fraction(0))
    parts = [
        {
            "name": in_language(contribution_name(one, rules), lang),
            "gives": float(one.gives),
            "costs": None if one.lost is None else float(one.lost),
        }
        for one in lines
    ]
    said = message(
        "{shop}: {score}; what each part gives, and costs against full points",
        shop=shop_id,
        score=decimals(float(shown), int(rules.exact.decimals)),
    )
    each = (f"{part['name']} {part['gives']:.4f}, −{part['costs'] or 0:.4f}" for part in parts)
    return Chart(gives_and_costs(parts), said.text(lang), "; ".join(each))
