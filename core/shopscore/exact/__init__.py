"""Exact numbers: integers, decimals, fractions, and columns of them."""
