"""Good clients of every door, and how long each had to wait: what they were served while others attack.

Each uses a connection of its own, from a network of its own. Open loop: each begins at its time, whatever
becomes of those before it.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final
from urllib.parse import quote

import msgspec

from incidents.letters import Fields, Letter, Words
from incidents.line import a_line, code, connected, handed_over
from incidents.origins import GOOD
from incidents.served import PATIENCE, Witnessed, kept_up, timed
from incidents.shapes import TOOLS
from incidents.stage import Stage

_INBOXES: Final = 20  # that are read
_SEEDED: Final = 20.0  # seconds for what is read to be there
_AHEAD: Final = 0.2  # seconds by which somebody waits for a message before it is sent
_LOOK: Final = 0.1  # seconds
_PLACE: Final = 4_000  # numbers of networks of GOOD for what is delivered; the rest are readers'


@dataclass(frozen=True, slots=True)
class WitnessPlan:
    """`deliveries` and `reads` a second, and so many `captures` in all, each of which somebody waits for.

    `first` numbers the networks: those who come later in an incident are new to the server. What comes in the
    first `warm` seconds, before `seconds` begin, does not count: a server that has just been started is slow.
    """

    smtp: tuple[str, int]
    submission: tuple[str, int]
    http: tuple[str, int]
    seconds: float
    deliveries: float = 0.0
    reads: float = 0.0
    captures: int = 0
    account: str = ""
    key: str = ""
    first: int = 0
    warm: float = 0.0
    seed: int = 1


async def witness(plan: WitnessPlan, stage: Stage) -> Witnessed:
    """Until `seconds` are over, or the load is told to stop."""
    clients = Clients(plan)
    await clients.prepare()
    await stage.ready()
    return await clients.work(stage)


@dataclass(slots=True)
class Clients:
    """All of them."""

    plan: WitnessPlan
    seen: Witnessed = field(default_factory=Witnessed)
    _chance: Random = field(init=False)
    _words: Words = field(init=False)
    _readable: Sequence[str] = ()

    def __post_init__(self) -> None:
        self._chance = Random(self.plan.seed)
        self._words = Words(self._chance)

    async def prepare(self) -> None:
        """Sees to it that there is something to be read."""
        if self.plan.reads:
            self._readable = [path for number in range(_INBOXES) for path in await self._seeded(number)]

    async def work(self, stage: Stage) -> Witnessed:
        plan = self.plan
        await self._served(0.0, plan.warm, stage)
        self.seen = Witnessed()
        await self._served(plan.warm, plan.seconds, stage)
        return self.seen

    async def _served(self, after: float, seconds: float, stage: Stage) -> None:
        """Ends when the last of them has been served, or has given up."""
        plan = self.plan
        async with asyncio.TaskGroup() as tasks:
            for rate, client in (
                (plan.deliveries, self._deliver),
                (plan.reads, self._read),
                (plan.captures / plan.seconds, self._capture),
            ):
                numbers = range(round(rate * after), round(rate * (after + seconds)))
                if numbers:
                    tasks.create_task(kept_up(rate, numbers, client, stage), name=client.__name__)

    # --- mail -----------------------------------------------------------------------------------

    async def _deliver(self, number: int) -> None:
        sender = self.plan.first + number
        host = f"good{sender}.test"
        letter = self._letter(sender, host, f"friend{sender}@thing.test")
        source = GOOD.address(sender % _PLACE)
        await timed(self.seen.deliveries, "250", handed_over(self.plan.smtp, source, host.encode(), letter))

    async def _capture(self, number: int) -> None:
        """Somebody waits for a message, and an application has it captured."""
        inbox = f"captured{self.plan.first + number}@elsewhere.test"
        source = GOOD.address(_PLACE + number)
        handed_in: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        waiting = asyncio.create_task(self._wait(inbox, source, handed_in), name=f"wait {number}")
        await asyncio.sleep(_AHEAD)
        if await timed(self.seen.captures, "250", self._captured(inbox, source, handed_in)):
            await waiting
        else:
            waiting.cancel()
            self.seen.waits.fail(b"nothing was captured")

    async def _captured(self, inbox: str, source: str, handed_in: "asyncio.Future[float]") -> bytes:
        line = await a_line(self.plan.submission, source)
        try:
            if code(answer := await line.greeted(b"shop.test")) != 250:
                return answer
            if code(answer := await line.signed_in(self.plan.account, self.plan.key)) != 235:
                return answer
            handed_in.set_result(time.monotonic())
            return await line.handed_in(self._letter(0, "shop.test", inbox))
        finally:
            line.hang_up()

    def _letter(self, number: int, host: str, recipient: str) -> Letter:
        sender = f"office@{host}"
        fields = Fields(sender, recipient, "", self._words.subject(), number)
        content = TOOLS[number % len(TOOLS)](fields, self._words.text(8), self._chance)
        return Letter(sender.encode(), recipient.encode(), content + b".\r\n")

    # --- HTTP -----------------------------------------------------------------------------------

    async def _read(self, number: int) -> None:
        path = self._readable[number % len(self._readable)]
        source = GOOD.address(_PLACE + self.plan.first + number)
        await timed(self.seen.reads, "200", self._got(path, source))

    async def _wait(self, inbox: str, source: str, handed_in: "asyncio.Future[float]") -> None:
        """Measured from when the message began to be handed in."""
        try:
            async with asyncio.timeout(PATIENCE + _AHEAD):
                answer = await self._got(f"/api/addresses/{quote(inbox)}/wait?timeout=30", source)
        except OSError as error:
            answer = repr(error).encode()
        now = time.monotonic()
        if answer.startswith(b"200") and handed_in.done():
            self.seen.waits.took.append((now - handed_in.result()) * 1000)
        else:
            self.seen.waits.fail(answer)

    async def _got(self, path: str, source: str) -> bytes:
        """The status and what follows the header."""
        reader, writer = await asyncio.open_connection(sock=await connected(self.plan.http, source))
        try:
            key = f"Mailsac-Key: {self.plan.key}\r\n" if self.plan.key else ""
            writer.write(f"GET {path} HTTP/1.1\r\nHost: mail.test\r\n{key}Connection: close\r\n\r\n".encode())
            octets = await reader.read()
        finally:
            writer.close()
        head, _, body = octets.partition(b"\r\n\r\n")
        return head[9:12] + b" " + body

    async def _seeded(self, number: int) -> Sequence[str]:
        """What can be asked about an inbox with one message: the list, and the message."""
        inbox = f"read{self.plan.first + number}@thing.test"
        source = GOOD.address(_PLACE + number)
        letter = self._letter(number, "seed.test", inbox)
        answer = await handed_over(self.plan.smtp, source, b"seed.test", letter)
        if code(answer) != 250:
            raise RuntimeError(f"nothing can be read, since the first message was answered {answer!r}")
        path = f"/api/addresses/{inbox}/messages"
        async with asyncio.timeout(_SEEDED):
            while not (listed := _listed(await self._got(path, source))):  # noqa: ASYNC110  nobody tells
                await asyncio.sleep(_LOOK)
        return [path, f"/api/text/{inbox}/{listed[0]['_id']}"]


def _listed(answer: bytes) -> Sequence[dict[str, str]]:
    status, _, body = answer.partition(b" ")
    found = msgspec.json.decode(body, type=list[dict[str, object]]) if status == b"200" else []
    return [{"_id": str(one["_id"])} for one in found if one["digest"] != "pending"]
