"""Two accounts in memory, whose keys may capture, and a clock that is moved by hand.

ANN has the key `ANN_KEY`, the address BOB and two domains: `private.test`, whose mail is hers alone, and
`public.test`. BEN has `BEN_KEY` and the address EVE.
"""

from dataclasses import dataclass, field
from typing import Final

from fakes.makers import BOB, EVE, NOON, HandClock
from fakes.quick import quick_passwords
from mailweir.adapters.memory.plans import MemoryPlans
from mailweir.adapters.memory.registry import MemoryDirectory, Registry
from mailweir.model.account import WHOLE, Account, AccountName, Key, OwnedAddress, Scope, key_hash
from mailweir.model.address import Host, Inbox
from mailweir.model.domain import CustomDomain
from mailweir.model.plan import Plan, PlanName
from mailweir.services.metering import Metering
from mailweir.services.signin import SignIn

ANN: Final = AccountName("ann")
BEN: Final = AccountName("ben")
ANN_KEY: Final = "k_" + "annskeyannskey01"
BEN_KEY: Final = "k_" + "benskeybenskey02"


@dataclass
class Office:
    registry: Registry = field(default_factory=Registry)
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        self.passwords = quick_passwords()
        self.metering = Metering(MemoryPlans(self.registry), self.directory(), self.clock)

    def directory(self) -> MemoryDirectory:
        return MemoryDirectory(self.registry)

    def signin(self) -> SignIn:
        return SignIn(self.directory(), self.passwords, self.clock)

    def has_key(self, account: AccountName, key: str, scope: Scope = WHOLE) -> None:
        self.registry.keys[key_hash(key)] = Key(account, key, key[-4:], NOON, scope)

    def loses_key(self, key: str) -> None:
        del self.registry.keys[key_hash(key)]

    def has_address(self, account: AccountName, inbox: Inbox) -> None:
        self.registry.addresses[inbox] = OwnedAddress(inbox, account, "", NOON, NOON)

    def has_domain(self, account: AccountName, host: str, *, private: bool) -> None:
        at = Host(host)
        self.registry.domains[at, account] = CustomDomain(
            at, account, "token", NOON, NOON, held=NOON, private=private
        )

    def has_operations(self, account: AccountName, number: int) -> None:
        name = PlanName(f"{number}-operations")
        self.registry.plans[name] = Plan(name, operations=number)
        self.registry.accounts[account] = Account(account, NOON, plan=name)

    def captures(self, account: AccountName, *, private: bool) -> None:
        self.registry.accounts[account] = Account(account, NOON, private)


def an_office() -> Office:
    office = Office()
    for account, key, inbox in ((ANN, ANN_KEY, BOB), (BEN, BEN_KEY, EVE)):
        office.captures(account, private=False)
        office.has_key(account, key)
        office.has_address(account, inbox)
    office.has_domain(ANN, "private.test", private=True)
    office.has_domain(ANN, "public.test", private=False)
    return office
