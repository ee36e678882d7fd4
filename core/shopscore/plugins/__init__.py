"""Plugins: the hooks a platform's package implements, and a loader that isolates its failures."""
