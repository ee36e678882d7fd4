"""Evaluation of expressions: polars for speed, plain Python as its oracle, types and bounds."""
