"""The command line."""

from mailweir.cli.entry import main

__all__ = ["main"]
