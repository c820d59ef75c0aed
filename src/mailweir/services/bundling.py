"""All that has reached a run, as files: for who has to find out later why a test has failed."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

import msgspec

from mailweir.model.address import Inbox, host_of
from mailweir.model.digest import Digest
from mailweir.model.explanation import Explanation
from mailweir.model.export import ExportedFile
from mailweir.model.message import Summary
from mailweir.model.run import Run, RunId
from mailweir.policy.visibility import Reader
from mailweir.ports.errors import UnavailableError
from mailweir.services.deliveries import Deliveries
from mailweir.services.exporting import AlreadyExportingError, pieces
from mailweir.services.heading import heading
from mailweir.services.history import History
from mailweir.services.runs import Runs

MAIL: Final = "messages/"
"""Where the messages are."""

AT_ONCE: Final = 4
"""Bundles that a process makes: each takes a thread and some time of its loop."""

REFUSED: Final = 1_000
"""Deliveries that were slowed or refused, of which a bundle tells."""

OTHERS_EXPORTED: Final = "Too many runs are being exported just now. Please try again in a moment."
BEING_EXPORTED: Final = "This run is being exported already. Wait until that is over."


@dataclass(frozen=True, slots=True)
class Bundling:
    """Raises RefusedError and UnavailableError, also at any of the files."""

    runs: Runs
    history: History
    deliveries: Deliveries
    _under_way: set[RunId] = field(default_factory=set[RunId])

    async def begin(self, reader: Reader, run: Run) -> AsyncGenerator[ExportedFile]:
        """Its files, of the newest messages as `Runs.messages` has them.

        `waits.json` is what this process remembers; `refused` in `transcripts.json` is what was kept of it,
        oldest first. Raises AlreadyExportingError as long as the last one of this run, or AT_ONCE of others,
        are not over.
        """
        if run.id in self._under_way:
            raise AlreadyExportingError(BEING_EXPORTED)
        if len(self._under_way) >= AT_ONCE:
            raise AlreadyExportingError(OTHERS_EXPORTED)
        files = self._alone(reader, run)
        return _with(await anext(files), files)  # begun, so that its end is noted however it comes

    async def _alone(self, reader: Reader, run: Run) -> AsyncGenerator[ExportedFile]:
        self._under_way.add(run.id)
        try:
            messages = await self.runs.messages(reader, run)
            async with aclosing(self._files(run, messages)) as files:
                async for file in files:
                    yield file
        finally:
            self._under_way.discard(run.id)

    async def _files(self, run: Run, messages: Sequence[Summary]) -> AsyncGenerator[ExportedFile]:
        now, mailbox = self.runs.clock.now(), self.runs.mailbox

        def mine(inbox: Inbox) -> bool:
            return inbox.startswith(run.beginning) and host_of(inbox) == run.host

        waits = [msgspec.structs.asdict(one) for one in self.history.waited(mine)]
        refused = [_refused(one) for one in reversed(await self._befallen(run)) if one.acted]
        said = [_conversation(one) for one in messages]
        for name, content in (
            ("run.json", _facts(run)),
            ("waits.json", waits),
            ("transcripts.json", {"accepted": said, "refused": refused}),
        ):
            yield ExportedFile(name, now, _json(content))
        for one in messages:
            raw = await mailbox.raw(one.inbox, one.id)
            if raw is not None:
                yield ExportedFile(f"{MAIL}{one.id}.eml", one.received, pieces(raw))
                digest = await mailbox.digest(one.inbox, one.id)
                yield ExportedFile(f"{MAIL}{one.id}.json", one.received, _json(_known(one, digest)))

    async def _befallen(self, run: Run) -> Sequence[Explanation]:
        """What befell mail for the run, newest first; nothing when that is lost."""
        try:
            return await self.deliveries.of_run(run, limit=REFUSED)
        except UnavailableError:
            return ()


async def _with(first: ExportedFile, more: AsyncGenerator[ExportedFile]) -> AsyncGenerator[ExportedFile]:
    async with aclosing(more):
        yield first
        async for file in more:
            yield file


def _json(content: object) -> AsyncIterator[bytes]:
    return pieces(msgspec.json.format(msgspec.json.encode(content)) + b"\n")


def _facts(run: Run) -> dict[str, object]:
    """Without its id, which frees it. Times in milliseconds since the epoch."""
    return {
        "name": run.name,
        "domain": run.host,
        "prefix": run.beginning,
        "created": run.created,
        "expires": run.expires,
    }


def _refused(one: Explanation) -> dict[str, object]:
    """A delivery that was slowed, put off or refused; `at`: milliseconds since the epoch."""
    ruling = one.ruling
    return {
        "inbox": one.inbox,
        "reply": one.reply,
        "at": one.at,
        "action": ruling.action.value,
        "rule": ruling.rule.value,
        "seconds": ruling.seconds,
        "code": ruling.code,
        "mailFrom": one.sender,
        "peer": one.ip,
    }


def _conversation(one: Summary) -> dict[str, object]:
    """What was said to hand a message in, as far as it is kept; `received`: milliseconds since the epoch."""
    peer = one.peer
    return {
        "id": one.id,
        "received": one.received,
        "peer": peer.ip,
        "hello": peer.hello,
        "tls": peer.tls,
        "mailFrom": one.sender,
        "rcptTo": one.original,
        "octets": one.size,
        "flaws": one.flaws,
    }


def _known(one: Summary, digest: Digest | None) -> dict[str, object]:
    """What was read out of a message; without its HTML, which is in the message as it came."""
    brief = heading(one)
    return {
        "id": one.id,
        "inbox": one.inbox,
        "received": one.received,
        "digest": brief.state,
        "subject": brief.subject,
        "from": [person.address for person in brief.sender],
        "to": [person.address for person in brief.to],
        "codes": [code.value for code in brief.codes],
        "links": brief.links,
        "text": "" if digest is None else digest.text,
    }
