"""Points become a published score."""
