"""Rows become integers that add up."""
