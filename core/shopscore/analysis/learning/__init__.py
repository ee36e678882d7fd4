"""Learning: what the documents of consoles prove of numbers that a platform does not publish."""
