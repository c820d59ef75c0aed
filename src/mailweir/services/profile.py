"""What somebody who has signed in by his password does with what he signs in by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mailweir.model.account import key_hash
from mailweir.model.user import Act, Entry, User
from mailweir.model.verdict import Verdict
from mailweir.policy.second_factor import is_codes_secret, step_of
from mailweir.policy.visibility import Reader
from mailweir.ports.users import Users
from mailweir.services.access import Access, RefusedError
from mailweir.services.choosing import vet
from mailweir.services.learning import learn
from mailweir.services.sessions import Attempt, Sessions

RECOVERY_CODES: Final = 10
"""Made when somebody turns one-time codes on."""


class WrongCodeError(Exception):
    """That is not the code of this moment."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Every method raises RefusedError for those who are here by a key, and UnavailableError."""

    users: Users
    access: Access
    sessions: Sessions

    def of(self, reader: Reader) -> User:
        """Who that is."""
        return self.access.person(reader)

    def known(self, reader: Reader) -> User | None:
        """The same; None for those who are here by a key."""
        try:
            return self.access.person(reader)
        except RefusedError:
            return None

    async def change_password(self, reader: Reader, attempt: Attempt, new: str) -> str | Verdict:
        """Another password, if the former is right; then the token of the one session that is left.

        Raises WeakPasswordError and BusyError.
        """
        user = self.of(reader)
        passwords, secrets = self.sessions.signin.passwords, self.sessions.secrets
        await vet(passwords, new, (user.account, user.name))  # before a recovery code is spent
        allowed = await self.sessions.confirm(user, attempt)
        if allowed is not Verdict.ACCEPT:
            return allowed
        changed = await self.users.set_password(
            user.account,
            user.name,
            await passwords.hashed(new),
            secrets.credential(),
            former=user.credential,
        )
        if changed is None:  # somebody has set another one meanwhile
            return Verdict.WRONG_LOGIN
        await self._done(user, Act.PASSWORD_CHANGED, attempt.ip)
        return await self.sessions.renew(changed, attempt.former) or Verdict.WRONG_LOGIN

    def new_codes_secret(self, reader: Reader) -> str:
        """What somebody puts into his authenticator app. Nothing is kept of it yet."""
        self.of(reader)
        return self.sessions.secrets.codes_secret()

    async def codes_on(
        self, reader: Reader, secret: str, code: str, attempt: Attempt
    ) -> Sequence[str] | Verdict:
        """Asks for one-time codes from now on, if his app shows the right one: recovery codes, shown once.

        Raises WrongCodeError.
        """
        user = self.of(reader)
        now = self.sessions.clock.now()
        step = step_of(secret, "".join(code.split()), now) if is_codes_secret(secret) else None
        if step is None:
            raise WrongCodeError("That is not the code of this moment; is the clock of the device right?")
        allowed = await self.sessions.confirm(user, attempt)
        if allowed is not Verdict.ACCEPT:
            return allowed
        recovery = [self.sessions.secrets.recovery_code() for _ in range(RECOVERY_CODES)]
        await self.users.set_totp(user.account, user.name, secret, [key_hash(one) for one in recovery])
        await self.users.spend_step(user.account, user.name, step)
        await self._done(user, Act.CODES_ON, attempt.ip)
        return recovery

    async def codes_off(self, reader: Reader, attempt: Attempt) -> Verdict:
        """Asks for no codes any more; ACCEPT, or why not."""
        user = self.of(reader)
        allowed = await self.sessions.confirm(user, attempt)
        if allowed is Verdict.ACCEPT:
            await self.users.set_totp(user.account, user.name, None, ())
            await self._done(user, Act.CODES_OFF, attempt.ip)
        return allowed

    async def end_sessions(self, reader: Reader, ip: str) -> None:
        """Has to sign in again, wherever he had."""
        user = self.of(reader)
        await self.sessions.end_all(user)
        await self._done(user, Act.SESSIONS_ENDED, ip)

    async def _done(self, user: User, act: Act, ip: str) -> None:
        learn(self.access.directory)
        entry = Entry(self.sessions.clock.now(), user.name, act, "", ip)
        await self.users.note(user.account, entry)
