"""What the supervisor tells a child: who it is, what holds, and which descriptors are for what.

It goes through the child's standard input, since arguments and environment can be read by others and
the settings hold secrets. The supervisor keeps its end open for life: end of file means that it is gone.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from mailweir.config.settings import Settings

INPUT = 0
"""The descriptor on which a child reads its assignment, and later the end of its supervisor."""

_LENGTH = 4  # octets in front of the JSON, which say how long it is


@dataclass(frozen=True, slots=True)
class Assignment:
    """`target` is the role's `module:function`; `doors` holds the descriptors of each door's sockets.

    The child writes one line to the descriptor `report` when it serves. `lock` is the descriptor of the
    data directory's lock, which a child holds with its supervisor.
    """

    settings: Settings
    role: str
    target: str
    doors: dict[str, list[int]]
    report: int
    lock: int | None
    niceness: int

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Every descriptor that the child is handed."""
        sockets = [one for numbers in self.doors.values() for one in numbers]
        return (*sockets, self.report, *(() if self.lock is None else (self.lock,)))

    def handed(self, descriptors: Sequence[int]) -> "Assignment":
        """The same with the numbers that `descriptors` have where they were handed to, in their order."""
        number = dict(zip(self.descriptors, descriptors, strict=True))
        return replace(
            self,
            doors={door: [number[one] for one in numbers] for door, numbers in self.doors.items()},
            report=number[self.report],
            lock=None if self.lock is None else number[self.lock],
        )


def encode(assignment: Assignment) -> bytes:
    """As it goes through the pipe."""
    text = msgspec.json.encode(assignment, enc_hook=str)
    return len(text).to_bytes(_LENGTH, "big") + text


def read(descriptor: int = INPUT) -> Assignment:
    """Raises EOFError when the supervisor ended meanwhile."""
    length = int.from_bytes(_exactly(descriptor, _LENGTH), "big")
    return msgspec.json.decode(_exactly(descriptor, length), type=Assignment, dec_hook=_decode)


def _exactly(descriptor: int, length: int) -> bytes:
    parts: list[bytes] = []
    while length:
        part = os.read(descriptor, length)
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _decode(kind: type, value: object) -> Path:
    assert kind is Path  # noqa: S101  the only field type that JSON does not know
    return Path(str(value))
