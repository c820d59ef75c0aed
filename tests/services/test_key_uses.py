"""When keys were used last, told to a store that is away at times."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from fakes.makers import HandClock
from mailweir.adapters.memory.accounts import MemoryAccounts
from mailweir.adapters.memory.registry import Registry
from mailweir.ports.errors import UnavailableError
from mailweir.services.key_uses import KeyUses

ONE, TWO = b"one", b"two"


@dataclass
class Using:
    uses: dict[bytes, int] = field(default_factory=dict[bytes, int])


class SlowAccounts(MemoryAccounts):
    """One key is used once more while its use is kept; or the store is away."""

    def __init__(self, using: Using) -> None:
        super().__init__(Registry(), HandClock())
        self.using = using
        self.away = False
        self.kept: list[Mapping[bytes, int]] = []

    async def note_uses(self, uses: Mapping[bytes, int]) -> None:
        if self.away:
            raise UnavailableError("away")
        self.kept.append(dict(uses))
        self.using.uses[TWO] = 9


async def test_uses_are_not_lost_while_the_store_is_away() -> None:
    using = Using({ONE: 1})
    accounts = SlowAccounts(using)
    key_uses = KeyUses(accounts, using)
    accounts.away = True
    with pytest.raises(UnavailableError):
        await key_uses.keep()
    assert using.uses == {ONE: 1}
    accounts.away = False
    await key_uses.keep()
    assert accounts.kept == [{ONE: 1}]


async def test_a_use_while_the_last_one_is_kept_is_kept_in_the_next_round() -> None:
    using = Using({ONE: 1, TWO: 2})
    accounts = SlowAccounts(using)
    await KeyUses(accounts, using).keep()
    assert using.uses == {TWO: 9}
