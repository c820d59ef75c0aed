"""Houses for the tests of this room: opened on demand, closed after the test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from fakes.scripted_door import Scripting
from fakes.smtp_house import House, a_house

Opened = Callable[..., Awaitable[House]]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    houses: list[House] = []

    async def open_house(**choices: object) -> House:
        house = await a_house(tmp_path, **choices)
        houses.append(house)
        return house

    yield open_house
    for house in houses:
        await house.close()


@pytest.fixture
def scripting() -> Scripting:
    return Scripting()
