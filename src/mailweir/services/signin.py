"""Signing in by a name and a password that is an API key, decided from the directory, so that nobody waits.

A name is an account's, or an address that is the account's, by itself or with all of its domain. An unknown
name, an unknown key and the key of another account have one answer, after the same work.

Wrong passwords are counted by network, and by name within each network. Not by name alone: whoever knows a
name could then keep its owner out for as long as he likes. Over a limit a right password is refused as well:
let in, it would tell that it is right.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from mailweir.model.account import AccountName, Grant, account_name, key_hash
from mailweir.model.address import Address, host_of
from mailweir.model.verdict import Verdict
from mailweir.policy.networks import network_of
from mailweir.policy.throttle import Cells
from mailweir.ports.clock import Clock
from mailweir.ports.directory import Directory

BY_NAME: Final = 10
"""Wrong passwords for one name from one network at once; then one every six seconds."""

BY_NETWORK: Final = 30
"""The same whatever the name, then one every two seconds: people who share a network err for themselves."""

_MOST: Final = 10_000  # cells, 2 MB: that many networks can be over a limit at once
_DIGEST: Final = 16  # octets


class Login(Struct, frozen=True, gc=False):
    """Somebody who has signed in: the digest of the key that he did it by, and what that stood for."""

    digest: bytes
    grant: Grant


def _by_network() -> Cells:
    return Cells(burst=BY_NETWORK, interval=2.0, most=_MOST)


def _by_name() -> Cells:
    return Cells(burst=BY_NAME, interval=6.0, most=_MOST)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Only keys that may change things are taken, unless `reading` says that nothing is to be changed.

    `uses` is when which key was used last, by its digest; whoever keeps that empties it.
    """

    directory: Directory
    clock: Clock
    networks: Cells = field(default_factory=_by_network)
    names: Cells = field(default_factory=_by_name)
    uses: dict[bytes, int] = field(default_factory=dict[bytes, int])

    def login(self, name: str, password: str, ip: str, *, reading: bool = False) -> Login | Verdict:
        """Who that is; else WRONG_LOGIN or TOO_MANY_WRONG."""
        spelled, accounts = self._claimed(name)
        digest = key_hash(password)
        grant = self._grant(digest, reading=reading)
        network, now = network_of(ip), self.clock.monotonic()
        at_network = _digest(network, spelled)
        if not (self.networks.allows(network, now) and self.names.allows(at_network, now)):
            return Verdict.TOO_MANY_WRONG
        if grant is None or grant.account not in accounts:
            self.networks.charge(network, now)
            self.names.charge(at_network, now)
            return Verdict.WRONG_LOGIN
        return self._noted(Login(digest, grant))

    def knows(self, password: str) -> bool:
        """Whether that is anybody's key, whatever it is good for."""
        return self.directory.grant_of(key_hash(password)) is not None

    def by_key(self, password: str) -> Login | None:
        """Whoever has that key, by whatever name; None when it opens nothing."""
        digest = key_hash(password)
        grant = self._grant(digest)
        return None if grant is None else self._noted(Login(digest, grant))

    def holds(self, login: Login) -> bool:
        """Whether the key of a login still stands for what it did."""
        if self._grant(login.digest) != login.grant:
            return False
        self._noted(login)
        return True

    def _grant(self, digest: bytes, *, reading: bool = False) -> Grant | None:
        grant = self.directory.grant_of(digest)
        if grant is None or not (grant.scope.writes or reading):
            return None
        expires = grant.scope.expires
        return grant if expires is None or expires > self.clock.now() else None

    def _claimed(self, name: str) -> tuple[str, tuple[AccountName | None, ...]]:
        """A name as it is counted, and the accounts that it may stand for."""
        address = Address.parse(name)
        if address is None:
            return name.strip().lower(), (account_name(name),)
        inbox = address.inbox
        return inbox, (self.directory.owner_of(inbox), self.directory.holder_of(host_of(inbox)))

    def _noted(self, login: Login) -> Login:
        self.uses[login.digest] = self.clock.now()
        return login


def _digest(network: str, name: str) -> bytes:
    """A key of one length for a name of any."""
    return hashlib.blake2b(f"{network} {name}".encode(), digest_size=_DIGEST).digest()
