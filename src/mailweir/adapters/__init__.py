"""Doors out: the ports, built on real things."""
