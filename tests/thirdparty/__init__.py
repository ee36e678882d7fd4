"""Packages of third parties, broken on purpose and healthy, built and installed as wheels."""
