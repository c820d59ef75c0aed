"""The people under accounts in memory. Each method finishes without waiting: one transaction."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from mailweir.adapters.memory.registry import Registry
from mailweir.model.account import AccountName
from mailweir.model.user import Entry, Traits, User, UserName
from mailweir.ports.accounts import TooManyError
from mailweir.ports.clock import Clock
from mailweir.ports.errors import ConflictError
from mailweir.ports.users import BY_ACTOR, JOURNAL, RESETS


class MemoryUsers:
    """The people in a registry."""

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock

    async def add(self, user: User, *, most: int) -> None:
        """One more."""
        self._registry.require(user.account)
        if (user.account, user.name) in self._registry.users:
            raise ConflictError(f"{user.account} has a user {user.name} already")
        if len(await self.users(user.account)) >= most:
            raise TooManyError(most)
        self._refuse_taken(user.account, user.name, user.identity)
        self._registry.users[user.account, user.name] = user

    async def users(self, account: AccountName) -> Sequence[User]:
        """The people of an account."""
        users = self._registry.users
        return [users[person] for person in sorted(users) if person[0] == account]

    async def user(self, account: AccountName, name: UserName) -> User | None:
        """One of them."""
        return self._registry.users.get((account, name))

    async def change(
        self, account: AccountName, name: UserName, changed: Callable[[Traits], Traits]
    ) -> User | None:
        """Has other traits from now on."""
        found = self._registry.users.get((account, name))
        if found is None:
            return None
        traits = changed(found.traits)
        self._refuse_taken(account, name, traits.identity)
        return self._put(
            replace(
                found,
                role=traits.role,
                elevates=traits.elevates,
                mail=traits.mail,
                identity=traits.identity,
            )
        )

    async def by_identity(self, identity: str) -> User | None:
        """Whom the OpenID provider calls so."""
        return next((one for one in self._registry.users.values() if one.identity == identity), None)

    async def set_password(
        self,
        account: AccountName,
        name: UserName,
        password: str,
        credential: bytes,
        *,
        former: bytes | None = None,
    ) -> User | None:
        """Another password."""
        found = self._registry.users.get((account, name))
        if found is None or former not in {None, found.credential}:
            return None
        self._registry.end_sessions(found.credential)
        self._forget_resets(account, name)
        return self._put(replace(found, password=password, credential=credential))

    async def remove(self, account: AccountName, name: UserName) -> bool:
        """Whoever that was does not sign in any more."""
        return self._registry.remove_user(account, name)

    async def set_totp(
        self, account: AccountName, name: UserName, secret: str | None, recovery: Sequence[bytes]
    ) -> User | None:
        """Asks for one-time codes from now on, or for none."""
        found = self._registry.users.get((account, name))
        if found is None:
            return None
        self._registry.recovery[account, name] = set(recovery)
        self._registry.steps.pop((account, name), None)
        return self._put(replace(found, totp=secret))

    async def spend_step(self, account: AccountName, name: UserName, step: int) -> bool:
        """Whether the code of that time step was not used yet."""
        steps = self._registry.steps
        if (account, name) not in self._registry.users or step <= steps.get((account, name), 0):
            return False
        steps[account, name] = step
        return True

    async def spend_recovery(self, account: AccountName, name: UserName, digest: bytes) -> bool:
        """Whether that is a recovery code that was not used yet."""
        codes = self._registry.recovery.get((account, name), set())
        unspent = digest in codes
        codes.discard(digest)
        return unspent

    async def begin_reset(self, account: AccountName, name: UserName, digest: bytes, expires: int) -> bool:
        """A link to a new password."""
        if (account, name) not in self._registry.users:
            return False
        resets = self._registry.resets
        resets[digest] = (account, name, expires)
        own = sorted((one[2], at) for at, one in resets.items() if one[:2] == (account, name))
        for _, at in own[: max(len(own) - RESETS, 0)]:
            del resets[at]
        return True

    async def reset_of(self, digest: bytes) -> User | None:
        """Whose link that is."""
        account, name, expires = self._registry.resets.get(digest, ("", "", 0))
        return (
            self._registry.users.get((AccountName(account), UserName(name))) if self._open(expires) else None
        )

    async def reset_password(self, digest: bytes, password: str, credential: bytes) -> User | None:
        """The same, with this password from now on."""
        found = await self.reset_of(digest)
        if found is None:
            return None
        return await self.set_password(found.account, found.name, password, credential)

    async def note(self, account: AccountName, entry: Entry) -> None:
        """Keeps what was done."""
        journal = self._registry.journal.setdefault(account, [])
        journal.insert(0, entry)
        of_actor = [one for one in journal if one.actor == entry.actor]
        if len(of_actor) > BY_ACTOR:
            journal.remove(of_actor[-1])
        del journal[JOURNAL:]

    async def journal(self, account: AccountName, *, limit: int) -> Sequence[Entry]:
        """What was done, newest first."""
        return self._registry.journal.get(account, [])[:limit]

    def _refuse_taken(self, account: AccountName, name: UserName, identity: str | None) -> None:
        others = (one for person, one in self._registry.users.items() if person != (account, name))
        if identity is not None and any(one.identity == identity for one in others):
            raise ConflictError("somebody else signs in by that identity")

    def _put(self, user: User) -> User:
        self._registry.users[user.account, user.name] = user
        return user

    def _open(self, expires: int) -> bool:
        return expires > self._clock.now()

    def _forget_resets(self, account: AccountName, name: UserName) -> None:
        kept = self._registry.resets
        self._registry.resets = {at: one for at, one in kept.items() if one[:2] != (account, name)}
