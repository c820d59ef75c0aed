"""Accounts and the directory of them in memory. Each method finishes without waiting: one transaction."""

from collections.abc import Sequence

from msgspec.structs import replace

from mailweir.model.account import Account, AccountName, Key, NewKey, OwnedAddress
from mailweir.model.address import Inbox
from mailweir.ports.accounts import TakenError, TooManyError, UnknownAccountError
from mailweir.ports.clock import Clock
from mailweir.ports.errors import ConflictError


class MemoryAccounts:
    """Both ports: what is changed is known at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._accounts: dict[AccountName, Account] = {}
        self._keys: dict[bytes, Key] = {}
        self._addresses: dict[Inbox, OwnedAddress] = {}
        self._former: set[AccountName] = set()

    # --- Accounts ---------------------------------------------------------------------------------

    async def add(self, account: AccountName, key: NewKey | None = None) -> Account:
        """A new account, with its first key."""
        if account in self._accounts:
            raise ConflictError(f"there is an account {account} already")
        if account in self._former:
            raise ConflictError(f"there was an account {account}; its name is not given again")
        if key is not None and key.digest in self._keys:
            raise ConflictError("this key is in use already")
        new = self._accounts[account] = Account(account, self._clock.now())
        if key is not None:
            await self.add_key(account, key, most=1)
        return new

    async def accounts(self) -> Sequence[Account]:
        """All of them, by name."""
        return sorted(self._accounts.values(), key=lambda one: one.name)

    async def remove(self, account: AccountName) -> bool:
        """Removes an account, its keys and its claims."""
        self._keys = {digest: key for digest, key in self._keys.items() if key.account != account}
        self._addresses = {at: one for at, one in self._addresses.items() if one.account != account}
        if self._accounts.pop(account, None) is None:
            return False
        self._former.add(account)
        return True

    async def add_key(self, account: AccountName, key: NewKey, *, most: int) -> Key:
        """One more key."""
        self._require(account)
        has = await self.keys(account)
        if key.name in {one.name for one in has}:
            raise ConflictError(f"{account} has a key {key.name} already")
        if key.digest in self._keys:
            raise ConflictError("this key is in use already")
        if len(has) >= most:
            raise TooManyError(most)
        new = self._keys[key.digest] = Key(account, key.name, key.hint, self._clock.now())
        return new

    async def keys(self, account: AccountName) -> Sequence[Key]:
        """The keys of an account, by name."""
        return sorted((k for k in self._keys.values() if k.account == account), key=lambda k: k.name)

    async def remove_key(self, account: AccountName, name: str) -> bool:
        """The key is unknown from now on."""
        for digest, key in self._keys.items():
            if (key.account, key.name) == (account, name):
                del self._keys[digest]
                return True
        return False

    async def reserve(
        self, account: AccountName, inboxes: Sequence[Inbox], info: str, *, most: int
    ) -> Sequence[OwnedAddress]:
        """Gives all of these to the account, or none."""
        self._require(account)
        wanted = list(dict.fromkeys(inboxes))
        for inbox in sorted(wanted):
            if inbox in self._addresses:
                raise TakenError(inbox, self._addresses[inbox].account)
        if len(await self.addresses(account)) + len(wanted) > most:
            raise TooManyError(most)
        now = self._clock.now()
        new = [OwnedAddress(inbox, account, info, now, now) for inbox in wanted]
        self._addresses.update((one.inbox, one) for one in new)
        return new

    async def describe(self, account: AccountName, inbox: Inbox, info: str) -> OwnedAddress | None:
        """Another note."""
        found = self._addresses.get(inbox)
        if found is None or found.account != account:
            return None
        changed = self._addresses[inbox] = replace(found, info=info, updated=self._clock.now())
        return changed

    async def release(self, account: AccountName, inbox: Inbox) -> OwnedAddress | None:
        """The address as it was, which is nobody's from now on."""
        found = self._addresses.get(inbox)
        if found is None or found.account != account:
            return None
        return self._addresses.pop(inbox)

    async def addresses(self, account: AccountName) -> Sequence[OwnedAddress]:
        """What an account owns, by address."""
        return sorted((a for a in self._addresses.values() if a.account == account), key=lambda a: a.inbox)

    async def address(self, inbox: Inbox) -> OwnedAddress | None:
        """What is known of one address."""
        return self._addresses.get(inbox)

    async def close(self) -> None:
        """Nothing runs between two calls."""

    # --- Directory --------------------------------------------------------------------------------

    def account_of(self, digest: bytes) -> AccountName | None:
        """Whose key this is the digest of."""
        key = self._keys.get(digest)
        return None if key is None else key.account

    def key_name(self, digest: bytes) -> str:
        """What its owner calls that key."""
        key = self._keys.get(digest)
        return "" if key is None else key.name

    def owner_of(self, inbox: Inbox) -> AccountName | None:
        """Who has this inbox for himself."""
        found = self._addresses.get(inbox)
        return None if found is None else found.account

    def refresh(self) -> None:
        """Nothing is ever unknown here."""

    def _require(self, account: AccountName) -> None:
        if account not in self._accounts:
            raise UnknownAccountError(account)
