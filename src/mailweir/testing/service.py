"""What is asked of a server beside its inboxes, without I/O: runs, and whether it is there."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, TypedDict

from mailweir.testing.box import Box, wanted
from mailweir.testing.errors import MailweirError
from mailweir.testing.exchange import Ask, Conversation, Server
from mailweir.testing.run_facts import RunFacts

USUAL_SMTP_PORT: Final = 1025
"""Where a server takes mail that was told nothing."""

USUAL_TIMEOUT: Final = 30.0
"""Seconds of a wait when nothing is said."""

_LOOKS_BACK: Final = 60  # seconds, as the server does


class MailServer(NamedTuple):
    """Where an application sends its mail."""

    host: str
    port: int

    @classmethod
    def of(cls, text: str) -> "MailServer":
        """That of `host:port`. Raises MailweirError."""
        host, _, port = text.rpartition(":")
        if not host or not port.isdecimal():
            raise MailweirError(f"{text!r} is no mail server; write it as host:port.", 400)
        return cls(host.strip("[]"), int(port))


class RunWish(TypedDict, total=False):
    """What a run is called, how many seconds it lasts (60 to 86,400), and on which domain it is."""

    name: str
    ttl: int
    domain: str


@dataclass(slots=True)
class Service:
    """One server as tests use it. `touched`: the inboxes that something was asked of, by their addresses."""

    server: Server
    smtp: MailServer
    timeout: float = USUAL_TIMEOUT
    touched: dict[str, Box] = field(default_factory=dict[str, Box])

    def box(self, address: str, since: str) -> Box:
        """An inbox of this server; its mail counts from then on, as ISO 8601."""
        box = Box(address, since, self.touched, f" than to {self.smtp.host}:{self.smtp.port}")
        self.touched[address] = box
        return box

    def open(self, wish: RunWish) -> Conversation[RunFacts]:
        """Opens a run. Raises MailweirError."""
        body = json.dumps({"addresses": 0, **wish}).encode()
        return RunFacts.of(wanted((yield Ask("POST", "/api/runs", body))).json())

    def bundle(self, run: RunFacts) -> Conversation[bytes]:
        """All mail of a run, with what was waited for, as a ZIP archive. Raises MailweirError."""
        return wanted((yield Ask("GET", f"/api/runs/{run.id}/bundle", patience=60.0))).body

    def end(self, run: RunFacts) -> Conversation[int]:
        """Ends a run; how many messages went with it. Raises MailweirError."""
        answer: Mapping[str, Any] = wanted((yield Ask("DELETE", f"/api/runs/{run.id}"))).json()
        return int(answer["messages"])


def service(url: str, key: str, smtp: str, timeout: float) -> Service:
    """The server of that URL. `smtp` may be empty, for the usual port there. Raises MailweirError."""
    server = Server.at(url, key)
    mail_server = MailServer.of(smtp) if smtp else MailServer(server.host, USUAL_SMTP_PORT)
    return Service(server, mail_server, timeout)


def a_minute_ago() -> str:
    """From when on mail counts for an address that is not fresh, as ISO 8601, by this machine's clock."""
    moment = datetime.fromtimestamp(time.time_ns() / 1e9 - _LOOKS_BACK, UTC)
    return moment.isoformat(timespec="milliseconds")
