"""Raw cells become rows: typed, checked, merged, latest state only, repaired, linked."""
