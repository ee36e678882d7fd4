"""Reasons: why a shop has its score, metric by metric, event by event."""
