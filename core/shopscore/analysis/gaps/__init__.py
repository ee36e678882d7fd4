"""Gaps: what reaches a target, and what leaves the windows on the days to come."""
