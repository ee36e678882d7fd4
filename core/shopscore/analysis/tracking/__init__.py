"""Tracking: the score of each day of a range, and what a change of rules did on its day."""
