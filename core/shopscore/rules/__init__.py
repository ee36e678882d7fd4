"""Rule sets from TOML, checked: their numbers, which of them are missing, and their scorers."""
