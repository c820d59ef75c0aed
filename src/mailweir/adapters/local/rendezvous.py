"""Where the processes of one node find each other's sockets: a directory that only we can enter."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

# sockaddr_un holds 108 octets on Linux and 104 elsewhere; `<pid>-<n>.sock` needs at most 20 of them.
_LONGEST = 100
_NAME = 20


def rendezvous(directory: Path) -> Path:
    """`directory`, or one under the system's temporary directory when its path is too long for a socket.

    Made when it is not there. Raises OSError when it is not ours alone.
    """
    place = directory
    if len(os.fsencode(directory.absolute())) + 1 + _NAME > _LONGEST:
        digest = hashlib.sha256(os.fsencode(directory.absolute())).hexdigest()[:16]
        place = Path(tempfile.gettempdir()) / f"mailweir-{os.geteuid()}-{digest}"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = place.lstat()
    # Anybody may have made a directory of that name in a temporary directory before us.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise PermissionError(f"{place} is not a directory that only this user can enter: remove it")
    return place
