"""Walks that both stores are taken on, step by step, and what each shows after every step.

On the way each store's revisions are watched: no number may ever stand for two states of an inbox.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from hypothesis import strategies as st

from fakes.makers import BOB, EVE, NOON, HandClock, a_delivery
from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.digest import Brief, Digest
from mailweir.model.marks import Marks
from mailweir.model.message import MessageId
from mailweir.policy.marking import labelled, moved, noted, toggled
from mailweir.ports.digests import Digests
from mailweir.ports.intake import Intake
from mailweir.ports.mailbox import Mailbox

HOST = Host("inbox.test")
INBOXES = (BOB, EVE, Inbox("zoe@inbox.test"))
SECOND, DAY = 1000, 24 * 3600 * 1000


@dataclass(frozen=True)
class Deliver:
    number: int
    recipients: list[Inbox]


@dataclass(frozen=True)
class Delete:
    number: int
    index: int
    inbox: Inbox


@dataclass(frozen=True)
class Expire:
    offset: int  # milliseconds from now; 0: no rule of age
    keep: int


@dataclass(frozen=True)
class Wait:
    seconds: int


@dataclass(frozen=True)
class Read:
    count: int


@dataclass(frozen=True)
class Clear:
    inbox: Inbox


@dataclass(frozen=True)
class Prune:
    inbox: Inbox
    offset: int  # as of Expire
    keep: int


@dataclass(frozen=True)
class ClearBut:
    inbox: Inbox


@dataclass(frozen=True)
class Mark:
    number: int
    index: int
    inbox: Inbox
    change: Callable[[Marks], Marks]


Step = Deliver | Delete | Expire | Wait | Read | Clear | Prune | ClearBut | Mark

inboxes = st.sampled_from(INBOXES)
numbers = st.integers(0, 7)
deliver = st.builds(Deliver, numbers, st.lists(inboxes, min_size=1, max_size=4))
delete = st.builds(Delete, numbers, st.integers(0, 3), inboxes)
expire = st.builds(Expire, st.sampled_from([0, -DAY, -SECOND, SECOND]), st.integers(0, 3))
wait = st.builds(Wait, st.sampled_from([11, 1800, 3700, 90_000]))
read = st.builds(Read, st.integers(1, 3))
clear = st.builds(Clear, inboxes)
clear_but = st.builds(ClearBut, inboxes)
prune = st.builds(Prune, inboxes, st.sampled_from([0, -DAY, -SECOND, SECOND]), st.integers(0, 3))
changes = st.sampled_from(
    [
        partial(toggled, account=AccountName("ann")),
        partial(toggled, account=AccountName("ben")),
        partial(labelled, label="new"),
        partial(noted, read=True),
        partial(moved, folder="spam"),
    ]
)
mark = st.builds(Mark, numbers, st.integers(0, 3), inboxes, changes)
steps = st.one_of(
    deliver, deliver, delete, delete, expire, wait, read, read, clear, clear_but, prune, mark, mark
)
walks = st.lists(steps, max_size=25)


class Watched:
    """One store on its walk, and what each of its revisions stood for."""

    def __init__(self, intake: Intake, mailbox: Mailbox, digests: Digests, clock: HandClock) -> None:
        self.intake, self.mailbox, self.digests, self.clock = intake, mailbox, digests, clock
        self.meanings: dict[tuple[Inbox, int], list[str]] = {(inbox, 0): [] for inbox in INBOXES}

    async def take(self, step: Step) -> None:
        match step:
            case Deliver(number, recipients):
                await self.intake.deliver(a_delivery(number, *recipients, received=self.clock.now()))
            case Delete(number, index, inbox):
                await self.mailbox.delete(inbox, MessageId(f"q{number:07d}-{index}"))
            case Expire() | Prune():
                await self._let_go(step)
            case Read(count):
                unread = await self.digests.undigested(count)
                await self.digests.keep([(one.key, Digest(Brief("done"))) for one in unread])
                await self.digests.tidy()
            case Clear(inbox):
                await self.mailbox.clear(inbox)
            case ClearBut(inbox):
                await self.mailbox.clear_host(HOST, shown=lambda one, _: one != inbox)
            case Mark(number, index, inbox, change):
                await self.mailbox.mark(inbox, MessageId(f"q{number:07d}-{index}"), change)
            case Wait():
                pass

    async def _let_go(self, step: Expire | Prune) -> None:
        before = self.clock.now() + step.offset if step.offset else 0
        mailbox, more = self.mailbox, 1
        while more:
            if isinstance(step, Prune):
                more = await mailbox.prune(step.inbox, before=before, keep=step.keep)
            else:
                more = await mailbox.expire(before=before, keep=step.keep)

    async def look(self) -> list[list[object]]:
        shown: list[list[object]] = []
        for inbox in INBOXES:
            copies = await self.mailbox.inbox(inbox, limit=100)
            revision = await self.mailbox.revision(inbox)
            ids = [f"{copy.id} {copy.brief} {copy.marks}" for copy in copies]
            assert await self.mailbox.count(inbox) == len(copies)
            assert self.meanings.setdefault((inbox, revision), ids) == ids
            shown.append(
                [(one.id, one.received, one.size, one.original, one.brief, one.marks) for one in copies]
            )
            for copy in copies:
                digest = await self.mailbox.digest(inbox, copy.id)
                assert (digest.brief if digest else None) == copy.brief
                assert await self.mailbox.find_at(HOST, copy.id) == copy
            assert list(await self.mailbox.after([inbox], 0, limit=100)) == list(reversed(copies))
        everything = await self.mailbox.all(limit=100)
        seqs = [copy.seq for copy in everything]
        assert seqs == sorted(set(seqs), reverse=True)
        assert list(await self.mailbox.after([BOB], 0, limit=100, hosts=[HOST])) == everything[::-1]
        assert await self.mailbox.count_at(HOST, shown=lambda _, __: True) == len(everything)
        shown.append([copy.id for copy in everything])
        shown.append([copy.id for copy in await self.mailbox.all(limit=3, until=NOON + DAY)])
        shown.append([copy.id for copy in await self.mailbox.saved(AccountName("ann"), limit=100)])
        return shown
