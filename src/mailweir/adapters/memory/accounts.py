"""Accounts in memory. Each method finishes without waiting: one transaction."""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from mailweir.adapters.memory.registry import Registry
from mailweir.model.account import (
    AS_ACCOUNT,
    Account,
    AccountName,
    Key,
    NewKey,
    OpenSession,
    OwnedAddress,
    Session,
    Upkeep,
    session_id,
)
from mailweir.model.address import Inbox, host_of
from mailweir.model.plan import PlanName
from mailweir.ports.accounts import TakenError, TooManyError
from mailweir.ports.clock import Clock
from mailweir.ports.errors import ConflictError


class MemoryAccounts:
    """The accounts in a registry."""

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock

    async def add(self, account: AccountName, key: NewKey | None = None) -> Account:
        """A new account, with its first key."""
        if account in self._registry.accounts:
            raise ConflictError(f"there is an account {account} already")
        if account in self._registry.former:
            raise ConflictError(f"there was an account {account}; its name is not given again")
        if key is not None and key.digest in self._registry.keys:
            raise ConflictError("this key is in use already")
        new = self._registry.accounts[account] = Account(account, self._clock.now())
        if key is not None:
            await self.add_key(account, key, most=1)
        return new

    async def accounts(self) -> Sequence[Account]:
        """All of them, by name."""
        return sorted(self._registry.accounts.values(), key=lambda one: one.name)

    async def account(self, account: AccountName) -> Account | None:
        """One of them."""
        return self._registry.accounts.get(account)

    async def set_capture(self, account: AccountName, *, private: bool) -> Account | None:
        """Whether what the account captures is saved for it."""
        found = self._registry.accounts.get(account)
        if found is None:
            return None
        changed = self._registry.accounts[account] = replace(found, capture_private=private)
        return changed

    async def set_plan(self, account: AccountName, plan: PlanName) -> Account | None:
        """The account is on that plan from now on."""
        if self._registry.plan(plan) is None:
            raise ConflictError(f"there is no plan {plan}")
        found = self._registry.accounts.get(account)
        if found is None:
            return None
        changed = self._registry.accounts[account] = replace(found, plan=plan)
        return changed

    async def remove(self, account: AccountName) -> bool:
        """Removes an account, its keys and its claims."""
        kept = self._registry
        for digest in [digest for digest, key in kept.keys.items() if key.account == account]:
            del kept.keys[digest]
            kept.end_sessions(digest)
        for owner, name in [person for person in kept.users if person[0] == account]:
            kept.remove_user(owner, name)
        kept.journal.pop(account, None)
        kept.addresses = {at: one for at, one in kept.addresses.items() if one.account != account}
        kept.domains = {at: one for at, one in kept.domains.items() if one.account != account}
        for tag, run in kept.runs.items():
            if run.account == account and run.freed is None:
                kept.runs[tag] = replace(run, expires=0)
        if self._registry.accounts.pop(account, None) is None:
            return False
        self._registry.former.add(account)
        return True

    async def add_key(self, account: AccountName, key: NewKey, *, most: int) -> Key:
        """One more key."""
        self._registry.require(account)
        has = await self.keys(account)
        if key.name in {one.name for one in has}:
            raise ConflictError(f"{account} has a key {key.name} already")
        if key.digest in self._registry.keys:
            raise ConflictError("this key is in use already")
        if len(has) >= most:
            raise TooManyError(most)
        new = Key(account, key.name, key.hint, self._clock.now(), key.scope)
        self._registry.keys[key.digest] = new
        return new

    async def keys(self, account: AccountName) -> Sequence[Key]:
        """The keys of an account, by name."""
        return sorted((k for k in self._registry.keys.values() if k.account == account), key=lambda k: k.name)

    async def remove_key(self, account: AccountName, name: str) -> bool:
        """The key is unknown from now on."""
        for digest, key in self._registry.keys.items():
            if (key.account, key.name) == (account, name):
                del self._registry.keys[digest]
                self._registry.end_sessions(digest)
                return True
        return False

    async def note_uses(self, uses: Mapping[bytes, int]) -> None:
        """Keeps when keys were used last."""
        keys = self._registry.keys
        keys.update({digest: replace(keys[digest], used=at) for digest, at in uses.items() if digest in keys})

    async def begin_session(self, digest: bytes, session: Session, *, most: int) -> None:
        """A session."""
        kept, now = self._registry, self._clock.now()
        if kept.opener(session.key) is None:
            raise ConflictError("this key is unknown")
        kept.sessions = {at: one for at, one in kept.sessions.items() if one.expires > now}
        own = sorted((one.expires, at) for at, one in kept.sessions.items() if one.key == session.key)
        for _, at in own[: max(len(own) - most + 1, 0)]:
            del kept.sessions[at]
        kept.sessions[digest] = session

    async def end_session(self, digest: bytes) -> bool:
        """The session is none from now on."""
        return self._registry.sessions.pop(digest, None) is not None

    async def sessions(self, account: AccountName) -> Sequence[OpenSession]:
        """The sessions of an account."""
        now = self._clock.now()
        found = [
            OpenSession(session_id(digest), opener[1], one.created, one.expires)
            for digest, one in self._registry.sessions.items()
            if one.expires > now and (opener := self._registry.opener(one.key)) and opener[0] == account
        ]
        return sorted(found, key=lambda one: (-one.created, one.id))

    async def end_session_of(self, account: AccountName, session: str) -> bool:
        """Ends one of an account's."""
        for digest, one in self._registry.sessions.items():
            opener = self._registry.opener(one.key)
            if session_id(digest) == session and opener is not None and opener[0] == account:
                return await self.end_session(digest)
        return False

    async def end_sessions(self, opener: bytes) -> int:
        """Ends all that were begun by a key or a password."""
        return self._registry.end_sessions(opener)

    async def reserve(
        self,
        account: AccountName,
        inboxes: Sequence[Inbox],
        info: str,
        *,
        most: int,
        upkeep: Upkeep = AS_ACCOUNT,
    ) -> Sequence[OwnedAddress]:
        """Gives all of these to the account, or none."""
        self._registry.require(account)
        wanted = list(dict.fromkeys(inboxes))
        for inbox in sorted(wanted):
            if inbox in self._registry.addresses:
                raise TakenError(inbox, self._registry.addresses[inbox].account)
        for inbox in wanted:
            holder = self._registry.holder(host_of(inbox))
            if holder is not None and holder.account != account:
                raise TakenError(inbox, holder.account)
        if len(await self.addresses(account)) + len(wanted) > most:
            raise TooManyError(most)
        now = self._clock.now()
        new = [OwnedAddress(inbox, account, info, now, now, upkeep) for inbox in wanted]
        self._registry.addresses.update((one.inbox, one) for one in new)
        return new

    async def describe(
        self, account: AccountName, inbox: Inbox, change: Callable[[OwnedAddress], OwnedAddress]
    ) -> OwnedAddress | None:
        """Another note and upkeep."""
        found = self._registry.addresses.get(inbox)
        if found is None or found.account != account:
            return None
        changed = self._registry.addresses[inbox] = replace(change(found), updated=self._clock.now())
        return changed

    async def release(self, account: AccountName, inbox: Inbox) -> OwnedAddress | None:
        """The address as it was, which is nobody's from now on."""
        found = self._registry.addresses.get(inbox)
        if found is None or found.account != account:
            return None
        return self._registry.addresses.pop(inbox)

    async def addresses(self, account: AccountName) -> Sequence[OwnedAddress]:
        """What an account owns, by address."""
        return sorted(
            (a for a in self._registry.addresses.values() if a.account == account), key=lambda a: a.inbox
        )

    async def address(self, inbox: Inbox) -> OwnedAddress | None:
        """What is known of one address."""
        return self._registry.addresses.get(inbox)

    async def upkept(self) -> Sequence[Inbox]:
        """The addresses that keep mail otherwise than their accounts, by address."""
        return sorted(a.inbox for a in self._registry.addresses.values() if a.upkeep != AS_ACCOUNT)

    async def close(self) -> None:
        """Nothing runs between two calls."""
