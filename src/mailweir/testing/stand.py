"""What one process of a test session has of Mailweir: what it was told, its server, its run."""

import re
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mailweir.testing.box import Box
from mailweir.testing.client import Mailweir, hold
from mailweir.testing.errors import MailweirError
from mailweir.testing.failures import line
from mailweir.testing.mail import Mail
from mailweir.testing.running import Running

LONGEST_RUN: Final = 24 * 60 * 60
"""Seconds that the run of a session may last."""

_INBOXES: Final = 10  # of a failed test that are looked into
_LISTED: Final = 10  # messages of each that are listed
_KEPT: Final = 100  # messages of each that are written as files
_AWAY: Final = 503  # the status of a server that does not answer
_RESTART: Final = 3.0  # seconds in which a server's processes are there again
_AGAIN: Final = 0.2  # seconds
_PATIENCE: Final = 5.0  # seconds that a list may take


@dataclass(frozen=True, slots=True)
class Told:
    """What the options say. `url`: "" for a server of our own; `artifacts`: None for none."""

    url: str
    key: str
    smtp: str
    timeout: float
    artifacts: Path | None


@dataclass(slots=True)
class Stand:
    """`running`: the server of our own, which starts when it is needed; `failed`: whether a test has."""

    told: Told
    running: Running
    client: Mailweir | None = None
    failed: bool = False
    _boxes: dict[str, Box] = field(default_factory=dict[str, Box])

    def begin(self) -> None:
        """Has a server of our own start, while the tests do something else."""
        if not self.told.url:
            self.running.begin()

    def open(self, name: str) -> Mailweir:
        """A client with a run of that name, once the server is there. Raises MailweirError."""
        url, smtp = self.told.url, self.told.smtp
        if not url:
            doors = self.running.doors()
            url, smtp = f"http://{doors['http']}", doors["smtp"]
        client = Mailweir(url, self.told.key, smtp=smtp, timeout=self.told.timeout)
        client.service.touched = self._boxes
        _open(client, name)
        self.client = client
        return client

    def close(self) -> None:
        """Ends the run, unless people may want to look at it on a server that stays."""
        if self.client is None:
            return
        run = self.client.shared_run
        if self.failed and self.told.artifacts is not None:
            try:
                _write(self.told.artifacts / f"{run.facts.prefix}bundle.zip", run.bundle)
            except MailweirError as error:
                warnings.warn(f"The mail of the run could not be written: {error}", stacklevel=1)
        if self.told.url and not self.failed:
            with suppress(MailweirError):
                run.end()

    def forget(self) -> None:
        """From now on it is another test that asks."""
        self._boxes.clear()

    def mail(self) -> str:
        """What is in the inboxes of this test, for people; "" when it has none."""
        return "\n".join(said for box in self._of_this_test() for said in self._listed(box))

    def keep(self, test: str) -> None:
        """Writes the messages of this test's inboxes as files, when somebody wants them."""
        if self.told.artifacts is None or self.client is None:
            return
        for box in self._of_this_test():
            directory = self.told.artifacts / file_name(test) / file_name(box.address)
            with suppress(MailweirError):
                for mail in hold(self.client.service.server, box.messages(_KEPT)):
                    self._write_message(directory, box, mail)

    def _of_this_test(self) -> Sequence[Box]:
        return list(self._boxes.values())[-_INBOXES:]

    def _listed(self, box: Box) -> Sequence[str]:
        assert self.client is not None  # noqa: S101  it has made the inbox
        try:
            found = hold(self.client.service.server, box.messages(_LISTED, _PATIENCE))
        except MailweirError as error:
            return [f"{box.address}: {error}"]
        count = f"{len(found) or 'no'} message{'' if len(found) == 1 else 's'}"
        return [f"{box.address}: {count}", *(f"  {line(mail)}" for mail in found)]

    def _write_message(self, directory: Path, box: Box, mail: Mail) -> None:
        client = self.client
        assert client is not None  # noqa: S101  as above
        content = box.content("raw", mail.id)
        _write(directory / f"{file_name(mail.id)}.eml", lambda: hold(client.service.server, content))


def _open(client: Mailweir, name: str) -> None:
    """Begins the run; a server that is just being started anew has a few seconds. Raises MailweirError."""
    until = time.monotonic() + _RESTART
    while True:
        try:
            client.open(name=name, ttl=LONGEST_RUN)
        except MailweirError as error:
            if error.status != _AWAY or time.monotonic() >= until:
                raise
            time.sleep(_AGAIN)  # noqa: TID251  a session of tests has nothing else to do yet
        else:
            return


def file_name(name: str) -> str:
    """A name that any file may have, without a slash, and with its end."""
    return re.sub(r"[^\w.@-]+", "-", name).strip("-.")[-120:]


def _write(file: Path, content: Callable[[], bytes]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content())
