"""People who have signed in on a page: by a name and a key, or by a name and a password.

A session is a secret of its own, which is of no use without what it was begun by: who revokes the key, or
sets another password, ends it. It ends by itself after two weeks. With another right it is another one.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

from mailweir.model.account import Grant, Session, is_key, key_hash
from mailweir.model.user import Act, Entry, User
from mailweir.model.verdict import Verdict
from mailweir.ports.accounts import Accounts
from mailweir.ports.clock import Clock, Keys
from mailweir.ports.directory import Directory
from mailweir.ports.errors import ConflictError
from mailweir.services.learning import learn
from mailweir.services.second_factor import SecondFactor
from mailweir.services.signin import Login, SignIn

LASTS: Final = 14 * 24 * 3600
"""Seconds for which a session lasts."""

ELEVATED: Final = 15 * 60
"""Seconds for which a member acts as root."""

MOST: Final = 100
"""Sessions of one key, or of one person; the oldest ends when there are more."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody wrote to sign in, and where he is; `former` is the token of the session that he had."""

    name: str
    secret: str
    ip: str
    code: str = ""
    former: str | None = None


@dataclass(frozen=True, slots=True)
class Sessions:
    """Every method raises UnavailableError."""

    accounts: Accounts
    directory: Directory
    signin: SignIn
    second: SecondFactor
    secrets: Keys
    clock: Clock

    async def begin(self, attempt: Attempt) -> str | Verdict:
        """The token of a new session; else WRONG_LOGIN, TOO_MANY_WRONG or BUSY. The former session ends."""
        login = await self._login(attempt)
        if isinstance(login, Verdict):
            return login
        return await self._begun(login, attempt, Act.SIGNED_IN)

    async def elevate(self, user: User, attempt: Attempt) -> str | Verdict:
        """The token of a session in which a member acts as root, if he signs in once more as himself."""
        login = await self._login(attempt)
        if isinstance(login, Verdict):
            return login
        if not user.elevates or login.digest != user.credential:
            return Verdict.WRONG_LOGIN
        return await self._begun(login, attempt, Act.ELEVATED)

    async def confirm(self, user: User, attempt: Attempt) -> Verdict:
        """ACCEPT when somebody who is signed in does it once more as himself; else why not."""
        login = await self._login(attempt)
        if isinstance(login, Verdict):
            return login
        return Verdict.ACCEPT if login.digest == user.credential else Verdict.WRONG_LOGIN

    async def begin_as(self, user: User, ip: str, former: str | None) -> str | None:
        """The token of a session of somebody who has shown elsewhere who he is; None if he is gone."""
        login = Login(user.credential, Grant(user.account, "", user.scope, user.name))
        attempt = Attempt(user.full_name, "", ip, former=former)
        token = await self._begun(login, attempt, Act.SIGNED_IN)
        return None if isinstance(token, Verdict) else token

    async def renew(self, user: User, former: str | None) -> str | None:
        """The token of a session of somebody who has set another password; None if he has set one more."""
        return await self._keep(user.credential, 0, former)

    async def end(self, token: str) -> None:
        """The token opens nothing from now on."""
        await self.accounts.end_session(key_hash(token))
        learn(self.directory)

    async def end_all(self, user: User) -> None:
        """Whoever has signed in by this person's password has to do it again."""
        await self.accounts.end_sessions(user.credential)
        learn(self.directory)

    async def _login(self, attempt: Attempt) -> Login | Verdict:
        if is_key(key := attempt.secret.strip()):  # pasted
            return self.signin.login(attempt.name, key, attempt.ip, reading=True)
        second = partial(self.second.is_shown, attempt.code, attempt.ip)
        return await self.signin.by_password(attempt.name, attempt.secret, attempt.ip, second)

    async def _begun(self, login: Login, attempt: Attempt, act: Act) -> str | Verdict:
        elevated = self.clock.now() + ELEVATED * 1000 if act is Act.ELEVATED else 0
        token = await self._keep(login.digest, elevated, attempt.former)
        if token is None:
            return Verdict.WRONG_LOGIN
        entry = Entry(self.clock.now(), _called(login.grant), act, "", attempt.ip)
        await self.second.users.note(login.grant.account, entry)
        return token

    async def _keep(self, opener: bytes, elevated: int, former: str | None) -> str | None:
        token, now = self.secrets.key(), self.clock.now()
        session = Session(opener, now + LASTS * 1000, elevated, now)
        try:
            await self.accounts.begin_session(key_hash(token), session, most=MOST)
        except ConflictError:  # what it was begun by was revoked a moment ago
            return None
        if former is not None:
            await self.accounts.end_session(key_hash(former))
        learn(self.directory)
        return token


def _called(grant: Grant) -> str:
    return grant.user or f"key {grant.key_name}"
