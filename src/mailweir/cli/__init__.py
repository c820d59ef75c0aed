"""The command line."""

from mailweir.cli.program import main

__all__ = ["main"]
