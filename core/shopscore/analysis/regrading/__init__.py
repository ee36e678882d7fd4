"""Scoring shops once more as they might be: with other sums or values, among peers as they are."""
