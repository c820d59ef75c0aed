"""People who have signed in on a page: by the name of their account, or an address of it, and a key.

A session is a secret of its own, which is of no use without the key that it was begun by: who revokes the key
ends it. It ends by itself after two weeks.
"""

from dataclasses import dataclass
from typing import Final

from mailweir.model.account import Session, key_hash
from mailweir.model.verdict import Verdict
from mailweir.ports.accounts import Accounts
from mailweir.ports.clock import Clock, Keys
from mailweir.ports.directory import Directory
from mailweir.ports.errors import ConflictError
from mailweir.services.learning import learn
from mailweir.services.signin import SignIn

LASTS: Final = 14 * 24 * 3600
"""Seconds for which a session lasts."""

MOST: Final = 100
"""Sessions of one key; the oldest ends when there are more."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """Every method raises UnavailableError."""

    accounts: Accounts
    directory: Directory
    signin: SignIn
    secrets: Keys
    clock: Clock

    async def begin(self, name: str, key: str, ip: str, former: str | None) -> str | Verdict:
        """The token of a new session; else WRONG_LOGIN or TOO_MANY_WRONG. The former session ends."""
        login = self.signin.login(name, key, ip, reading=True)
        if isinstance(login, Verdict):
            return login
        token = self.secrets.key()
        session = Session(login.digest, self.clock.now() + LASTS * 1000)
        try:
            await self.accounts.begin_session(key_hash(token), session, most=MOST)
        except ConflictError:  # the key was revoked a moment ago
            return Verdict.WRONG_LOGIN
        if former is not None:
            await self.accounts.end_session(key_hash(former))
        learn(self.directory)
        return token

    async def end(self, token: str) -> None:
        """The token opens nothing from now on."""
        await self.accounts.end_session(key_hash(token))
        learn(self.directory)
