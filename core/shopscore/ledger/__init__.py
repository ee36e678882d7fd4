"""A ledger on disk: events as they came, and what they add up to, day by day."""
