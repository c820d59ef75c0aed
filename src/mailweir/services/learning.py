"""After a change to accounts: whoever asks this process next is answered by what holds now."""

from contextlib import suppress

from mailweir.ports.directory import Directory
from mailweir.ports.errors import UnavailableError


def learn(directory: Directory) -> None:
    """Without it the change is known within a moment; it is done all the same when the store is away now."""
    with suppress(UnavailableError):
        directory.refresh()
