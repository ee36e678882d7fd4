"""Plugins: what is installed, loaded so that one cannot break another, and which rules apply."""
