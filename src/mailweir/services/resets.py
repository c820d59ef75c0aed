"""Links to a new password, for somebody who has forgotten his.

They are asked for by a name and sent to the inbox that whoever manages his account has named: it has to be
private, or everybody could read the link. Whoever asks is answered the same, whether there is such a name or
not, before anything is done about it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from mailweir.model.account import key_hash
from mailweir.model.address import Inbox
from mailweir.model.user import Actor, User
from mailweir.model.verdict import Verdict
from mailweir.policy.networks import network_of
from mailweir.policy.throttle import Cells
from mailweir.ports.directory import Directory
from mailweir.ports.errors import UnavailableError
from mailweir.services.people import People
from mailweir.services.signin import SignIn

BY_NETWORK: Final = 5
"""Links that a network may ask for at once; then one every half minute."""

BY_PERSON: Final = 3
"""Links that are sent to one person at once; then one every twenty minutes."""

_MOST: Final = 10_000  # cells
_SENDING: Final = 10  # links at a time

Send = Callable[[Inbox, str, str], Awaitable[None]]
"""Puts a message into an inbox: for somebody of that name, with that token. Raises UnavailableError."""


def _by_network() -> Cells:
    return Cells(burst=BY_NETWORK, interval=30.0, most=_MOST)


def _by_person() -> Cells:
    return Cells(burst=BY_PERSON, interval=1_200.0, most=_MOST)


@dataclass(frozen=True, slots=True)
class Resets:
    """Every method but `ask` raises UnavailableError."""

    people: People
    signin: SignIn
    directory: Directory
    send: Send
    networks: Cells = field(default_factory=_by_network)
    persons: Cells = field(default_factory=_by_person)
    _sending: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def ask(self, name: str, ip: str) -> Verdict:
        """ACCEPT, which says nothing about the name; or TOO_MANY_WRONG, of that network."""
        now = self.signin.clock.monotonic()
        network = network_of(ip)
        if not self.networks.allows(network, now) or len(self._sending) >= _SENDING:
            return Verdict.TOO_MANY_WRONG
        self.networks.charge(network, now)
        user = self.signin.user(name)
        if user is not None and self.persons.allows(user.full_name, now):
            self.persons.charge(user.full_name, now)
            task = asyncio.create_task(self._send(user, ip), name="link to a new password")
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return Verdict.ACCEPT

    async def of(self, token: str) -> User | None:
        """Who may set a new password by this link; None when it is none, or of no use any more."""
        return await self.people.users.reset_of(key_hash(token))

    async def use(self, token: str, password: str, ip: str) -> User | None:
        """Sets it, and ends all sessions by the former one; None as above.

        Raises WeakPasswordError and BusyError, after which the link is still of use.
        """
        user = await self.of(token)
        if user is None:
            return None
        hashed = await self.people.chosen(user.account, user.name, password)
        if await self.people.users.spend_reset(key_hash(token)) is None:  # used a moment ago
            return None
        await self.people.put_password(Actor(user.account, user.name, ip), user.name, hashed)
        return user

    async def sent(self) -> None:
        """Waits until nothing is being sent."""
        await asyncio.gather(*self._sending)

    async def _send(self, user: User, ip: str) -> None:
        if user.mail is None or self.directory.owner_of(user.mail) is None:
            return
        try:
            token = await self.people.reset_token(Actor(user.account, user.name, ip), user.name)
            if token is not None:
                await self.send(user.mail, user.full_name, token)
        except UnavailableError:
            return  # he asks again
