"""Export and erasure of an account's mail on every store."""

from functools import partial

from contracts.conftest import Store
from fakes.makers import BOB, EVE, a_delivery
from mailweir.adapters.memory.accounts import MemoryAccounts
from mailweir.adapters.memory.domains import MemoryDomains
from mailweir.adapters.memory.registry import MemoryDirectory, Registry
from mailweir.adapters.memory.users import MemoryUsers
from mailweir.model.account import AccountName
from mailweir.model.address import Host, Inbox
from mailweir.model.message import MessageId
from mailweir.policy.marking import toggled
from mailweir.services.erasing import Erasing
from mailweir.services.exporting import Exporting

ANN, BEN = AccountName("ann"), AccountName("ben")
FAR, HOSTED = Inbox("far@elsewhere.test"), Inbox("any@private.test")
NUMBER = 120  # of messages in each: more than are removed in one go


async def test_an_accounts_mail_is_handed_out_and_then_erased_and_the_rest_stays(store: Store) -> None:
    registry = Registry()
    accounts, domains = MemoryAccounts(registry, store.clock), MemoryDomains(registry, store.clock)
    await accounts.add(ANN)
    await accounts.reserve(ANN, [BOB], "", most=9)
    await domains.claim(ANN, Host("private.test"), "token", most=9)
    await domains.hold(ANN, Host("private.test"))
    for number in range(NUMBER):
        await store.intake.deliver(a_delivery(number, BOB, HOSTED, FAR, EVE))
    for number in range(60):
        star = partial(toggled, account=BEN if number % 2 else ANN)
        assert await store.mailbox.mark(FAR, MessageId(f"q{number:07d}-2"), star) is not None
    assert await store.mailbox.mark(BOB, MessageId("q0000000-0"), partial(toggled, account=BEN)) is not None
    exporting = Exporting(
        accounts,
        MemoryUsers(registry, store.clock),
        domains,
        store.mailbox,
        MemoryDirectory(registry),
        store.clock,
    )
    files = [file.name async for file in await exporting.begin(ANN)]
    assert len(files) == len(set(files)) == 2 + (NUMBER - 1) + NUMBER + 30
    told: list[int] = []
    assert await Erasing(accounts, domains, store.mailbox).erase(ANN, told.append) == len(files) - 2
    assert told == sorted(told)
    left = [one.inbox for one in await store.mailbox.all(limit=9999)]
    assert [left.count(inbox) for inbox in (BOB, HOSTED, FAR, EVE)] == [1, 0, NUMBER - 30, NUMBER]
    assert {one.marks.saved_by for one in await store.mailbox.all(limit=9999)} == {None, BEN}
    assert await store.mailbox.raw(EVE, MessageId("q0000000-3")) is not None
