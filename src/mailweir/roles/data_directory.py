"""The data directory: made, checked and locked before anything else touches it.

One supervisor (or one `--single`) has it alone; roles started one by one share it. The lock is a
`flock` on `mailweir.lock`, which ends when the last process that inherited it ends, so a successor
never meets children of a killed predecessor. The file names its holder for whom it turns away.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shlex
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Event

from mailweir.adapters.sqlite.connection import File
from mailweir.config.load import flag
from mailweir.config.settings import TABLE
from mailweir.observe.logs import escaped
from mailweir.roles.errors import StartError

LAYOUT = 1
"""The number of this layout of the data directory; a newer one is not touched."""

_SECRET_OCTETS = 32
_LOCK = "mailweir.lock"
_LONGEST_NOTE = 16_384  # octets read from the small files here
_LONGEST_COMMAND = 1_000  # characters, each of which may need ten octets when it is escaped
_ORPHANS_END = 5.0  # seconds that children of a killed supervisor get to end
_LOOK_AGAIN = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """A directory that is ours while `lock`, a file descriptor, is open here or in a child."""

    path: Path
    lock: int

    def secret(self) -> str:
        """The secret that signs sessions and links: made on first use, then always the same."""
        path = self.path / "secret"
        try:
            if not path.exists():
                _write_durably(path, secrets.token_urlsafe(_SECRET_OCTETS))
            secret = _note(path).strip()
        except OSError as error:
            raise StartError(f"{path} cannot be read or made ({error.strerror}); mend its rights.") from error
        if not secret:
            raise StartError(f"{path} is empty; delete it and a new secret is made (sessions and links end).")
        return secret

    def release(self) -> None:
        """Gives up this process's hold on the directory."""
        os.close(self.lock)


def take(path: Path, *, alone: bool) -> DataDirectory:
    """Makes the directory when it is missing, closes, locks and checks it. Raises StartError."""
    _make(path)
    _close_to_others(path)
    lock = _lock(path, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
    try:
        _check_layout(path)
    except BaseException:
        os.close(lock)
        raise
    return DataDirectory(path, lock)


def _make(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise StartError(f"The data directory {path} is a file; name a directory with --data.") from error
    except OSError as error:
        raise StartError(
            f"The data directory {path} cannot be made ({error.strerror}); "
            "make it for this user, or name another with --data."
        ) from error


def _close_to_others(path: Path) -> None:
    """Private mail and keys lie there. What holds other things is not closed to those who may use them."""
    found = path.stat()
    if not found.st_mode & 0o077:
        return
    ours = any((path / name).exists() for name in (_LOCK, "version", File.ACCOUNTS.database))
    if any(path.iterdir()) and not ours:
        raise StartError(
            f"The data directory {path} is open to other users and holds other things; "
            "name a directory of its own with --data, or close it: chmod 700."
        )
    try:
        path.chmod(0o700)
    except OSError as error:
        raise StartError(
            f"The data directory {path} is open to other users and cannot be closed ({error.strerror})."
        ) from error


def _lock(path: Path, kind: int) -> int:
    """Locks the directory for this process and leaves its name in the lock file."""
    file = path / _LOCK
    try:
        lock = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        _acquire(lock, kind, path)
        os.ftruncate(lock, 0)
        os.pwrite(lock, json.dumps({"pid": os.getpid(), "command": _command()}).encode(), 0)
    except OSError as error:
        os.close(lock)
        raise _unwritable(path, error) from error
    except BaseException:
        os.close(lock)
        raise
    return lock


def _acquire(lock: int, kind: int, path: Path) -> None:
    """Waits only while the holder that the file names is dead, since then its children are about to end."""
    ends = time.monotonic() + _ORPHANS_END
    while True:
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid, command = _holder(lock)
            if _alive(pid) or time.monotonic() > ends:
                raise StartError(
                    f"The data directory {path} is in use by process {pid} ({command}); "
                    "stop that one, or name another directory with --data."
                ) from error
            Event().wait(_LOOK_AGAIN)
        else:
            return


def _holder(lock: int) -> tuple[int, str]:
    """Who holds the lock; process 0 when the file does not say yet."""
    with contextlib.suppress(ValueError, KeyError, TypeError):
        note = json.loads(os.pread(lock, _LONGEST_NOTE, 0))
        return int(note["pid"]), str(note["command"])
    return 0, "unknown"


def _alive(pid: int) -> bool:
    """Whether that other process runs. Our own number in the file is left from an earlier container."""
    if pid in {0, os.getpid()}:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _command() -> str:
    """How this process was started, without what follows a flag for a secret."""
    try:
        words = Path("/proc/self/cmdline").read_bytes().decode("utf-8", "backslashreplace").split("\0")
    except OSError:  # not Linux
        return "mailweir"
    flags = tuple(flag(name) for name, setting in TABLE.items() if setting.secret)
    hidden = [word if before not in flags else "***" for before, word in pairwise(["", *words[:-1]])]
    shown = [word.partition("=")[0] if word.startswith(flags) else word for word in hidden]
    return escaped(shlex.join(shown)[:_LONGEST_COMMAND])


def _check_layout(path: Path) -> None:
    """Refuses what a newer version has written, and leaves our number in a new directory.

    Writing it anew on every start is also the proof that the disk takes writes.
    """
    version = path / "version"
    try:
        written = _note(version).strip() if version.exists() else str(LAYOUT)
        if not (written.isascii() and written.isdecimal()):
            raise StartError(f"{version} does not hold a number; name another data directory with --data.")
        if int(written) > LAYOUT:
            raise StartError(
                f"The data directory {path} is of a newer Mailweir (layout {written}, "
                f"this one knows {LAYOUT}); install the newer version again, or name another with --data."
            )
        _write_durably(version, str(LAYOUT))
    except OSError as error:
        raise _unwritable(path, error) from error


def _note(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_LONGEST_NOTE).decode("utf-8", "replace")


def _write_durably(path: Path, text: str) -> None:
    """All or nothing, also when the power goes: a new file, synced, then renamed."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, text.encode() + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _unwritable(path: Path, error: OSError) -> StartError:
    return StartError(
        f"The data directory {path} cannot be written ({error.strerror}); "
        "give this user the right to write and the disk some room, or name another with --data."
    )
