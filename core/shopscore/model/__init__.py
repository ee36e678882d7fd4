"""What a rule set is made of: plain frozen values, without a column of data in sight.

Nothing here imports numpy or polars, so that plugins can be listed at once.
"""
