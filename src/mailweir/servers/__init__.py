"""Doors in: what listens."""
