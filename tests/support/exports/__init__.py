"""Files as platforms export them, written by hand, with the canonical rows that they must become."""
