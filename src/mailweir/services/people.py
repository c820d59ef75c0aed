"""Seeing to the people of an account, its keys and its sessions: what was done is noted in its journal.

Whoever does it is an `Actor`, which `Access.manager` makes of a reader who may, and the operator of himself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from mailweir.model.account import AccountName, Key, NewKey, OpenSession, Scope, key_hash, key_hint
from mailweir.model.user import Act, Actor, Entry, Traits, User, UserName
from mailweir.ports.accounts import Accounts
from mailweir.ports.clock import Clock, Keys
from mailweir.ports.passwords import Passwords
from mailweir.ports.users import Users
from mailweir.services.choosing import choose

USERS: Final = 100
"""People of one account."""

KEYS: Final = 100
"""Keys of one account."""

SHOWN: Final = 200
"""Entries of the journal that are shown at once."""

LINK_LASTS: Final = 3600
"""Seconds for which a link to a new password is of use."""


def _nothing() -> None:
    """Nobody here has a directory that should learn of a change."""


@dataclass(frozen=True, slots=True)
class People:
    """Every method raises UnavailableError. `learned` is called after what a directory has to know."""

    users: Users
    accounts: Accounts
    passwords: Passwords
    secrets: Keys
    clock: Clock
    learned: Callable[[], None] = _nothing

    async def list(self, actor: Actor) -> Sequence[User]:
        """The people of the account, by name."""
        return await self.users.users(actor.account)

    async def add(self, actor: Actor, name: UserName, traits: Traits, password: str | None = None) -> str:
        """One more, and his password: a made-up one if none is given.

        Raises UnknownAccountError, TooManyError, ConflictError, WeakPasswordError and BusyError.
        """
        made = password or self.secrets.password()
        hashed = await self.chosen(actor.account, name, made)
        now, credential = self.clock.now(), self.secrets.credential()
        new = User(
            actor.account,
            name,
            traits.role,
            now,
            credential,
            hashed,
            None,
            traits.elevates,
            traits.mail,
            traits.identity,
        )
        await self.users.add(new, most=USERS)
        await self._done(actor, Act.USER_ADDED, name)
        return made

    async def change(self, actor: Actor, name: UserName, changed: Callable[[Traits], Traits]) -> User | None:
        """Has other traits, made of those that he has; None when there is nobody of that name.

        Raises ConflictError when somebody else has that identity.
        """
        found = await self.users.change(actor.account, name, changed)
        if found is not None:
            await self._done(actor, Act.USER_CHANGED, f"{name} ({found.role.value})")
        return found

    async def set_password(self, actor: Actor, name: UserName, password: str | None = None) -> str | None:
        """Another password, a made-up one if none is given; None when there is nobody of that name.

        Sessions by the former one end. Raises WeakPasswordError and BusyError.
        """
        made = password or self.secrets.password()
        hashed = await self.chosen(actor.account, name, made)
        changed = await self.users.set_password(actor.account, name, hashed, self.secrets.credential())
        if changed is None:
            return None
        await self._done(actor, Act.PASSWORD_RESET, name)
        return made

    async def use_reset(self, token: str, password: str, ip: str) -> User | None:
        """Whoever has that link has this password from now on, as above; None for a link that is none.

        After WeakPasswordError and BusyError it is still of use.
        """
        digest = key_hash(token)
        user = await self.users.reset_of(digest)
        if user is None:
            return None
        hashed = await self.chosen(user.account, user.name, password)
        changed = await self.users.reset_password(digest, hashed, self.secrets.credential())
        if changed is not None:
            await self._done(Actor(user.account, user.name, ip), Act.PASSWORD_RESET, user.name)
        return changed

    async def chosen(self, account: AccountName, name: UserName, password: str) -> str:
        """How that password of his is kept. Raises WeakPasswordError and BusyError."""
        return await choose(self.passwords, password, (account, name))

    async def remove(self, actor: Actor, name: UserName) -> bool:
        """Does not sign in any more; False when there was nobody of that name."""
        removed = await self.users.remove(actor.account, name)
        if removed:
            await self._done(actor, Act.USER_REMOVED, name)
        return removed

    async def codes_off(self, actor: Actor, name: UserName) -> User | None:
        """Is asked for no one-time codes any more; None when there is nobody of that name."""
        changed = await self.users.set_totp(actor.account, name, None, ())
        if changed is not None:
            await self._done(actor, Act.CODES_OFF, name)
        return changed

    async def reset_token(self, actor: Actor, name: UserName) -> str | None:
        """What opens the page for a new password, once and within the hour; None for nobody."""
        token = self.secrets.key()
        expires = self.clock.now() + LINK_LASTS * 1000
        if not await self.users.begin_reset(actor.account, name, key_hash(token), expires):
            return None
        await self._done(actor, Act.RESET_ASKED, name)
        return token

    async def keys(self, actor: Actor) -> Sequence[Key]:
        """The keys of the account, by name."""
        return await self.accounts.keys(actor.account)

    async def add_key(self, actor: Actor, name: str, scope: Scope) -> str:
        """One more key, shown once. Raises UnknownAccountError, TooManyError and ConflictError."""
        made = self.secrets.key()
        await self.accounts.add_key(
            actor.account, NewKey(name, key_hash(made), key_hint(made), scope), most=KEYS
        )
        await self._done(actor, Act.KEY_ADDED, name)
        return made

    async def remove_key(self, actor: Actor, name: str) -> bool:
        """It opens nothing from now on; False when there was none."""
        removed = await self.accounts.remove_key(actor.account, name)
        if removed:
            await self._done(actor, Act.KEY_REMOVED, name)
        return removed

    async def sessions(self, actor: Actor) -> Sequence[OpenSession]:
        """Who is signed in, newest first."""
        return await self.accounts.sessions(actor.account)

    async def end_session(self, actor: Actor, session: str) -> bool:
        """Whoever that is has to sign in again; False when there is no such session."""
        ended = await self.accounts.end_session_of(actor.account, session)
        if ended:
            await self._done(actor, Act.SESSIONS_ENDED, session)
        return ended

    async def journal(self, actor: Actor) -> Sequence[Entry]:
        """What was done to the account, newest first."""
        return await self.users.journal(actor.account, limit=SHOWN)

    async def _done(self, actor: Actor, act: Act, what: str) -> None:
        self.learned()
        await self.users.note(actor.account, Entry(self.clock.now(), actor.name, act, what, actor.ip))
