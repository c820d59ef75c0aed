"""A door in front of another that decides as it was told to, and remembers whom it heard of."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailweir.servers.smtp.door import Desk, Door, Slowed, Visitor
from mailweir.services.reception import Receipt
from mailweir.wire.smtp.events import Event, Message
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import Rules

Decision = Reply | Slowed


@dataclass
class ScriptedDoor(Door):
    """`decisions` by the kind of event; whatever is not named the door behind decides."""

    behind: Door
    decisions: dict[type, Decision] = field(default_factory=dict[type, Decision])
    unwelcome: dict[str, Reply] = field(default_factory=dict[str, Reply])
    away: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def desk(self, ip: str) -> Desk:
        return _ScriptedDesk(self.behind.desk(ip), self.decisions)

    def hesitates(self) -> bool:
        return self.behind.hesitates()

    def welcome(self, ip: str) -> Reply | None:
        return self.unwelcome.get(ip)

    def turned_away(self, ip: str, reply: Reply) -> None:
        self.away.append((ip, str(reply)))


@dataclass
class _ScriptedDesk:
    behind: Desk
    decisions: Mapping[type, Decision]

    @property
    def rules(self) -> Rules:
        return self.behind.rules

    def decide(self, event: Event) -> "Reply | Slowed | asyncio.Future[Reply | None] | None":
        return self.decisions.get(type(event)) or self.behind.decide(event)

    def deliver(self, message: Message, visitor: Visitor) -> Receipt | Reply | Slowed:
        return self.decisions.get(Message) or self.behind.deliver(message, visitor)


class Scripting:
    """Makes the door of a house a scripted one, and keeps it."""

    door: ScriptedDoor

    def __call__(self, behind: Door) -> ScriptedDoor:
        self.door = ScriptedDoor(behind)
        return self.door
