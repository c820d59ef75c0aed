"""One full server for all tests here, and for each module a Chromium of its own.

Playwright keeps an event loop running in its thread, which asynchronous tests of other rooms must not meet.
"""

from collections.abc import Callable, Generator

import pytest
from playwright.sync_api import Browser

from browser.house import House, a_full_house
from browser.watching import Watch, a_chromium

Watching = Callable[..., Watch]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Generator[House]:
    with a_full_house(tmp_path_factory.mktemp("browser") / "data") as full:
        yield full


@pytest.fixture(scope="module")
def chromium(house: House) -> Generator[Browser]:
    with a_chromium(house.canary) as browser:
        yield browser


@pytest.fixture
def watch(chromium: Browser, house: House) -> Generator[Watch]:
    watch = Watch(chromium, house.canary, house.origin)
    yield watch
    watch.close()


@pytest.fixture
def unprotected(chromium: Browser, house: House) -> Generator[Watch]:
    """A watch that sees the same as if answers had no content security policy."""
    watch = Watch(chromium, house.canary, house.origin, unprotected=True)
    yield watch
    watch.close()
