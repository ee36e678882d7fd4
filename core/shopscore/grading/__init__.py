"""Integers become metric values, and values become points."""
