"""Signing in by a name and a key, or a name and a password, decided from the directory.

A name is an account's, one of its people's (`account/user`), or an address that is the account's, by itself
or with all of its domain. An unknown name, a wrong password and the key of another account have one answer,
after the same work. A key is looked up at once; a password is hashed, which takes a while, and is waited for.

Wrong ones are counted by network, and by name within each network. Not by name alone: whoever knows a
name could then keep its owner out for as long as he likes. Over a limit a right one is refused as well:
let in, it would tell that it is right.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from mailweir.model.account import AccountName, Grant, account_name, key_hash
from mailweir.model.address import Address, host_of
from mailweir.model.user import SEPARATOR, User, UserName, full_name, named
from mailweir.model.verdict import Verdict
from mailweir.policy.networks import network_of
from mailweir.policy.throttle import Cells
from mailweir.ports.clock import Clock
from mailweir.ports.directory import Directory
from mailweir.ports.passwords import BusyError, Passwords

BY_NAME: Final = 10
"""Wrong ones for one name from one network at once; then one every six seconds."""

BY_NETWORK: Final = 30
"""The same whatever the name, then one every two seconds: people who share a network err for themselves."""

BY_CODE: Final = 10
"""Wrong one-time codes of one person after his right password, from anywhere; then one a minute."""

LONGEST: Final = 1_024
"""Characters of a password; a longer one is wrong without being looked at."""

Second = Callable[[User], Awaitable[bool]]
"""Whether somebody whose password was right has shown what else he has to, if he has to."""

_MOST: Final = 10_000  # cells, 2 MB: that many networks can be over a limit at once
_DIGEST: Final = 16  # octets


class Login(Struct, frozen=True, gc=False):
    """Somebody who has signed in: the digest of the key that he did it by, and what that stood for.

    For a password `digest` is its user's `credential`.
    """

    digest: bytes
    grant: Grant


def _by_network() -> Cells:
    return Cells(burst=BY_NETWORK, interval=2.0, most=_MOST)


def _by_name() -> Cells:
    return Cells(burst=BY_NAME, interval=6.0, most=_MOST)


def _by_code() -> Cells:
    return Cells(burst=BY_CODE, interval=60.0, most=_MOST)


async def password_alone(user: User) -> bool:
    """Programs have nothing else to show; whoever asks for one-time codes gives them keys."""
    return user.totp is None


@dataclass(frozen=True, slots=True)
class SignIn:
    """Only keys that may change things are taken, unless `reading` says that nothing is to be changed.

    `uses` is when which key was used last, by its digest; whoever keeps that empties it.
    """

    directory: Directory
    passwords: Passwords
    clock: Clock
    networks: Cells = field(default_factory=_by_network)
    names: Cells = field(default_factory=_by_name)
    codes: Cells = field(default_factory=_by_code)
    weighing: dict[bytes, asyncio.Task[bool]] = field(default_factory=dict[bytes, "asyncio.Task[bool]"])
    uses: dict[bytes, int] = field(default_factory=dict[bytes, int])

    def login(self, name: str, key: str, ip: str, *, reading: bool = False) -> Login | Verdict:
        """Whose key that is; else WRONG_LOGIN or TOO_MANY_WRONG."""
        spelled, accounts = self._claimed(name)
        digest = key_hash(key)
        grant = self._grant(digest, reading=reading)
        attempt = self._attempt(spelled, ip)
        if attempt is None:
            return Verdict.TOO_MANY_WRONG
        if grant is None or grant.user or grant.account not in accounts:
            attempt.charge()
            return Verdict.WRONG_LOGIN
        return self._noted(Login(digest, grant))

    async def by_password(self, name: str, password: str, ip: str, second: Second) -> Login | Verdict:
        """Whose password that is; else WRONG_LOGIN, TOO_MANY_WRONG or BUSY."""
        user = self.user(name)
        spelled = self._claimed(name)[0] if user is None else user.full_name
        guess = _digest(spelled, password)
        if guess not in self.weighing:  # the same one many times at once is one guess
            attempt = self._attempt(spelled, ip)
            if attempt is None:
                return Verdict.TOO_MANY_WRONG
            attempt.charge()  # before anything is waited for, so that many at once are counted, too
            task = asyncio.create_task(self._weigh(attempt, user, password), name="password")
            self.weighing[guess] = task
            task.add_done_callback(lambda _: self.weighing.pop(guess, None))
        try:
            right = await asyncio.shield(self.weighing[guess])
        except BusyError:
            return Verdict.BUSY
        return await self._seconded(user, second) if user is not None and right else Verdict.WRONG_LOGIN

    def user(self, name: str) -> User | None:
        """Who signs in by that name: for an address whoever is called like its account."""
        if SEPARATOR not in name and (address := Address.parse(name)) is not None:
            owner = self.directory.owner_of(address.inbox)
            return None if owner is None else self.directory.user(owner, UserName(owner))
        person = named(name)
        return None if person is None else self.directory.user(*person)

    def knows(self, key: str) -> bool:
        """Whether that is anybody's key, whatever it is good for."""
        return self.directory.grant_of(key_hash(key)) is not None

    def by_key(self, key: str) -> Login | None:
        """Whoever has that key, by whatever name; None when it opens nothing."""
        digest = key_hash(key)
        grant = self._grant(digest)
        return None if grant is None else self._noted(Login(digest, grant))

    def holds(self, login: Login) -> bool:
        """Whether the key or the password of a login still stands for what it did."""
        if self._grant(login.digest) != login.grant:
            return False
        self._noted(login)
        return True

    async def _weigh(self, attempt: "_Attempt", user: User | None, password: str) -> bool:
        """Whether it is right. Where codes are asked for, too, it is not remembered: that would tell."""
        hashed = None if user is None else user.password
        try:
            right = len(password) <= LONGEST and await self.passwords.fits(
                password, hashed, remember=user is None or user.totp is None
            )
        except BusyError:
            attempt.refund()
            raise
        if right:
            attempt.refund()
        return right

    async def _seconded(self, user: User, second: Second) -> Login | Verdict:
        """Somebody whose password was right.

        Wrong codes are counted for him, wherever they come from: only who knows the password uses them up.
        """
        person, now = user.full_name, self.clock.monotonic()
        if not self.codes.allows(person, now):
            return Verdict.TOO_MANY_WRONG
        self.codes.charge(person, now)
        if not await second(user):
            return Verdict.WRONG_LOGIN
        self.codes.refund(person)
        grant = self._grant(user.credential, reading=True)
        # None: another password was set meanwhile.
        return Verdict.WRONG_LOGIN if grant is None else Login(user.credential, grant)

    def _grant(self, digest: bytes, *, reading: bool = False) -> Grant | None:
        grant = self.directory.grant_of(digest)
        if grant is None or not (grant.scope.writes or reading):
            return None
        expires = grant.scope.expires
        return grant if expires is None or expires > self.clock.now() else None

    def _claimed(self, name: str) -> tuple[str, tuple[AccountName | None, ...]]:
        """A name as it is counted, and the accounts that it may stand for."""
        address = None if SEPARATOR in name else Address.parse(name)
        if address is None:
            person = named(name)
            spelled = name.strip().lower() if person is None else full_name(*person)
            return spelled, (account_name(name.partition(SEPARATOR)[0]),)
        inbox = address.inbox
        return inbox, (self.directory.owner_of(inbox), self.directory.holder_of(host_of(inbox)))

    def _attempt(self, spelled: str, ip: str) -> "_Attempt | None":
        """One that may be made now."""
        network = network_of(ip)
        attempt = _Attempt(self, network, _digest(network, spelled), self.clock.monotonic())
        return attempt if attempt.is_allowed() else None

    def _noted(self, login: Login) -> Login:
        if not login.grant.user:
            self.uses[login.digest] = self.clock.now()
        return login


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Somebody at a network who gives a name."""

    signin: SignIn
    network: str
    name: bytes
    moment: float

    def is_allowed(self) -> bool:
        """Whether it is looked at."""
        signin = self.signin
        return signin.networks.allows(self.network, self.moment) and signin.names.allows(
            self.name, self.moment
        )

    def charge(self) -> None:
        """It is wrong, or not known to be right."""
        self.signin.networks.charge(self.network, self.moment)
        self.signin.names.charge(self.name, self.moment)

    def refund(self) -> None:
        """It was not wrong after all."""
        self.signin.networks.refund(self.network)
        self.signin.names.refund(self.name)


def _digest(network: str, name: str) -> bytes:
    """A key of one length for a name of any."""
    return hashlib.blake2b(f"{network} {name}".encode(), digest_size=_DIGEST).digest()
