"""`mailweir sendmail` as programs start it, and what a server has then."""

import re
import subprocess
from collections.abc import Mapping
from itertools import count
from typing import Final

from fakes.server import COMMAND, Server, environment

ORIGIN: Final = "here.test"
NUMBERS: Final = count()
NO_VARIABLES: Final[Mapping[str, str]] = {}


def somebody() -> str:
    """An inbox that nothing has come to yet."""
    return f"bob{next(NUMBERS)}@here.test"


def sendmail(
    server: Server | None,
    *words: str,
    message: bytes = b"Subject: s\n\nx\n",
    variables: Mapping[str, str] = NO_VARIABLES,
) -> "subprocess.CompletedProcess[bytes]":
    where = {"MAILWEIR_SMTP": str(server.smtp)} if server else {}
    return subprocess.run(
        [COMMAND, "sendmail", *words],
        input=message,
        capture_output=True,
        check=False,
        timeout=60,
        env={**environment(), "MAILWEIR_ORIGIN": ORIGIN, **where, **variables},
    )


def ended(done: "subprocess.CompletedProcess[bytes]") -> tuple[int, str]:
    """Exit code and sentence."""
    said = done.stderr.decode()
    assert done.stdout == b""
    assert re.fullmatch(r"(sendmail: [^\n]+\n)?", said), said
    return done.returncode, said


def taken(done: "subprocess.CompletedProcess[bytes]") -> None:
    assert ended(done) == (0, "")


def arrived(server: Server, inbox: str) -> bytes:
    """The one message that has come there, as it was sent."""
    (one,) = server.api.inbox(inbox)
    return server.api.content(inbox, one["_id"])


def sender_of(server: Server, inbox: str) -> str:
    (one,) = server.api.inbox(inbox)
    raw = server.api.raw(inbox, one["_id"]).decode("utf-8", "replace")
    return raw.partition("\r\n")[0]
