"""Bytes to values and back, without I/O: nothing here waits, and nothing here knows the rest of the house."""
