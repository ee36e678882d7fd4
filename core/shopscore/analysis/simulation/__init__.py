"""Simulation: what levers, or other values, would make of the score of one shop."""
