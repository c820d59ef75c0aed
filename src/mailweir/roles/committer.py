"""The program of a role's own committer: `python -m mailweir.roles.committer DIRECTORY LOG_FORMAT`.

Its standard input is the socket to the role, and it ends when the role does. It has an interpreter of
its own, so that SQLite and the role's loop do not wait for each other's lock.
"""

import os
import socket
import sys
from pathlib import Path
from typing import Literal, cast

from mailweir.adapters.sqlite.committer import Committer
from mailweir.adapters.sqlite.committing_apart import serve
from mailweir.adapters.sqlite.disk import Watermarks
from mailweir.adapters.sqlite.writer import Writer
from mailweir.adapters.system import SystemClock
from mailweir.observe import logs
from mailweir.ports.errors import UnavailableError

_STANDARD_INPUT = 0


def main() -> int:
    """1 when the store cannot be opened or something of ours failed."""
    directory = Path(sys.argv[1])
    logs.configure(cast("Literal['json', 'text']", sys.argv[2]), role="committer", pid=os.getpid())
    log = logs.get()
    try:
        with socket.socket(fileno=_STANDARD_INPUT) as link:
            committer = Committer(directory, Writer(directory, SystemClock()), Watermarks())
            serve(committer, link)
            committer.close()
    except UnavailableError as error:
        log.error("the store cannot be opened", why=str(error))  # noqa: TRY400  a sentence says it all
        return 1
    except ConnectionError:
        return 0  # the role ended and did not wait for an answer
    except Exception:
        log.exception("the committer failed")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
