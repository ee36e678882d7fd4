"""Open tasks: what is waiting at a moment, until when, and the points at risk."""
