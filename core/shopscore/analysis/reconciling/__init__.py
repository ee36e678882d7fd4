"""Reconciling: what is computed beside what a console shows, and what would make them agree."""
