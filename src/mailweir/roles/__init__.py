"""Processes that we can be: the only place where ports meet adapters."""
