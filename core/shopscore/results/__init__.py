"""What a user holds: columns with every number behind a score, as views, JSON and CSV."""
