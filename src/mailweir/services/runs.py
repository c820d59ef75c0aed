"""Runs: addresses that are lent for a while, and given back together with all that has reached them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mailweir.model.address import Host, Inbox
from mailweir.model.event import Nudge
from mailweir.model.message import Summary
from mailweir.model.places import Places
from mailweir.model.run import Run, RunId
from mailweir.policy.admission import Hosts
from mailweir.policy.networks import network_of
from mailweir.policy.visibility import Reader, Refusal
from mailweir.ports.accounts import TooManyError
from mailweir.ports.bus import Bus
from mailweir.ports.clock import Clock, Keys
from mailweir.ports.errors import ConflictError, UnavailableError
from mailweir.ports.mailbox import Mailbox
from mailweir.ports.runs import Runs as RunStore
from mailweir.services.access import Access, RefusedError
from mailweir.services.learning import learn

MOST: Final = 2_000
"""Runs of one owner, those that were freed within a GRACE included."""

MOST_OF_ACCOUNTS, MOST_OF_NOBODY = 30_000, 20_000
"""Runs of all accounts, and of all who have none: each process keeps some 30 MiB of them in memory then."""

LISTED: Final = 1000
"""Messages of a run that are listed, and exported: the newest."""

INBOXES: Final = 10_000
"""Of a run, that are looked into."""

_TRIES: Final = 5  # ids whose tag nobody has: of 50,000 in use one in twenty million is had already


class RunOverError(Exception):
    """The run was freed, or its time is over."""


class TooManyRunsError(Exception):
    """All together have as many runs as there may be."""


class NotTakenError(Exception):
    """Mail for that host is not taken here."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: on which host (None: ours), how many addresses are named, for how many seconds.

    `name`: what he calls it.
    """

    host: Host | None
    addresses: int
    seconds: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Runs:
    """Every method raises RefusedError and UnavailableError. `host`: of a run for which none is named."""

    runs: RunStore
    mailbox: Mailbox
    access: Access
    hosts: Hosts
    host: Host
    keys: Keys
    clock: Clock
    bus: Bus

    async def lend(self, reader: Reader, ip: str, wish: Wish) -> Run:
        """A new run, the reader's account's or nobody's; `ip` is where he is, by which those are counted.

        Raises TooManyError, TooManyRunsError and NotTakenError.
        """
        account = self.access.lessee(reader, changes=True).account
        host = self.host if wish.host is None else wish.host
        holder = self.access.directory.holder_of(host)
        if holder not in {None, account}:
            raise RefusedError(Refusal.NOT_YOUR_DOMAIN if account else Refusal.KEY_NEEDED)
        if holder is None and not self.hosts.takes(host):
            raise NotTakenError(f"Mail for {host} is not taken here.")
        owner, now = account or network_of(ip), self.clock.now()
        for _ in range(_TRIES):
            run = Run(
                RunId(f"r_{self.keys.key()[2:]}"),
                host,
                owner,
                account,
                wish.name,
                wish.addresses,
                now,
                now + wish.seconds * 1000,
            )
            most_of_all = MOST_OF_ACCOUNTS if account else MOST_OF_NOBODY
            try:
                await self.runs.lend(run, most=MOST, most_of_all=most_of_all)
            except TooManyError as error:
                if error.most == most_of_all:
                    raise TooManyRunsError from error
                raise
            except ConflictError:
                continue
            learn(self.access.directory)
            return run
        raise UnavailableError("no tag is free")

    async def list(self, reader: Reader) -> Sequence[Run]:
        """Those of the reader's account that are not over, newest first."""
        now = self.clock.now()
        found = await self.runs.runs(self.access.account(reader))
        return [run for run in found if not run.is_over(now)]

    async def get(self, reader: Reader, run: RunId | None, *, changes: bool = False) -> Run | None:
        """One of them, or nobody's; None for one that is unknown, or another's. Raises RunOverError."""
        caller = self.access.lessee(reader, changes=changes)  # also where nothing can have that id
        found = None if run is None else await self.runs.run(run)
        if found is None or found.account not in {None, caller.account}:
            return None
        if found.is_over(self.clock.now()):
            raise RunOverError
        return found

    async def messages(self, reader: Reader, run: Run) -> Sequence[Summary]:
        """What has reached it and is shown to the reader, newest first."""
        caller = self.access.lessee(reader)
        inboxes = await self.mailbox.inboxes(run.beginning, run.host, limit=INBOXES)
        found = await self.mailbox.gather(
            Places(tuple(inboxes)), limit=LISTED, shown=self.access.all_shown(caller)
        )
        latest = self._latest(found.messages) if self.access.only_latest(caller) else found.messages
        return [self.access.as_shown(caller, one) for one in latest]

    @staticmethod
    def _latest(messages: Sequence[Summary]) -> Sequence[Summary]:
        """The newest of each inbox."""
        newest: dict[Inbox, Summary] = {}
        for one in messages:
            newest.setdefault(one.inbox, one)
        return list(newest.values())

    async def free(self, reader: Reader, run: Run) -> int:
        """Ends a run with all of its mail, and says how many messages those were.

        What cannot be removed now goes within seconds, by `Returning`.
        """
        self.access.ends(reader)
        await self.runs.free(run.id, self.clock.now())
        learn(self.access.directory)
        self.bus.publish(Nudge((run.place,)))
        removed, done = await cleared(self.mailbox, run, most=INBOXES)
        if done:
            await self.runs.note_cleared(run.id)
        return removed


async def cleared(mailbox: Mailbox, run: Run, *, most: int) -> tuple[int, bool]:
    """Removes what is in `most` of a run's inboxes: how many messages those were, and whether that is all.

    What another account has saved of them is its own and stays. Raises UnavailableError.
    """
    inboxes = await mailbox.inboxes(run.beginning, run.host, limit=most)
    removed = 0
    for inbox in inboxes:
        removed += await mailbox.clear(inbox, saved_by=run.account)
    return removed, len(inboxes) < most or not removed
