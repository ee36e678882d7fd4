"""Events on Apache Spark: the package's own reading and counting, on every partition of shops.

>>> import shopscore.spark
>>> shopscore.spark.__all__
['Counted', 'tally']
"""

from __future__ import annotations

from .counted import Counted
from .tallying import tally

__all__ = ["Counted", "tally"]
