"""Links to a new password, for somebody who has forgotten his.

They are asked for by a name and sent to the inbox that whoever manages his account has named: it has to be
the account's, and nobody may read it who may do less than he. Whoever asks is answered the same, whether
there is such a name or not, before anything is done about it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from mailweir.model.account import Scope, key_hash
from mailweir.model.address import Inbox
from mailweir.model.user import SOMEBODY, Actor, User
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

Send = Callable[[User, str], Awaitable[None]]
"""Puts a message with that token into somebody's inbox for it. Raises UnavailableError."""


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
        if not self.networks.allows(network, now):
            return Verdict.TOO_MANY_WRONG
        self.networks.charge(network, now)
        user = (
            self.signin.user(name) if len(self._sending) < _SENDING else None
        )  # else it would tell of names
        if user is not None and self.persons.allows(user.full_name, now):
            self.persons.charge(user.full_name, now)
            task = asyncio.create_task(self._send(user, ip), name="link to a new password")
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return Verdict.ACCEPT

    async def of(self, token: str) -> User | None:
        """Who may set a new password by this link; None when it is none, or of no use any more."""
        return await self.people.users.reset_of(key_hash(token))

    async def sent(self) -> None:
        """Waits until nothing is being sent."""
        await asyncio.gather(*self._sending)

    async def _send(self, user: User, ip: str) -> None:
        try:
            if user.mail is None or not await self._is_his_equals(user, user.mail):
                return
            token = await self.people.reset_token(Actor(user.account, SOMEBODY, ip), user.name)
            if token is not None:
                await self.send(user, token)
        except UnavailableError:
            return  # he asks again

    async def _is_his_equals(self, user: User, inbox: Inbox) -> bool:
        """Whether nobody reads that inbox who may do less than he: by the link he would do as much."""
        if self.directory.owner_of(inbox) != user.account:
            return False
        users = await self.people.users.users(user.account)
        keys = await self.people.accounts.keys(user.account)
        manages = user.scope.manages or user.elevates
        lesser_keys = any(one.scope.covers(inbox) and _is_lesser(one.scope, manages) for one in keys)
        return not lesser_keys and not (
            manages and any(not one.scope.manages for one in users if one != user)
        )


def _is_lesser(scope: Scope, manages: bool) -> bool:  # noqa: FBT001
    """Whether a key does less than a user does, or for less long."""
    endless = scope.writes and scope.place is None and scope.expires is None
    return not endless or (manages and not scope.manages)
