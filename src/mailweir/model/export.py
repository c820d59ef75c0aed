"""What is handed out of an account's data: files, one after the other."""

from collections.abc import AsyncIterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A name that we have made, when it was made (milliseconds since the epoch), its octets piece by piece.

    The pieces are to be had before the next file is.
    """

    name: str
    made: int
    pieces: AsyncIterator[bytes]
