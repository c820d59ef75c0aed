"""Decisions: pure functions of rules, counters and the time that they are given."""
