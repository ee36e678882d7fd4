"""Rule sets from TOML, checked: what they say, which numbers they lack, how values become points."""
