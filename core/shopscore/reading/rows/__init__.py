"""Raw cells become rows: typed, checked, latest state only, repaired, linked."""
