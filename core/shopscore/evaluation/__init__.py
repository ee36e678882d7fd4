"""Evaluators of the expression tree: polars for speed, plain Python as its oracle, and bounds."""
