"""A web door for each test, and one that a test can furnish first."""

from collections.abc import AsyncIterator

import pytest

from fakes.web_house import Furnish, WebHouse
from mailweir.policy.visibility import AnonymousRules

LOCAL = AnonymousRules(local=True)


@pytest.fixture
async def furnish() -> AsyncIterator[Furnish]:
    houses: list[WebHouse] = []

    async def opened(rules: AnonymousRules = LOCAL, message_size_limit: int = 4096) -> WebHouse:
        houses.append(WebHouse(rules, message_size_limit))
        await houses[-1].open()
        return houses[-1]

    yield opened
    for house in houses:
        await house.server.drain(1)


@pytest.fixture
async def house(furnish: Furnish) -> WebHouse:
    return await furnish()
