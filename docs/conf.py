"""Sphinx: how the documentation is built.

sphinx-build -W -n --keep-going -b html docs docs/_build/html
"""

import sys
from pathlib import Path

import shopscore

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "shopscore"
author = "The shopscore developers"
copyright = author
version = release = shopscore.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "from_code",
    "example_page",
]
exclude_patterns = ["_build"]

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "shopscore"

napoleon_google_docstring = True
napoleon_numpy_docstring = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"

nitpick_ignore_regex = [
    # The build reads no inventory off the network, so types of other libraries are plain text.
    ("py:.*", r"(abc|collections\.abc|datetime|decimal|fractions|pathlib|typing)\..*"),
    ("py:.*", r"(numpy|polars|pandas|np|npt|pl|pd|pluggy)(\..*)?"),
    # Parts of public classes that no public name stands for; one meets them by their attributes.
    (
        "py:class",
        r"shopscore\.(model|rules\.scorers|grading\.(benchmarks|names|cell_places)|exact\.(columns|wide_rows)"
        r"|counting\.(units|state_table)|composing\.standards|results\.(columns|views)|messages"
        r"|reading\.documents\.(documents|extraction)|rules\.numbers_toml|plugins\.bound_rules|analysis\.\w+"
        r"|ledger\.(adding_counted|place|status|verifying|rewriting))\..*",
    ),
    ("py:class", r"shopscore\.results\.basis\.Basis"),
]
nitpick_ignore = [
    # Names that only the type checker knows: they stand in annotations as text.
    ("py:class", "Better"),
    ("py:class", "Document"),
    ("py:class", "DocumentMapping"),
    ("py:class", "Entry"),
    ("py:class", "Floats"),
    ("py:class", "Integers"),
    ("py:class", "Progress"),
    ("py:class", "Path"),
    ("py:class", "date"),
    ("py:class", "datetime"),
    ("py:class", "Paths"),
    ("py:class", "Prefer"),
    ("py:class", "Fraction"),
    ("py:class", "OwnKinds"),
    ("py:class", "ShopOfDocument"),
    ("py:class", "DataFrame"),
    ("py:class", "SparkSession"),
    ("py:class", "NumbersSource"),
    ("py:class", "RuleSetName"),
    ("py:class", "Selection"),
    ("py:class", "Unit"),
    ("py:class", "date"),
    # A constant of a module that is not public.
    ("py:data", "INCIDENT_SCHEMA"),
]
