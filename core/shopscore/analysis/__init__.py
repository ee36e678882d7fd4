"""Questions asked of files, rules and results."""
