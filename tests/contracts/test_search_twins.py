"""The memory store finds by the rules of the SQLite index: whatever is asked of both, both find the same."""

import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from fakes.examples import examples
from fakes.makers import BOB, EVE, HandClock, a_delivery
from fakes.queries import FEATURES, HEADERS, pieces, queries
from mailweir.adapters.memory.digests import MemoryDigests
from mailweir.adapters.memory.intake import MemoryIntake
from mailweir.adapters.memory.mailbox import MemoryMailbox
from mailweir.adapters.memory.store import MemoryStore
from mailweir.adapters.sqlite.digests import SqliteDigests
from mailweir.adapters.sqlite.intake import SqliteIntake
from mailweir.adapters.sqlite.mailbox import SqliteMailbox
from mailweir.adapters.sqlite.preparation import prepare
from mailweir.adapters.system import SystemClock
from mailweir.model.address import Inbox
from mailweir.model.digest import Action, Attachment, Brief, Code, Digest, Span
from mailweir.model.digest import Mailbox as Person
from mailweir.model.query import Query
from mailweir.ports.digests import Digests
from mailweir.ports.intake import Intake
from mailweir.ports.mailbox import Mailbox


@dataclass(frozen=True)
class Document:
    """A message to be: what its digest says, and where it lies."""

    digest: Digest
    inboxes: list[Inbox] = field(default_factory=lambda: [BOB])
    sender: str | None = None


people = st.lists(
    st.builds(Person, pieces, st.sampled_from(("", "ann@x.test", "foo-bar@été.test"))), max_size=2
)
features = st.sets(st.sampled_from(FEATURES))


def a_digest(
    subject: str, people: Sequence[Sequence[Person]], text: str, has: set[str], headers: list[tuple[str, str]]
) -> Digest:
    sender, to, cc = map(tuple, people)
    file = Attachment(Span(0, 0, ""), "md5", "sha", "foo-bar.pdf", "application/pdf", "", "attachment", 1)
    brief = Brief(
        "done",
        subject=subject,
        sender=sender,
        to=to,
        cc=cc,
        links=("https://x.test/",) if "link" in has else (),
        codes=(Code("123456", "text", 1.0),) if "code" in has else (),
        actions=(Action("https://x.test/", "x", "verify", 1.0),),
    )
    return Digest(brief, text, headers=tuple(headers), attachments=(file,) if "attachment" in has else ())


documents = st.builds(
    Document,
    st.builds(
        a_digest,
        pieces,
        st.tuples(people, people, people),
        pieces,
        features,
        st.lists(st.sampled_from(HEADERS)),
    ),
    st.lists(st.sampled_from((BOB, EVE)), min_size=1, max_size=2),
    st.sampled_from((None, "ann@x.test", "bar@x.test")),
)


@asynccontextmanager
async def twins() -> AsyncGenerator[list[tuple[Intake, Digests, Mailbox]]]:
    clock = HandClock()
    memory = MemoryStore(clock)
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name), SystemClock())
        intake, mailbox = SqliteIntake.in_thread(Path(name), clock), SqliteMailbox(Path(name), clock)
        digests = SqliteDigests(Path(name), clock)
        try:
            yield [
                (MemoryIntake(memory), MemoryDigests(memory), MemoryMailbox(memory)),
                (intake, digests, mailbox),
            ]
        finally:
            await intake.close()
            await mailbox.close()
            await digests.close()


@examples(60)
@given(st.lists(documents, min_size=1, max_size=5), st.lists(queries, min_size=1, max_size=12))
async def test_both_stores_find_the_same(mail: list[Document], asked: list[Query]) -> None:
    async with twins() as (memory, sqlite):
        for intake, digests, _ in (memory, sqlite):
            for number, document in enumerate(mail):
                await intake.deliver(a_delivery(number, *document.inboxes, sender=document.sender))
            unread = await digests.undigested(99)
            await digests.keep(
                [(one.key, document.digest) for one, document in zip(unread, mail, strict=True)]
            )
        for one in asked:
            for inbox in (BOB, EVE, None):
                for limit in (2, 99):
                    expected = await memory[2].search(inbox, one, limit=limit)
                    assert await sqlite[2].search(inbox, one, limit=limit) == expected, one
