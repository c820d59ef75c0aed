"""The book in a file: any process appends to it under a lock, and every process reads what was added.

Nobody owns it, so that nothing can be lost on the way to an owner, and a command bans with everything else
down (docs/decisions/0021). When it has grown too long, whoever appends writes it anew without what is
outdated: the next *generation*.
"""

import errno
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from mailweir.adapters.banbook.files import locked, make_directory, write_at, write_whole
from mailweir.adapters.banbook.frames import FRAME, HEAD, Head, book, frames, head_of, scan
from mailweir.adapters.banbook.holders import Place, holders
from mailweir.model.ban import Edit, Holder, Position
from mailweir.policy.blocklist import Bans
from mailweir.ports.banbook import Reading
from mailweir.ports.clock import Clock
from mailweir.ports.errors import UnavailableError

_LONG: Final = 2 << 20  # octets from which on a book is written anew
_TIMES: Final = 2  # and it has to be so many times as long as it was when it was written anew
_PATIENCE: Final = 5.0  # seconds that another process may hold the lock
_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class _Seen(NamedTuple):
    """The state of the file at a look."""

    inode: int
    size: int
    changed: int


class _Mark(NamedTuple):
    """How far the file was read. `last`: where the last frame begins, and how: what is in its place is it."""

    inode: int
    position: Position
    last: tuple[int, bytes] | None


class FileBanBook:
    """To be used by several threads, one at a time in each method. `role` None: only looks and writes."""

    def __init__(
        self, directory: Path, clock: Clock, *, limit: int, role: str | None = None, long: int = _LONG
    ) -> None:
        """`directory`: made when it is not there. Raises UnavailableError."""
        self._path = directory / "book"
        self._lock_path = directory / "lock"
        self._held = directory / "held"
        self._clock = clock
        self._limit = limit
        self._long = long
        self._seen: _Seen | None = None
        self._mark: _Mark | None = None
        self._unsynced = False
        self._one_at_a_time = Lock()
        with _translated(directory):
            make_directory(directory)
            self._place = None if role is None else Place(self._held, role)

    def changed(self) -> bool:
        """Whether there may be more to read."""
        return _look(self._path) not in {None, self._seen}

    def read(self) -> Reading:
        """What was added since the last call; all anew when what was read is no more what is there."""
        seen = _look(self._path)
        if seen is None:
            return Reading((), Position() if self._mark is None else self._mark.position)
        with _translated(self._path):
            handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                found = self._read(handle)
            finally:
                os.close(handle)
        self._seen = seen
        return found

    def append(self, edits: Sequence[Edit]) -> Position:
        """Under the lock, and synced. What a crash has cut off at the end goes first."""
        with self._one_at_a_time, _translated(self._path), locked(self._lock_path, self._clock, _PATIENCE):
            if not self._path.exists():
                return self._write(0 if self._mark is None else self._mark.position.generation, edits)
            if self._unsynced:
                return self._write_anew(edits)
            handle = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
            try:
                position = self._append(handle, frames(edits))
                long = max(self._long, _TIMES * self._head(handle).first_size)
            finally:
                os.close(handle)
            return position if position.offset <= long else self._shortened(position)

    def confirm(self, position: Position) -> None:
        """Notes it for `holders`; that it cannot be noted harms nobody but who asks."""
        if self._place is not None:
            try:
                self._place.note(position)
            except OSError:
                return

    def holders(self) -> Sequence[Holder]:
        """Those whose lock is held."""
        with _translated(self._held):
            return holders(self._held)

    def close(self) -> None:
        """Leaves the holders."""
        if self._place is not None:
            self._place.leave()

    def _read(self, handle: int) -> Reading:
        inode = os.fstat(handle).st_ino
        mark = self._mark
        anew = mark is None or mark.inode != inode or not _is_there(handle, mark)
        start = HEAD if anew or mark is None else mark.position.offset
        generation = self._head(handle).generation
        scanned = scan(_rest(handle, start))
        position = Position(generation, start + scanned.end)
        last = None if anew or mark is None else mark.last
        if scanned.last is not None:
            at = start + scanned.last
            last = (at, os.pread(handle, FRAME, at))
        self._mark = _Mark(inode, position, last)
        return Reading(scanned.edits, position, anew and mark is not None, scanned.damaged)

    def _append(self, handle: int, octets: bytes) -> Position:
        generation = self._head(handle).generation
        end = self._end(handle)
        if os.fstat(handle).st_size > end:
            os.ftruncate(handle, end)
        try:
            write_at(handle, octets, end)
            self._unsynced = True  # after a failed sync only a new file is believed
            os.fsync(handle)
            self._unsynced = False
        except OSError:
            with suppress(OSError):
                os.ftruncate(handle, end)
            raise
        return Position(generation, end + len(octets))

    def _end(self, handle: int) -> int:
        """Where the last whole frame ends."""
        mark = self._mark
        known = mark is not None and mark.inode == os.fstat(handle).st_ino and _is_there(handle, mark)
        start = mark.position.offset if known and mark is not None else HEAD
        return start + scan(_rest(handle, start)).end

    def _head(self, handle: int) -> Head:
        return head_of(os.pread(handle, HEAD, 0), str(self._path))

    def _shortened(self, position: Position) -> Position:
        """The edits are kept already, so that it does no harm when this fails."""
        try:
            return self._write_anew(())
        except OSError:
            return position

    def _write_anew(self, edits: Sequence[Edit]) -> Position:
        """The next generation, with these, and without what has ended long ago."""
        octets = self._path.read_bytes()
        generation = head_of(octets[:HEAD], str(self._path)).generation
        bans = Bans(self._limit)
        for edit in (*scan(octets, HEAD).edits, *edits):
            bans.merge(edit)
        bans.forget(self._clock.now())
        return self._write(generation, bans.edits())

    def _write(self, before: int, edits: Sequence[Edit]) -> Position:
        octets = book(before + 1, edits)
        write_whole(self._path, octets)
        self._unsynced = False
        return Position(before + 1, len(octets))


def _look(path: Path) -> _Seen | None:
    """None when the file is not there, or does not say."""
    try:
        state = os.stat(path)  # noqa: PTH116  twenty times a second: Path.stat takes twice as long
    except OSError:
        return None
    return _Seen(state.st_ino, state.st_size, state.st_mtime_ns)


def _is_there(handle: int, mark: _Mark) -> bool:
    """Whether what was read is what lies there, up to its last frame."""
    if os.fstat(handle).st_size < mark.position.offset:
        return False
    return mark.last is None or os.pread(handle, FRAME, mark.last[0]) == mark.last[1]


def _rest(handle: int, start: int) -> bytes:
    pieces: list[bytes] = []
    while piece := os.pread(handle, 1 << 20, start):
        pieces.append(piece)
        start += len(piece)
    return b"".join(pieces)


@contextmanager
def _translated(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in _NO_SPACE
        raise UnavailableError(f"{path} cannot be used: {error.strerror}", full=full) from error
