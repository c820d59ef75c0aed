"""Frames between two processes of ours: four octets of length (big endian), then so many octets."""

from typing import Final

HEADER: Final = 4
"""Octets in front of each frame."""


def header(length: int) -> bytes:
    """What stands in front of a frame of that many octets, fewer than 4 GiB."""
    return length.to_bytes(HEADER, "big")


def length(octets: bytes | bytearray) -> int:
    """How long the frame is that begins with these octets, at least four."""
    return int.from_bytes(octets[:HEADER], "big")


class Frames:
    """Puts frames together again from the pieces that a stream cut them into."""

    def __init__(self) -> None:
        self._heard = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that are complete now."""
        heard = self._heard
        heard += data
        found: list[bytes] = []
        at = 0
        while len(heard) - at >= HEADER:
            end = at + HEADER + length(heard[at : at + HEADER])
            if len(heard) < end:
                break
            found.append(bytes(heard[at + HEADER : end]))
            at = end
        if at:
            del heard[:at]
        return found
