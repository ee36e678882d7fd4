"""What a rule set is made of: plain frozen values, without columns of data.

Nothing here imports numpy or polars, so that plugins are listed fast.
"""
